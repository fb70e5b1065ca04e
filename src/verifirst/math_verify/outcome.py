"""Three-valued outcomes, and how they combine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from verifirst.core.verdict import Status


class Outcome(NamedTuple):
    """Whether an answer is the expected one; ``reason`` says why where it is not VERIFIED."""

    status: Status
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.status}: {self.reason}" if self.reason else str(self.status)

    @property
    def verified(self) -> bool:
        """Whether the answer is proved right."""
        return self.status is Status.VERIFIED


SAME = Outcome(Status.VERIFIED)


def differs(reason: str) -> Outcome:
    """The answers are proved to differ."""
    return Outcome(Status.REFUTED, reason)


def unsure(reason: str) -> Outcome:
    """Nothing is proved."""
    return Outcome(Status.UNKNOWN, reason)


def every(outcomes: Iterable[Outcome]) -> Outcome:
    """All must hold: one that fails refutes, else one that is unsure leaves it open."""
    doubt = SAME
    for outcome in outcomes:
        if outcome.status is Status.REFUTED:
            return outcome
        if outcome.status is Status.UNKNOWN:
            doubt = outcome
    return doubt


def some(outcomes: Iterable[Outcome]) -> Outcome:
    """One must hold: refuted only where each is."""
    doubt: Outcome | None = None
    for outcome in outcomes:
        if outcome.verified:
            return outcome
        if doubt is None or (doubt.status is Status.REFUTED and outcome.status is Status.UNKNOWN):
            doubt = outcome
    return doubt or unsure("nothing to compare")
