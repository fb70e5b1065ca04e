"""A session: one trace under verification, fed as text in any chunks."""

from __future__ import annotations

from collections.abc import Sequence

from verifirst.core.report import Coverage, Report, join
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.errors import InputError
from verifirst.segment import Segmenter
from verifirst.segment import segmenter as segmenter_named
from verifirst.verifier import Ledger, Verifier


class Session:
    """Feed text, get the reports of the steps it closes.

    ``verifier`` defaults to the built-in packs. ``segmenter`` is a convention's name (see
    ``verifirst.segment.CONVENTIONS``) or an empty segmenter, which the session then owns.
    Offsets in reports are characters of :attr:`text`. Any split of the same text into
    chunks gives the same reports, and :meth:`rollback` leaves no trace of what it dropped.
    Raises InputError for arguments of the wrong type. Not thread-safe.
    """

    def __init__(
        self,
        problem: str,
        *,
        verifier: Verifier | None = None,
        segmenter: str | Segmenter = "newline",
    ) -> None:
        _text(problem, "problem")
        self._segmenter = segmenter if isinstance(segmenter, Segmenter) else segmenter_named(segmenter)
        if self._segmenter.text:
            raise InputError("the segmenter has text already; a session needs a fresh one")
        self._ledger = Ledger.open(Verifier() if verifier is None else verifier, problem)

    @property
    def problem(self) -> str:
        """The problem statement."""
        return self._ledger.problem

    @property
    def text(self) -> str:
        """Everything fed and not rolled back."""
        return self._segmenter.text

    @property
    def reports(self) -> tuple[Report, ...]:
        """One report per closed step, in order."""
        return tuple(self._ledger.reports)

    @property
    def coverage(self) -> Coverage:
        """How much of the closed steps was checked."""
        return Coverage.of(self._ledger.reports)

    @property
    def status(self) -> Status:
        """REFUTED if a step is; VERIFIED if there are steps and each is; else UNKNOWN."""
        return join(report.status for report in self._ledger.reports)

    def feed(self, text: str) -> list[Report]:
        """Append ``text``; return the reports of the steps that it closes, in order."""
        _text(text, "text")
        return [self._ledger.push(step) for step in self._segmenter.feed(text)]

    def close(self) -> list[Report]:
        """Close the open step, where there is one, and report on it. Feeding may go on."""
        return [self._ledger.push(step) for step in self._segmenter.close()]

    def rollback(self, steps: int) -> None:
        """Keep the first ``steps`` steps; the text is cut at the last kept step's boundary."""
        reports = self._ledger.reports
        if not isinstance(steps, int) or not 0 <= steps <= len(reports):
            raise InputError(f"rollback takes a number of steps to keep in 0..{len(reports)}, found {steps!r}")
        self._segmenter.rollback(reports[steps - 1].step.boundary if steps else 0)
        self._ledger.rollback(steps)

    def fork(self) -> Session:
        """An independent continuation of the same trace."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.__dict__.update(_segmenter=self._segmenter.fork(), _ledger=self._ledger.fork())
        return twin


def check_steps(verifier: Verifier, problem: str, steps: Sequence[str]) -> list[Report]:
    """Check steps that came as a list, kept as they are: one report each, blank ones too.

    Each step's offsets count in its own text: ``start`` is 0, ``end`` and ``boundary`` its
    length. Raises InputError where ``problem`` or a step is not a str.
    """
    _text(problem, "problem")
    if isinstance(steps, str):
        raise InputError("steps must be a sequence of str, found one str; use Session to cut a text into steps")
    ledger = Ledger.open(verifier, problem)
    for index, text in enumerate(steps):
        _text(text, f"step {index}")
        ledger.push(Step(index, 0, len(text), len(text), text))
    return ledger.reports


def _text(value: object, what: str) -> None:
    if not isinstance(value, str):
        raise InputError(f"{what} must be a str, found {type(value).__name__}; decode bytes first")
