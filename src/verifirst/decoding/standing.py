"""What the steps that stand add up to, kept as they come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from verifirst.core.report import Coverage, Report
from verifirst.core.sealed import coverage, reasons
from verifirst.core.verdict import Reason, Status


class Standing:
    """Sums over the reports of the leading steps: exact after each change, never a sum over all."""

    __slots__ = ("_coverage", "_given", "_unknown", "refuted")

    def __init__(self, given: int = 0) -> None:
        self._given = given  # leading steps that stood before the request: not counted
        self._coverage = [Coverage()]  # of the first k steps, for each k counted
        self._unknown: Counter[Reason] = Counter()
        self.refuted = 0  # REFUTED ones, where the policy only flags them

    @property
    def steps(self) -> int:
        """How many leading steps are counted, or were given."""
        return self._given + len(self._coverage) - 1

    @property
    def coverage(self) -> Coverage:
        """How much of them was checked."""
        return self._coverage[-1]

    @property
    def unknown(self) -> Counter[Reason]:
        """Their UNKNOWN verdicts by reason; a copy."""
        return +self._unknown

    def add(self, report: Report) -> None:
        """Count the next step."""
        self._coverage.append(self._coverage[-1] + coverage(report))
        self._unknown.update(reasons(report))
        self.refuted += report.status is Status.REFUTED

    def drop(self, reports: Sequence[Report]) -> None:
        """Take out the last steps counted, which have these reports."""
        del self._coverage[len(self._coverage) - len(reports) :]
        for report in reports:
            self._unknown.subtract(reasons(report))
            self.refuted -= report.status is Status.REFUTED
