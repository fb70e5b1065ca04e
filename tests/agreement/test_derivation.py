"""Derivations: what a text establishes, in steps or as a program."""

from fractions import Fraction
from itertools import islice

import pytest

from verifirst.agreement import derivation, program_derivation
from verifirst.agreement.derivation import label, named
from verifirst.bench.word_problems import generate
from verifirst.bench.word_problems.program import gold_program
from verifirst.verifier import Verifier

PROBLEM = "Tom has 3 boxes of 12 apples. He eats 5 and buys 4. How many apples does he have?"
VERIFIER = Verifier(enforce=["DG"])


def read(*lines):
    return derivation(VERIFIER, PROBLEM, lines)


def keys(found):
    return [fact.key for fact in found.facts]


def equals(*numbers):
    return "=", tuple(map(Fraction, numbers))


def test_facts_are_values_and_what_they_were_computed_from():
    found = read("Tom has 3 * 12 = 36 apples.", "He keeps 36 - 5 = 31.", "The answer is 31.")
    assert keys(found) == [equals(36, 3, 12), equals(31, 5, 36)]
    assert [fact.grounds for fact in found.facts] == [equals(36, 3, 12), equals(31, 3, 5, 12)]
    assert [(fact.label, fact.step) for fact in found.facts] == [("tom has apples", 0), ("he keeps", 1)]
    assert found.answer == "31"


def test_wording_order_of_factors_and_blank_lines_make_no_difference_to_a_fact():
    one = read("Tom has 3 * 12 = 36 apples.", "", "The answer is 36.")
    other = read("So there are 12 x 3 = 36 in all.", "The answer is 36 apples.")
    assert keys(one) == keys(other)
    assert one.answer == other.answer


def test_the_same_value_on_another_way_is_another_fact():
    assert keys(read("He has 12 + 4 = 16.")) != keys(read("He has 4 * 4 = 16."))


def test_a_sum_in_two_steps_has_the_grounds_of_one_in_one():
    one, two = read("He has 3 * 12 - 5 = 31."), read("He has 3 * 12 = 36.", "He keeps 36 - 5 = 31.")
    assert one.facts[-1].grounds == two.facts[-1].grounds
    assert one.facts[-1].key != two.facts[-1].key


def test_a_comparison_is_a_fact():
    found = read("3 * 12 = 36", "36 > 5, so it is enough.", "The answer is yes.")
    assert found.facts[-1].key == ("<", (5, 36))
    assert found.facts[-1].label == "so it is enough"


@pytest.mark.parametrize(
    ("last", "answer"),
    [
        ("The answer is $7.50.", "15/2"),
        ("The answer is -5.", "-5"),
        ("The answer is  Yes.", "yes"),
        ("the answer is yes", "yes"),
        ("So Ann has more.", "so ann has more."),
    ],
)
def test_answers_are_compared_by_value_or_by_their_words(last, answer):
    assert read(last).answer == answer


def test_nothing_establishes_nothing():
    assert (read().answer, read().facts) == ("", ())


def test_names_are_words_that_are_written_like_names_everywhere():
    problem = "The hall holds 9. Ann gives Tom 4. After that the rest is for Ann."
    assert named("Ann has 9 - 4 = 5 left.", problem) == {"ann"}
    assert named("The rest is 5, after Tom.", problem) == {"tom"}
    assert named("Kim has 5.", problem) == frozenset()


def test_labels_are_words_without_numbers():
    assert label("Ann's 3 * 12 = 36 apples, 25% of $4") == "ann s apples of"


def test_gold_programs_have_the_answers_and_the_facts_of_gold_solutions():
    same = 0
    for problem in islice(generate("dev", 150, 5), 150):
        program = gold_program(problem)
        steps = derivation(VERIFIER, problem.text, problem.solution_steps)
        formal = program_derivation(program)
        assert formal.program
        assert formal.answer == steps.answer, program
        assert {fact.key for fact in steps.facts} <= {fact.key for fact in formal.facts}, program
        same += {fact.grounds for fact in steps.facts} <= {fact.grounds for fact in formal.facts}
    assert same > 140  # a value that stands in the text, too, may be taken as given


@pytest.mark.parametrize("text", ["answer = b", "", "1 / 0", "3 > 2", "x" * 30_000])
def test_a_program_that_cannot_be_run_has_no_answer(text):
    found = program_derivation(text)
    assert (found.answer, found.program) == ("", True)
