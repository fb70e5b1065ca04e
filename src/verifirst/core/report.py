"""A report: what the verdicts say about one step, and how much of it was checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from verifirst.core.facts import Fact
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """One step's verdicts.

    ``verdicts`` holds one verdict per claim, the one that decided it, from rules that may
    roll back. ``notes`` holds what preview rules say: it never moves the status.
    ``facts`` are what the step adds to the fact graph. ``premises`` are positions, in the
    graph before this step, of the facts the step relies on.
    """

    step: Step
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[Verdict, ...] = ()
    facts: tuple[Fact, ...] = ()
    premises: tuple[int, ...] = ()
    cause: int | None = None

    @property
    def status(self) -> Status:
        """REFUTED if a claim is; VERIFIED if there are claims and each is; else UNKNOWN.

        What asserts nothing (NO_CLAIM: a definition, a line said before) does not count.
        """
        return join(verdict.status for verdict in self.verdicts if verdict.reason is not Reason.NO_CLAIM)

    @property
    def refutation(self) -> Verdict | None:
        """The refutation that ends earliest in the step's text, if any."""
        refuted = [verdict for verdict in self.verdicts if verdict.status is Status.REFUTED]
        return min(refuted, key=lambda verdict: verdict.offending or 0, default=None)


def join(statuses: Iterable[Status]) -> Status:
    """Combine statuses: any refuted refutes; all verified (and at least one) verifies."""
    seen = set(statuses)
    if Status.REFUTED in seen:
        return Status.REFUTED
    return Status.VERIFIED if seen == {Status.VERIFIED} else Status.UNKNOWN


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was checked: counts, so that coverages of many traces add up."""

    claims: int = 0
    decided: int = 0
    steps: int = 0
    steps_decided: int = 0

    @classmethod
    def of(cls, reports: Iterable[Report]) -> Coverage:
        """Coverage of one trace."""
        claims = decided = steps = steps_decided = 0
        for report in reports:
            found = [v for v in report.verdicts if v.claim is not None and v.reason is not Reason.NO_CLAIM]
            known = sum(verdict.status is not Status.UNKNOWN for verdict in found)
            claims += len(found)
            decided += known
            steps += 1
            steps_decided += known > 0
        return cls(claims, decided, steps, steps_decided)

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.claims + other.claims,
            self.decided + other.decided,
            self.steps + other.steps,
            self.steps_decided + other.steps_decided,
        )

    @property
    def claim_ratio(self) -> float | None:
        """Claims decided / claims found, None when no claim was found."""
        return self.decided / self.claims if self.claims else None

    @property
    def step_ratio(self) -> float | None:
        """Steps with a decided claim / steps, None when there are no steps."""
        return self.steps_decided / self.steps if self.steps else None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready: the counts, and their ratios rounded (None where there is nothing to divide by)."""
        return {
            "claims": self.claims,
            "decided": self.decided,
            "steps": self.steps,
            "steps_decided": self.steps_decided,
            "claim_ratio": _rounded(self.claim_ratio),
            "step_ratio": _rounded(self.step_ratio),
        }


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)
