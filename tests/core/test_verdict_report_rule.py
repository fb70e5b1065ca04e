from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import pytest

from verifirst.core.budget import Budget
from verifirst.core.claim import Claim
from verifirst.core.facts import FactGraph
from verifirst.core.report import Coverage, Report, join
from verifirst.core.rule import Context, Rule, judge
from verifirst.core.step import Step
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.errors import BudgetExceeded, SolverUnavailable

CLAIM = Claim(2, 5)
STEP = Step(0, 0, 5, 5, "ab cd")


def context(budget: int = 10) -> Context:
    return Context("", STEP, FactGraph(), Budget(budget))


def verdict(status: Status, offending: int | None = None, claim: Claim | None = CLAIM) -> Verdict:
    return Verdict(status, claim, reason=Reason.NO_RULE if status is Status.UNKNOWN else None, offending=offending)


@pytest.mark.parametrize("status", list(Status))
def test_unknown_has_a_reason_and_nothing_else_has(status: Status) -> None:
    reason = None if status is Status.UNKNOWN else Reason.BUDGET
    with pytest.raises(ValueError, match="an UNKNOWN verdict has a reason"):
        Verdict(status, None, reason=reason)


def test_join_is_the_whole_lattice() -> None:
    v, r, u = Status.VERIFIED, Status.REFUTED, Status.UNKNOWN
    for size in range(4):
        for statuses in itertools.product([v, r, u], repeat=size):
            expected = r if r in statuses else v if statuses and set(statuses) == {v} else u
            assert join(statuses) is expected


def test_a_report_points_at_the_refutation_that_ends_first() -> None:
    early, late = verdict(Status.REFUTED, 3), verdict(Status.REFUTED, 9)
    assert Report(STEP, (late, early)).refutation is early
    assert Report(STEP, (verdict(Status.VERIFIED),)).refutation is None


def test_notes_never_move_the_status() -> None:
    assert Report(STEP, (verdict(Status.VERIFIED),), (verdict(Status.REFUTED),)).status is Status.VERIFIED
    assert Report(STEP, (), (verdict(Status.VERIFIED),)).status is Status.UNKNOWN


def test_coverages_add_up() -> None:
    one = Report(STEP, (verdict(Status.VERIFIED), verdict(Status.UNKNOWN)))
    none = Report(STEP, (verdict(Status.UNKNOWN, claim=None),))
    assert Coverage.of([one, none]) == Coverage(2, 1, 2, 1) == Coverage.of([one]) + Coverage.of([none])
    assert (Coverage.of([one, none]).claim_ratio, Coverage.of([one, none]).step_ratio) == (0.5, 0.5)
    assert (Coverage.of([none]).claim_ratio, Coverage.of([none]).step_ratio) == (None, 0.0)


def test_a_budget_counts_work() -> None:
    budget = Budget(3)
    budget.spend()
    budget.spend(2)
    with pytest.raises(BudgetExceeded, match="3 units"):
        budget.spend()


@dataclass(frozen=True, slots=True)
class Raising(Rule):
    code: ClassVar[str] = "XX001"
    name: ClassVar[str] = "raising"
    claims: ClassVar[tuple[type[Claim], ...]] = (Claim,)
    error: BaseException

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "reason", "message"),
    [
        (BudgetExceeded("spent"), Reason.BUDGET, "spent"),
        (SolverUnavailable("z3", "solvers"), Reason.UNAVAILABLE, r"pip install 'verifirst[solvers]'"),
        (MemoryError(), Reason.BUDGET, "memory"),
        (ValueError("odd"), Reason.RULE_ERROR, "ValueError: odd"),
        (RecursionError("deep"), Reason.RULE_ERROR, "RecursionError: deep"),
        (AssertionError("x" * 999), Reason.RULE_ERROR, "AssertionError: xxx"),
    ],
)
def test_the_boundary_classifies_whatever_a_rule_raises(error: BaseException, reason: Reason, message: str) -> None:
    result = judge(Raising(error), CLAIM, context())
    assert result is not None
    assert (result.status, result.reason, result.rule) == (Status.UNKNOWN, reason, "XX001")
    assert message in result.message
    assert len(result.message) <= 200


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1)])
def test_the_boundary_lets_the_process_end(error: BaseException) -> None:
    with pytest.raises(type(error)):
        judge(Raising(error), CLAIM, context())


def test_a_refutation_bans_up_to_its_claim_unless_the_rule_knows_better() -> None:
    rule = Raising(ValueError())
    assert rule.refuted(CLAIM, Evidence("e"), "why").offending == CLAIM.end
    assert rule.refuted(CLAIM, Evidence("e"), "why", offending=3).offending == 3
    assert rule.verified(CLAIM, Evidence("e")).status is Status.VERIFIED
    assert rule.unknown(CLAIM, Reason.AMBIGUOUS).reason is Reason.AMBIGUOUS
