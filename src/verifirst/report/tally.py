"""What a whole run of ``check`` found, as counts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from verifirst.core.report import Coverage, Report
from verifirst.core.verdict import Status
from verifirst.report.wire import trace_status


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over any number of traces."""

    traces: int = 0
    traces_refuted: int = 0
    malformed: int = 0
    verified: int = 0
    refuted: int = 0
    unknown: int = 0
    coverage: Coverage = field(default_factory=Coverage)

    @classmethod
    def of(cls, reports: Sequence[Report]) -> Tally:
        """The tally of one trace."""
        statuses = [report.status for report in reports]
        return cls(
            traces=1,
            traces_refuted=int(trace_status(reports) is Status.REFUTED),
            verified=statuses.count(Status.VERIFIED),
            refuted=statuses.count(Status.REFUTED),
            unknown=statuses.count(Status.UNKNOWN),
            coverage=Coverage.of(reports),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))

    @property
    def steps(self) -> int:
        """Steps of every status."""
        return self.verified + self.refuted + self.unknown

    def summary(self, seconds: float | None = None) -> str:
        """One line for people; ``seconds`` adds the rate."""
        decided = f"{self.coverage.decided:,} of {counted(self.coverage.claims, 'claim')} decided"
        statuses = f"{self.verified:,} verified, {self.refuted:,} refuted, {self.unknown:,} unknown"
        parts = [
            f"{counted(self.traces, 'trace')} ({self.traces_refuted:,} refuted)",
            f"{counted(self.steps, 'step')} ({statuses})",
            f"{decided}, in {_share(self.coverage.step_ratio)} of steps",
        ]
        if self.malformed:
            parts.append(f"{counted(self.malformed, 'malformed line')}")
        if seconds:
            parts.append(f"{self.steps / seconds:,.0f} steps/s")
        return "; ".join(parts)


def counted(count: int, noun: str) -> str:
    """``3 steps``, ``1 step``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _share(ratio: float | None) -> str:
    return "none" if ratio is None else f"{ratio:.0%}"
