"""One enforced request inside the engine: its dual stream, and what of it is withheld."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from verifirst.decoding import DualStream, FinishReason
from verifirst.engines.vllm import wire
from verifirst.engines.vllm.withheld import Withheld, carries_more

FLUSH = 64
"""Tokens after which a run without a possible step end is read anyway."""


@dataclass(slots=True, eq=False)
class Tracked:
    """Mutated by the scheduler only.

    ``fresh`` are tokens that vLLM sampled and the stream has not read. ``attempt`` is the
    stream's attempt that vLLM's request reflects, ``sent`` the number of tokens that have
    left. ``held`` is vLLM's own finish, (status, stop_reason), waiting for its verdicts.
    ``failed``: a bug of ours; the request ends with an error at the next update.
    ``sent_at`` holds the time of submission of each step that waits for its verdict.
    """

    request: Any
    stream: DualStream
    withheld: Withheld
    problem: str | None
    max_ahead: int
    fresh: list[int] = field(default_factory=list)
    fresh_logprobs: list[float] = field(default_factory=list)
    attempt: int = 0
    sent: int = 0
    held: tuple[Any, Any] | None = None
    parked: bool = False
    dirty: bool = False
    failed: bool = False
    started: float = field(default_factory=time.monotonic)
    sent_at: dict[int, float] = field(default_factory=dict)
    events: list[wire.Event] = field(default_factory=list)

    def take(self, out: Any) -> bool:
        """Withhold an output. Whether its tokens may close a step, so that they must be read now.

        Called for every request in every engine step: the common case is a token put aside.
        """
        self.fresh += out.new_token_ids
        if carries_more(out):
            self.fresh_logprobs += self.withheld.take(out)
        if self.held is not None or len(self.fresh) >= FLUSH:
            return True
        loud = self.stream.loudness
        return any([loud[token] for token in out.new_token_ids])  # noqa: C419  # one token: a list is the faster

    def read(self, finish: FinishReason | None, silent: bool) -> None:
        """Let the stream read the fresh tokens, and then ``finish``, where vLLM's finish is held.

        ``silent``: the last token ended the text, and spells nothing of it.
        """
        tokens, self.fresh = self.fresh, []
        logprobs, self.fresh_logprobs = self.fresh_logprobs or None, []
        last = tokens.pop() if tokens and silent else None
        last_logprob = logprobs.pop() if logprobs and last is not None else None
        stream = self.stream
        if tokens:
            stream.extend(tokens, logprobs)
        if finish is None or not stream.wants_token:
            return
        if last is None:
            stream.finish(finish)
        elif last_logprob is None:
            stream.append_end(last, float("nan"))
        else:
            stream.append_end(last, last_logprob)

    def forget_fresh(self, in_flight: int) -> None:
        """Drop the tokens sampled after a text that was rolled back, and count them as wasted.

        ``in_flight``: tokens that the device is still busy with, for nothing.
        """
        self.stream.tally.sampled += len(self.fresh) + in_flight
        self.fresh.clear()
        self.fresh_logprobs.clear()

    @property
    def wasted(self) -> int:
        """Tokens sampled that are not part of the output."""
        return self.stream.tally.sampled - len(self.stream.tokens)

    def payload(self, summary: wire.Summary) -> wire.Payload:
        """What rides on the next output: ``summary``, and the events since the last."""
        return (
            wire.Payload(summary=summary, events=self.take_events()) if self.events else wire.Payload(summary=summary)
        )

    def take_events(self) -> list[wire.Event]:
        """The events since the last call."""
        events, self.events = self.events, []
        return events

    @property
    def ahead(self) -> int:
        """Unverified tokens, where a verdict is what they wait for; else 0."""
        stream = self.stream
        if stream.passed == len(stream.steps):
            return 0
        return stream.open_tokens + len(self.fresh)
