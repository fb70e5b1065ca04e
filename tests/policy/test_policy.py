from __future__ import annotations

import pytest

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.policy import Commit, Decision, Halt, OnRefuted, OnUnknown, Policy, Rollback


def report(status: Status, cause: int | None = None, index: int = 4) -> Report:
    reason = Reason.NO_RULE if status is Status.UNKNOWN else None
    return Report(Step(index, 0, 1, 1, "x"), (Verdict(status, Claim(0, 1), reason=reason),), cause=cause)


@pytest.mark.parametrize("on_refuted", list(OnRefuted))
@pytest.mark.parametrize("on_unknown", list(OnUnknown))
def test_a_verified_step_always_stands(on_refuted: OnRefuted, on_unknown: OnUnknown) -> None:
    assert Policy(on_refuted, on_unknown).decide(report(Status.VERIFIED)) == Commit()


@pytest.mark.parametrize(("on_unknown", "decision"), [(OnUnknown.PASS, Commit()), (OnUnknown.ROLLBACK, Rollback(4))])
def test_an_unknown_step_passes_unless_told_otherwise(on_unknown: OnUnknown, decision: Decision) -> None:
    assert Policy(on_unknown=on_unknown).decide(report(Status.UNKNOWN)) == decision


@pytest.mark.parametrize(
    ("on_refuted", "decision"),
    [(OnRefuted.ROLLBACK, Rollback(4)), (OnRefuted.FLAG, Commit()), (OnRefuted.HALT, Halt("refuted"))],
)
def test_a_refuted_step_never_stands_silently(on_refuted: OnRefuted, decision: Decision) -> None:
    assert Policy(on_refuted).decide(report(Status.REFUTED)) == decision


@pytest.mark.parametrize(("cause", "kept"), [(None, 4), (0, 0), (2, 2), (4, 4), (9, 4)])
def test_a_rollback_keeps_the_steps_before_the_cause_and_never_the_step_itself(cause: int | None, kept: int) -> None:
    assert Policy().decide(report(Status.REFUTED, cause)) == Rollback(kept)


def test_the_default_rolls_back_refuted_steps_and_passes_unknown_ones() -> None:
    assert Policy() == Policy(OnRefuted.ROLLBACK, OnUnknown.PASS)


@pytest.mark.parametrize(
    ("verdict", "refusals", "decision"),
    [
        (Verdict(Status.UNKNOWN, Claim(0, 1), reason=Reason.NO_RULE), 0, Rollback(4)),
        (Verdict(Status.UNKNOWN, Claim(0, 1), reason=Reason.NO_CLAIM), 0, Commit()),
        (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM), 0, Commit()),
        (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM), 1, Rollback(4)),
    ],
    ids=["undecided", "a definition", "no claim", "no claim after a refusal"],
)
def test_strict_refuses_what_is_undecided_and_passes_what_asserts_nothing(verdict, refusals, decision) -> None:
    step = Report(Step(4, 0, 1, 1, "x"), (verdict,))
    assert Policy(on_unknown=OnUnknown.STRICT).decide(step, refusals) == decision
