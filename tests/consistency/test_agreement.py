"""Derivations compared by their facts, and which of them is released."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.agreement import Derivation, derivation, elect
from verifirst.verifier import Verifier

PROBLEM = "Tom has 3 boxes of 12 apples. He eats 5 and buys 4. How many apples does he have?"
VERIFIER = Verifier(enforce=["DG"])


def read(*lines):
    return derivation(VERIFIER, PROBLEM, lines)


def test_facts_are_values_and_what_they_were_computed_from():
    found = read("Tom has 3 * 12 = 36 apples.", "He keeps 36 - 5 = 31.", "The answer is 31.")
    three, five, twelve = Fraction(3), Fraction(5), Fraction(12)
    assert found.facts == {(Fraction(36), (three, twelve)), (Fraction(31), (five, Fraction(36)))}
    assert found.answer == "31"


def test_wording_order_of_factors_and_blank_lines_make_no_difference():
    one = read("Tom has 3 * 12 = 36 apples.", "", "The answer is 36.")
    other = read("So there are 12 x 3 = 36 in all.", "The answer is 36 apples.")
    assert one == other


def test_the_same_value_on_another_way_is_another_fact():
    assert read("He has 12 + 4 = 16.").facts != read("He has 4 * 4 = 16.").facts


def test_an_answer_in_words_is_compared_as_it_stands():
    assert read("The answer is  Yes.").answer == read("the answer is yes.").answer
    assert read().answer == ""


GOOD = Derivation("31", frozenset({(Fraction(36), ()), (Fraction(31), ())}))
ODD = Derivation("31", frozenset({(Fraction(7), ()), (Fraction(31), ())}))
WRONG = Derivation("40", frozenset({(Fraction(36), ()), (Fraction(40), ())}))
NOTHING = Derivation("", frozenset({(Fraction(36), ())}))


def test_the_released_derivation_is_that_of_the_leading_answer_with_the_best_supported_facts():
    found = elect([ODD, WRONG, GOOD, NOTHING, GOOD])
    assert found.winner == 2
    assert found.votes == {"31": 3, "40": 1}
    assert found.share == 3 / 5
    assert found.support == pytest.approx((3 / 4 + 3 / 4) / 2)


def test_who_has_no_answer_has_no_vote():
    found = elect([NOTHING, NOTHING])
    assert (found.winner, found.share, found.support) == (None, 0, 0)
    assert elect([]).share == 0


@given(st.permutations([GOOD, GOOD, GOOD, ODD, WRONG, NOTHING]))
def test_the_order_of_the_votes_decides_ties_only(ballots):
    found = elect(ballots)
    assert ballots[found.winner] == GOOD
    assert found.share == 4 / 6
