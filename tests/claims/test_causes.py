from __future__ import annotations

import pytest

from verifirst.claims.causes import is_new
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier()


def judge(problem: str, *steps: str) -> list[Report]:
    ledger = Ledger.open(VERIFIER, problem)
    return [ledger.push(Step(i, 0, len(text), len(text), text)) for i, text in enumerate(steps)]


@pytest.mark.parametrize(
    ("steps", "cause"),
    [
        (("When I add 31 and 81, I get 70.", "This means that 31 + 81 = 70."), 0),
        ((r"It reduces to $\frac{160}{410}$.", r"So $\frac{1}{5} \cdot \frac{8}{7} = \frac{16}{41}$."), 0),
        (("Adding 1 to a product with 99 gives us 9902.", "Thus, 99^2 + 99 + 1 = 9902."), 0),
        (("We have $2^{24+8} \\div 2^{28}$.", "I believe that is $2^{30} \\div 2^{28}$.",
          "So $8^8 \\cdot 4^4 \\div 2^{28} = 4$."), 1),
        (("It is $2^{32-28}$, which is $2^8$.", "And $2^8 = 256$.", "So $8^8 \\cdot 4^4 \\div 2^{28} = 256$."), 0),
        (("So 2 to the seventh power is 64.", r"Therefore, $\log_2 64 = 7$."), None),
        (("As a power of 2, the number 64 has the exponent 7.", r"Therefore, $\log_2 64 = 7$."), 0),
    ],
    ids=["said", "as an expression", "as a rule", "another small value", "another value", "in words", "announced"],
)  # fmt: skip
def test_a_value_said_again_points_to_where_it_came_up(steps: tuple[str, ...], cause: int | None) -> None:
    report = judge("Compute it.", *steps)[-1]
    assert report.status is Status.REFUTED
    assert report.cause == cause


@pytest.mark.parametrize(
    ("problem", "steps"),
    [
        ("", ("Tom has 50 eggs.", "Then 50 + 81 = 132 eggs.")),
        ("", ("He gets 35 * 2 = 70 eggs.", "And she gets 35 + 36 = 70 eggs.")),
        ("There are 70 eggs.", ("There are 70 eggs.", "This means that 31 + 81 = 70.")),
        ("", ("She has 7 eggs.", "This means that 31 - 25 = 7.")),
        ("", ("She has 70 eggs.", "Then come 31 and 81.", "This means that 31 + 81 = 70.")),
        ("", ("We know 31 + 81 of them.", "She has 7 eggs.", "This means that 31 + 81 = 7.")),
        ("", ("She has 35 * 2 = 70 eggs.", "There are 31 + 81 of them.", "This means that 31 + 81 = 70.")),
        ("", ("There are 31 + 81 of them.", "She has 35 * 2 = 70 eggs.", "This means that 31 + 81 = 70.")),
        ("Compute 31 + 81, not 7.", ("The 31 and 81 are not 7.", "This means that 31 + 81 = 7.")),
    ],
    ids=[
        "new", "verified", "given", "small", "before its operands", "small after the right one", "before the right one",
        "verified after the right one", "small and given",
    ],
)  # fmt: skip
def test_otherwise_the_step_itself_is_to_blame(problem: str, steps: tuple[str, ...]) -> None:
    report = judge(problem, *steps)[-1]
    assert report.status is Status.REFUTED
    assert report.cause is None


def test_a_step_that_rests_on_a_refuted_claim_points_back_to_it() -> None:
    reports = judge("", "Tom has 5 * 18 = 91 eggs.", "With 4 more it is 91 + 4 = 95.", "With 5 more it is 95 + 5 = 99.")
    assert [report.status for report in reports] == [Status.REFUTED, Status.VERIFIED, Status.REFUTED]
    assert reports[2].cause == 0


def test_what_a_refuted_step_says_besides_is_sound() -> None:
    reports = judge("", "Tom has 5 * 18 = 91 eggs. She has 44 apples.", "With 11 more apples it is 44 + 11 = 56.")
    assert [report.status for report in reports] == [Status.REFUTED, Status.REFUTED]
    assert reports[1].cause is None


@pytest.mark.parametrize(
    ("problem", "steps", "new"),
    [
        ("", ("He adds 31 and 81.", "So 31 + 81 = 70."), True),
        ("", ("He adds 31 and 81 to 70.", "So 31 + 81 = 70."), False),
        ("There are 70.", ("He adds 31 and 81.", "So 31 + 81 = 70."), False),
        ("", ("There are $7 \\cdot 10$.", "So 31 + 81 = 70."), False),
        ("", ("He adds 31 and 81.", "So 31 + 81 < 70."), False),
    ],
    ids=["new", "said", "given", "computed", "no number that it ends in"],
)
def test_a_number_that_nobody_said_before_is_the_steps_own(problem: str, steps: tuple[str, ...], new: bool) -> None:
    reports = judge(problem, *steps)
    facts = VERIFIER.begin(problem)
    for fact in (fact for report in reports[:-1] for fact in report.facts):
        facts.add(fact)
    refutation = reports[-1].refutation
    assert refutation is not None
    assert is_new(refutation, problem, reports[:-1], facts) is new


def test_an_investigation_is_bounded() -> None:
    steps = [f"Now {' + '.join(['3'] * 900)} is what we look at, and {n} too." for n in range(300, 420)]
    reports = judge("", *steps, "This means that 31 + 81 = 70000.")
    assert reports[-1].status is Status.REFUTED
    assert reports[-1].cause is None
