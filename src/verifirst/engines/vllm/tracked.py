"""One enforced request inside the engine: what of it was read, what stands, and what is withheld."""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass, field
from typing import Any

from verifirst.decoding.loudness import Loudness
from verifirst.engines.vllm import wire
from verifirst.engines.vllm.reading import Reading
from verifirst.engines.vllm.rollout import add_logprobs
from verifirst.engines.vllm.settings import RequestSettings
from verifirst.engines.vllm.withheld import Withheld


@dataclass(slots=True, eq=False)
class Tracked:
    """Mutated by the scheduler only. The text is elsewhere: see ``reading``.

    ``output`` is vLLM's own list of the request's output tokens: ``sent`` of them have left,
    ``standing`` ones are verified, ``read`` ones were sent to the reader. ``loud`` tells which
    token may close a step. ``plain``: its outputs carry tokens and nothing else. ``stops``: it has
    stop strings. ``attempt`` is
    the one that vLLM's request reflects. ``lost`` counts the tokens sampled for nothing that the
    reader was not told of, ``wasted`` all of them. ``held`` is vLLM's own finish, (status,
    stop_reason), waiting for its verdicts; ``asked``: the reader knows of it. ``failed``: a bug
    of ours; the request ends with an error at the next update. ``summary`` is pickled.
    ``prefix`` are the tokens at the prompt's end that count as output which stands.
    ``cuts`` are the log-probabilities of the tokens that each cut dropped, ``rollout`` what the
    reader told at the end, where the request asked for it.
    """

    request: Any
    output: list[int]
    loud: Loudness
    plain: bool
    stops: bool
    withheld: Withheld
    settings: RequestSettings
    prefix: tuple[int, ...] = ()
    reading: Reading | None = None
    read: int = 0
    standing: int = 0
    sent: int = 0
    attempt: int = 0
    lost: int = 0
    wasted: int = 0
    held: tuple[Any, Any] | None = None
    asked: bool = False
    parked: bool = False
    failed: bool = False
    summary: bytes | None = None
    started: float = field(default_factory=time.monotonic)
    events: list[wire.Event] = field(default_factory=list)
    cuts: list[list[float]] = field(default_factory=list)
    rollout: wire.Rollout | None = None

    def fresh_is_loud(self) -> bool:
        """Whether a token that was not read may close a step."""
        return any(self.loud[token] for token in self.output[self.read :])

    def cut(self, keep: int, upto: int, in_flight: int) -> None:
        """The output is about to be cut to ``keep`` tokens: the reader, which read up to ``upto``, knows.

        ``in_flight``: tokens that the device is still busy with, for nothing.
        """
        self.lost += len(self.output) - upto + in_flight
        self.wasted += len(self.output) - keep + in_flight
        self.cuts.append(self.withheld.cut(keep - self.sent))
        self.read = self.standing = keep
        self.held, self.asked = None, False

    def end_rollout(self, released: int) -> None:
        """``released`` tokens are the output, the rest is dropped: the reader's rollout gets its log-probabilities."""
        rest = self.withheld.cut(released - self.sent)
        if self.rollout is not None:
            add_logprobs(self.rollout, [*self.cuts, rest])

    @property
    def ahead(self) -> int:
        """Unverified tokens, where a verdict is what they wait for; else 0."""
        return len(self.output) - self.standing if self.reading is not None and self.reading.waiting else 0

    def payload(
        self, *, final: bool, finish_reason: wire.FinishReason | None, released: int, kept: int
    ) -> wire.Payload:
        """What rides on the next output: the summary, and the events since the last.

        ``released`` tokens have left with it, ``kept`` ones are the output so far.
        """
        summary: wire.Summary = wire.new_summary() if self.summary is None else pickle.loads(self.summary)  # noqa: S301  # our reader's
        sampled = self.wasted + kept
        summary["final"], summary["finish_reason"] = final, finish_reason
        summary["tokens"] = wire.TokenCounts(released=released, sampled=sampled, wasted=self.wasted)
        if self.rollout is not None:
            summary["rollout"] = self.rollout
        return (
            wire.Payload(summary=summary, events=self.take_events()) if self.events else wire.Payload(summary=summary)
        )

    def take_events(self) -> list[wire.Event]:
        """The events since the last call."""
        events, self.events = self.events, []
        return events
