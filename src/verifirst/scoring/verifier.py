"""PC001, improbable-step: a verifier whose reports carry a likelihood beside the verdicts.

**What it checks.** A step as a whole, given the problem and the steps before it, by a calibrated
step reward model. **Why it matters.** A step may hold true equations over known numbers and yet
answer another question than the problem asks; no rule that decides one claim sees that.
**Limits.** A likelihood proves nothing. It never verifies a step and never moves the coverage. It
refuses one only where the caller says so (``enforce``), and then its evidence is of another kind
than that of any proof. By default it annotates.

This is a stage behind the rules, not a rule of a pack: a rule sees one claim and the facts, a
step reward model needs the text of all steps before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from verifirst.core.facts import FactGraph
from verifirst.core.report import Report
from verifirst.core.rule import Rule
from verifirst.core.sealed import SealedReport
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.scoring.base import Scored, Unscored
from verifirst.scoring.calibrated import Calibrated, Likelihood
from verifirst.verifier import Verifier

CODE = "PC001"


class ScoredVerifier(Verifier):
    """Judges steps by rules, then scores those that were not refuted.

    ``judge`` is a calibrated scorer, or makes one: a worker process is given what makes it
    (``partial(ScoredVerifier, step_judge)``), and makes its own. ``enforce`` may hold "PC001" (or
    "PC"): then what is improbable is refused, as what is refuted is. ``rules`` and the rest are those of
    ``Verifier``. Scoring is not part of the work budget: the time of a model call is the scorer's.
    """

    def __init__(
        self,
        judge: Calibrated | Callable[[], Calibrated],
        rules: Sequence[Rule] | None = None,
        *,
        enforce: Collection[str] = (),
        **settings: Any,
    ) -> None:
        own = [name for name in enforce if name and CODE.startswith(name)]
        super().__init__(rules, enforce=[name for name in enforce if name not in own], **settings)
        self.judge = judge if isinstance(judge, Calibrated) else judge()
        self.refuses = bool(own)

    def begin(self, problem: str) -> FactGraph:
        """The problem's facts, in a graph that also keeps the texts of the steps."""
        return _Remembering(super().begin(problem))

    def check(self, step: Step, problem: str, facts: FactGraph) -> Report:
        """As of ``Verifier``; the graph notes the text of ``step``, for the steps that follow it. Never raises."""
        report = super().check(step, problem, facts)
        before = facts.before(step) if isinstance(facts, _Remembering) else None
        if report.status is Status.REFUTED:
            return report
        if before is None:
            missing = Unscored(Reason.UNSUPPORTED, "the steps before it are not known; open a Ledger or a Session")
            return attach(report, missing, enforced=self.refuses)
        found = self.judge.likelihoods([Scored(problem, (*before, step.text), since=len(before))])[0]
        return attach(report, found if isinstance(found, Unscored) else found[0], enforced=self.refuses)


def annotate(judge: Calibrated, problem: str, reports: Sequence[Report], *, enforce: bool = False) -> list[Report]:
    """The reports of one finished trace with a likelihood on each step that no rule refuted.

    One call of the scorer for the whole trace. Equal to what ``ScoredVerifier`` reports step by step.
    """
    if not reports:
        return []
    (found,) = judge.likelihoods([Scored(problem, tuple(report.step.text for report in reports))])
    each: Sequence[Likelihood | Unscored] = [found] * len(reports) if isinstance(found, Unscored) else found
    return [
        report if report.status is Status.REFUTED else attach(report, said, enforced=enforce)
        for report, said in zip(reports, each, strict=True)
    ]


def attach(report: Report, found: Likelihood | Unscored, *, enforced: bool) -> Report:
    """``report`` with a note of PC001; with a refusal where ``found`` is too improbable and ``enforced``.

    The verdict is on no claim: what rules found, and the coverage, stay as they are.
    """
    plain = report.opened() if isinstance(report, SealedReport) else report
    verdict = _verdict(report.step, found)
    if enforced and verdict.status is Status.REFUTED:
        return replace(plain, verdicts=(*plain.verdicts, verdict))
    return replace(plain, notes=(*plain.notes, verdict))


def _verdict(step: Step, found: Likelihood | Unscored) -> Verdict:
    if isinstance(found, Unscored):
        return Verdict(Status.UNKNOWN, None, CODE, reason=found.reason, message=f"unscored: {found.message}")
    if found.refuses:
        return Verdict(
            Status.REFUTED, None, CODE, message=found.message, evidence=found.evidence(), offending=len(step.text)
        )
    return Verdict(
        Status.UNKNOWN, None, CODE, reason=Reason.UNSUPPORTED, message=found.message, evidence=found.evidence()
    )


class _Remembering(FactGraph):
    """A fact graph with the texts of the steps that were judged against it.

    The text of step k is noted when it is judged and overwritten when another step k is: after a
    rollback what lies behind is never read, so rolling back needs nothing.
    """

    __slots__ = ("_texts",)

    def __init__(self, facts: FactGraph) -> None:
        copy = FactGraph.fork(facts)
        self._facts = copy._facts  # noqa: SLF001  # a subclass takes over a copy that nobody else has
        self._values = copy._values  # noqa: SLF001
        self._names = copy._names  # noqa: SLF001
        self._texts: list[str] = []

    def before(self, step: Step) -> tuple[str, ...] | None:
        """The texts of the steps before ``step``, None where they were not judged here; notes its own."""
        if step.index > len(self._texts):
            return None
        del self._texts[step.index :]
        self._texts.append(step.text)
        return tuple(self._texts[:-1])

    def fork(self) -> FactGraph:
        """An independent copy."""
        twin = _Remembering(self)
        twin._texts = self._texts.copy()
        return twin
