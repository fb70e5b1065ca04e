"""A report from another process: what a decoder asks is at hand, the rest is unpacked when looked at."""

from __future__ import annotations

import pickle
from typing import NamedTuple

from verifirst.core.facts import Fact
from verifirst.core.report import Coverage, Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict

_STATUSES = tuple(Status)
_Parts = tuple[tuple[Verdict, ...], tuple[Verdict, ...], tuple[Fact, ...], tuple[int, ...]]


class Seal(NamedTuple):
    """A report as it travels, without its step: built from plain values, so that reading it is cheap."""

    status: int  # position in ``Status``
    cause: int | None
    claims: int
    decided: int
    reasons: tuple[str, ...]  # of the UNKNOWN verdicts
    body: bytes  # the pickled verdicts, notes, facts and premises

    @classmethod
    def of(cls, report: Report) -> Seal:
        """Seal ``report``."""
        covered = Coverage.of([report])
        reasons = tuple(verdict.reason.value for verdict in report.verdicts if verdict.reason is not None)
        parts: _Parts = (report.verdicts, report.notes, report.facts, report.premises)
        body = pickle.dumps(parts, pickle.HIGHEST_PROTOCOL)
        status = _STATUSES.index(report.status)
        return cls(status, report.cause, covered.claims, covered.decided, reasons, body)


class SealedReport(Report):
    """A :class:`Report` that unpacks its verdicts, notes, facts and premises when first asked for them.

    Equal to the report that was sealed, with ``step`` put back. Its status, cause,
    ``coverage`` and ``reasons`` cost nothing.
    """

    __slots__ = ("_parts", "_seal")
    _seal: Seal
    _parts: _Parts | None

    def __init__(self, step: Step, seal: Seal) -> None:
        object.__setattr__(self, "step", step)
        object.__setattr__(self, "cause", seal.cause)
        object.__setattr__(self, "_seal", seal)
        object.__setattr__(self, "_parts", None)

    def _open(self) -> _Parts:
        if self._parts is None:
            parts: _Parts = pickle.loads(self._seal.body)  # noqa: S301  # our own worker wrote it
            object.__setattr__(self, "_parts", parts)
            return parts
        return self._parts

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """See :class:`Report`."""
        return self._open()[0]

    @property
    def notes(self) -> tuple[Verdict, ...]:
        """See :class:`Report`."""
        return self._open()[1]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """See :class:`Report`."""
        return self._open()[2]

    @property
    def premises(self) -> tuple[int, ...]:
        """See :class:`Report`."""
        return self._open()[3]

    @property
    def status(self) -> Status:
        """See :class:`Report`."""
        return _STATUSES[self._seal.status]

    @property
    def coverage(self) -> Coverage:
        """The coverage of this step."""
        return Coverage(self._seal.claims, self._seal.decided, 1, int(self._seal.decided > 0))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons of its UNKNOWN verdicts."""
        return tuple(map(Reason, self._seal.reasons))

    def opened(self) -> Report:
        """The plain report."""
        return Report(self.step, *self._open(), self.cause)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return self.opened() == (other.opened() if isinstance(other, SealedReport) else other)

    __hash__ = Report.__hash__

    def __repr__(self) -> str:
        return repr(self.opened())

    def __reduce__(self) -> tuple[type[SealedReport], tuple[Step, Seal]]:
        return SealedReport, (self.step, self._seal)


def reasons(report: Report) -> tuple[Reason, ...]:
    """The reasons of a report's UNKNOWN verdicts; a sealed report stays sealed."""
    if isinstance(report, SealedReport):
        return report.reasons
    return tuple(verdict.reason for verdict in report.verdicts if verdict.reason is not None)


def coverage(report: Report) -> Coverage:
    """The coverage of one step; a sealed report stays sealed."""
    return report.coverage if isinstance(report, SealedReport) else Coverage.of([report])
