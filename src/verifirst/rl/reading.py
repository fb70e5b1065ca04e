"""Finished completions, read again: steps, verdicts and token spans from ids that something else sampled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from verifirst.decoding import DualStream, FinishReason, Settings
from verifirst.engines.base import Output
from verifirst.engines.detokenizers import detokenizer
from verifirst.policy import OnRefuted, Policy
from verifirst.rl.rollouts import Rollout
from verifirst.segment import segmenter
from verifirst.stream import InlineStream
from verifirst.verifier import Verifier

_TRACE = "completion"  # one is read at a time


class Reader:
    """Makes rollouts of completions from an engine that gives token ids and no verdicts.

    ``ends`` are the ids that end a text. Refuted steps stand and are marked so. What was
    refused on the way is not in the ids: the rollouts have no branches. Checks in this
    process; not for several threads at once.
    """

    def __init__(
        self,
        tokenizer: Any,
        ends: Collection[int],
        *,
        verifier: Callable[[], Verifier] = Verifier,
        segment: str = "newline",
    ) -> None:
        self._detokenizer = detokenizer(tokenizer)
        self._ends = frozenset(ends)
        self._verifier = InlineStream(verifier())
        self._segment = segment

    def read(
        self,
        prompt_ids: Sequence[int],
        completion_ids: Sequence[int],
        problem: str,
        *,
        logprobs: Sequence[float] | None = None,
        finish_reason: FinishReason | None = None,
    ) -> Rollout:
        """The rollout of one completion, as it was sampled.

        ``logprobs`` None are unknown: NaN. ``finish_reason`` None is told by the last token:
        STOP for one of ``ends``, else LENGTH.
        """
        ended = bool(completion_ids) and completion_ids[-1] in self._ends
        stream = DualStream(
            request=0,
            max_tokens=len(completion_ids) + 1,
            detokenizer=self._detokenizer,
            segmenter=segmenter(self._segment),
            policy=Policy(on_refuted=OnRefuted.FLAG),
            settings=Settings(ban=False),
        )
        text = completion_ids[:-1] if ended else completion_ids
        stream.extend(text, None if logprobs is None else logprobs[: len(text)])
        if ended:
            stream.append_end(completion_ids[-1], float("nan") if logprobs is None else logprobs[-1])
        else:
            stream.finish(FinishReason.LENGTH)
        self._judge(stream, problem)
        rollout = Rollout.of(Output.of(stream, tuple(prompt_ids), enforced=True))
        return rollout if finish_reason is None else replace(rollout, finish_reason=finish_reason)

    def _judge(self, stream: DualStream, problem: str) -> None:
        for item in stream.take_submissions():
            self._verifier.submit(_TRACE, problem, item.before, item.step, item.ticket)
        for _, ticket, report in self._verifier.drain():
            stream.deliver(ticket, report)
        self._verifier.forget(_TRACE)
