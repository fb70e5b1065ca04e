from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings

from verifirst.core.facts import PROBLEM, Fact
from verifirst.core.step import Step
from verifirst.testing import Trace
from verifirst.testing.strategies import traces
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier()


def told(problem: str, *steps: str) -> Ledger:
    ledger = Ledger.open(VERIFIER, problem)
    for index, text in enumerate(steps):
        ledger.push(Step(index, 0, len(text), len(text), text))
    return ledger


def relied(ledger: Ledger, step: int) -> set[int]:
    """The steps that ``step`` relies on."""
    return {ledger.facts[position].step for position in ledger.reports[step].premises}


@settings(max_examples=80, deadline=None)
@given(traces())
def test_premises_point_backwards_and_spans_lie_in_their_step(trace: Trace) -> None:
    ledger = told(trace.problem, *trace.steps)
    for position, fact in enumerate(ledger.facts):
        assert all(0 <= premise < position for premise in fact.premises)
        assert fact.scope < position
        if fact.step != PROBLEM:
            assert 0 <= fact.start <= fact.end <= len(trace.steps[fact.step])
    steps = [fact.step for fact in ledger.facts]
    assert steps == sorted(steps)
    size = sum(fact.step == PROBLEM for fact in ledger.facts)
    for report in ledger.reports:
        assert all(premise < size for premise in report.premises)
        size += len(report.facts)


def test_a_result_has_its_operands_as_premises_over_steps() -> None:
    ledger = told("Tom has 5 boxes of 18 eggs.", "He has 5 * 18 = 90 eggs.", "With 7 more it is 90 + 7 = 97.")
    assert relied(ledger, 0) == {PROBLEM}
    assert relied(ledger, 1) == {0}
    (last,) = ledger.facts.find(97)
    values = {fact.value for fact in ledger.facts.behind([last])}
    assert values == {Fraction(n) for n in (97, 90, 7, 5, 18)}


def test_a_number_said_again_refers_to_where_it_was_said_last() -> None:
    ledger = told(
        "", "She pays 35 dollars.", "So the 35 dollars are gone.", "Of those 35 dollars he knew.", "Then nothing."
    )
    assert [relied(ledger, step) for step in range(4)] == [set(), {0}, {1}, {2}]
    assert len(ledger.facts.find(35)) == 3


def test_a_label_is_a_premise_of_what_is_said_with_it() -> None:
    ledger = told("", "Cost of pens = 4 * 12 = 48", "Cost of cups = 33", "Total cost = Cost of pens + Cost of cups")
    assert relied(ledger, 2) == {0, 1}
    (total,) = ledger.facts.named("total cost")
    assert {fact.name for fact in ledger.facts.behind([total])} == {"total cost", "cost pen", "cost cup", ""}


def test_a_number_of_a_heading_is_no_fact() -> None:
    assert told("", "Step 17: Add them.", "18. Add them.").facts.find(17) == ()


def test_a_case_opens_a_scope_that_the_next_case_closes() -> None:
    ledger = told("", "Case 1: The number of boys is 44.", "Case 2: The number of boys is 55.")
    first, second = ledger.facts.named("number boy")
    assert ledger.facts.current("number boy") == (second,)
    openings = [position for position, fact in enumerate(ledger.facts) if fact.opens]
    assert [ledger.facts[first].scope, ledger.facts[second].scope] == openings


def test_only_what_the_refuted_claim_says_is_unsound() -> None:
    ledger = told("", "Tom has 5 * 18 = 91 eggs. She has 44 apples.")
    sound: dict[Fraction, bool] = {
        fact.value: fact.sound for fact in ledger.facts if isinstance(fact, Fact) and fact.value
    }
    assert (sound[Fraction(91)], sound[Fraction(44)]) == (False, True)


def test_a_million_spaces_are_read_at_once() -> None:
    text = " " * 1_000_000 + "7"
    assert told("", text).reports[0].facts == ()  # past what is searched; a quadratic search would never end
