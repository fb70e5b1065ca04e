"""What a request's dual stream keeps and hands out: small records without behaviour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from verifirst.core.before import Before
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status


class FinishReason(StrEnum):
    """Why a request ended."""

    STOP = "stop"  # the model ended the text (or a stop string did)
    LENGTH = "length"  # max_tokens released tokens
    EXHAUSTED = "exhausted"  # a retry or work budget is spent: the output ends at the last verified step
    REFUTED = "refuted"  # the policy halts on a refutation


@dataclass(frozen=True, slots=True)
class Dropped:
    """Tokens that were sampled from ``boundary`` (an output token index) on, and cut.

    ``logprobs`` and ``constrained_logprobs`` are theirs, in nats, as in a stream's output.
    ``text`` is the step's that was refused or left open.
    """

    boundary: int
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    constrained_logprobs: tuple[float, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Rejection(Dropped):
    """A refused branch, up to the end of the refused step, its separator and end-of-text token included.

    ``reopened`` is how many of its tokens belong to earlier steps that were dropped with the
    refused one, since the cause lay there or the decoder jumped back.
    """

    report: Report
    reopened: int = 0

    @property
    def rules(self) -> tuple[str, ...]:
        """The codes of the rules that refuted the step; none where it was refused as unknown."""
        return codes(self.report, Status.REFUTED)


def codes(report: Report, *statuses: Status) -> tuple[str, ...]:
    """The codes of the rules that gave verdicts of these statuses, each once, in order."""
    return tuple(dict.fromkeys(verdict.rule for verdict in report.verdicts if verdict.status in statuses))


@dataclass(slots=True)
class PendingStep:
    """A closed step on its way through the verifier.

    ``cut``: tokens that keep it, None if fused with the next. ``end``: tokens up to its boundary,
    or up to the end of the text where that closed it. ``upto``: the steps up to and with it.
    """

    step: Step
    cut: int | None
    end: int
    ticket: int
    upto: Before
    report: Report | None = None


@dataclass(slots=True)
class Submission:
    """What stream 2 needs to judge a step: its ticket and the steps before it (None: it is the first)."""

    ticket: int
    step: Step
    before: Before | None


@dataclass(slots=True)
class Tally:
    """Counts over a request's life."""

    sampled: int = 0  # tokens sampled, wasted ones included
    refused: int = 0  # steps refused
    rollbacks: int = 0
    jumps: int = 0  # rollbacks that reopened a step that had passed


def aligned(
    count: int, logprobs: Sequence[float] | None, constrained: Sequence[float] | None
) -> tuple[Sequence[float], Sequence[float]]:
    """One log-probability of each kind a token: unknown ones are NaN, constrained ones default to the raw ones."""
    known = [math.nan] * count if logprobs is None else logprobs
    chosen = known if constrained is None else constrained
    if not len(known) == len(chosen) == count:
        raise ValueError(f"{count} tokens came with {len(known)} and {len(chosen)} logprobs; give one each")
    return known, chosen
