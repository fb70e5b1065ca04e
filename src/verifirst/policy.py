"""The policy: what a step's report means for the trace. Pure: report in, decision out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifirst.core.report import Report
from verifirst.core.verdict import Reason, Status, Verdict


@dataclass(frozen=True, slots=True)
class Commit:
    """The step stands."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """Keep the first ``steps`` steps, drop the rest and try again."""

    steps: int


@dataclass(frozen=True, slots=True)
class Halt:
    """End the trace at the last verified step; ``why`` goes into the output."""

    why: str


Decision = Commit | Rollback | Halt


class OnUnknown(StrEnum):
    """What an UNKNOWN step does: pass (and lower the stated coverage) or roll back.

    ``STRICT`` refuses a step whose claims are not all decided, and passes a step without
    claims only where nothing was refused before: a retry may not trade a refuted claim for
    words that nobody can check.
    """

    PASS = "pass"  # noqa: S105  # not a password
    STRICT = "strict"
    ROLLBACK = "rollback"


class OnRefuted(StrEnum):
    """What a REFUTED step does. ``FLAG`` only annotates, and the output says so."""

    ROLLBACK = "rollback"
    FLAG = "flag"
    HALT = "halt"


@dataclass(frozen=True, slots=True)
class Policy:
    """Report to decision."""

    on_refuted: OnRefuted = OnRefuted.ROLLBACK
    on_unknown: OnUnknown = OnUnknown.PASS

    def decide(self, report: Report, refusals: int = 0) -> Decision:
        """The decision for one report; a rollback keeps the steps before the cause.

        ``refusals`` is how many steps were refused before at this step's boundary.
        """
        if report.status is Status.VERIFIED:
            return Commit()
        if report.status is Status.UNKNOWN:
            return Commit() if self._passes(report, refusals) else Rollback(report.step.index)
        if self.on_refuted is OnRefuted.FLAG:
            return Commit()
        if self.on_refuted is OnRefuted.HALT:
            return Halt("refuted")
        return Rollback(report.step.index if report.cause is None else min(report.cause, report.step.index))

    def _passes(self, report: Report, refusals: int) -> bool:
        """Whether an UNKNOWN step may stand."""
        if self.on_unknown is OnUnknown.STRICT:
            return not refusals and all(_claims_nothing(verdict) for verdict in report.verdicts)
        return self.on_unknown is OnUnknown.PASS


def _claims_nothing(verdict: Verdict) -> bool:
    """Whether nothing was asserted: no claim at all, a definition, a line said before."""
    return verdict.claim is None or verdict.reason is Reason.NO_CLAIM
