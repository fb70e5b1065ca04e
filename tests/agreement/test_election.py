"""Which derivation is released, and how far others support it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.agreement import Ballot, Derivation, Established, elect
from verifirst.agreement.support import share


def fact(value, *operands, grounds=None, label=""):
    key = ("=", (Fraction(value), *map(Fraction, operands)))
    return Established(key, key if grounds is None else ("=", tuple(map(Fraction, grounds))), label, 0)


GOOD = Derivation("31", (fact(36, label="tom has"), fact(31, label="he keeps")))
ODD = Derivation("31", (fact(7, label="tom has"), fact(31, label="he keeps")))
GARBLED = Derivation("31", (fact(36, label="ann has"), fact(31, label="he keeps")))
WRONG = Derivation("40", (fact(36, label="tom has"), fact(40, label="he keeps")))
PROGRAM = Derivation("31", (fact(36), fact(31)), program=True)
NOTHING = Derivation("", (fact(36),))


def test_the_released_derivation_is_that_of_the_leading_answer_with_the_best_supported_facts():
    found = elect([ODD, WRONG, GOOD, NOTHING, GOOD])
    assert found.winner == 2
    assert found.votes == {"31": 3, "40": 1}
    assert (found.answer, found.share) == ("31", 3 / 5)
    assert found.support == Ballot([ODD, WRONG, GOOD, NOTHING, GOOD]).joint(GOOD)


def test_the_same_numbers_said_of_another_thing_have_less_support():
    assert elect([GARBLED, GOOD, GOOD]).winner == 1


def test_programs_vote_and_are_not_released():
    found = elect([WRONG, PROGRAM, GOOD, PROGRAM])
    assert (found.winner, found.votes) == (2, {"31": 3, "40": 1})
    assert elect([PROGRAM, WRONG, PROGRAM]).winner == 1  # no derivation in steps has their answer
    assert elect([PROGRAM, WRONG, PROGRAM]).share == 1 / 3
    assert elect([PROGRAM]).winner is None


def test_shares_are_of_the_others():
    ballot = Ballot([GOOD, GOOD, WRONG, PROGRAM])
    first, second = (ballot.support(one, GOOD) for one in GOOD.facts)
    assert first == (share(3, 3), share(2, 2), share(1, 1), share(0, 2))
    assert second == (share(2, 3), share(1, 2), share(1, 1), share(1, 2))
    assert ballot.joint(GOOD) == pytest.approx((first.joint * second.joint) ** 0.5)
    assert first.joint == pytest.approx(share(2, 2) * share(1, 1) ** 0.5)


def test_unseen_shares_are_what_verified_forks_mostly_agree_in():
    assert share(0, 0) == 0.8
    assert share(8, 8) < 1
    assert share(0, 1) < 0.5 < share(1, 1)


@pytest.mark.parametrize(
    ("others", "unanimous"),
    [
        ([], True),
        ([GOOD, PROGRAM], True),
        ([NOTHING, PROGRAM], True),  # who has no answer has no say
        ([GARBLED], False),  # the same numbers in other words
        ([ODD], False),
        ([WRONG], False),
        ([Derivation("31", (fact(31),), program=True)], False),  # a program that lacks a fact
    ],
)
def test_unanimous_are_forks_that_agree_in_every_fact(others, unanimous):
    assert elect([GOOD, GOOD, *others]).unanimous is unanimous
    assert not elect([Derivation("31"), Derivation("31")]).unanimous  # nothing to agree in


def test_a_program_does_not_support_what_it_says_of_somebody_else():
    def said(label, *names):
        key = ("=", (Fraction(36), Fraction(3), Fraction(12)))
        return Established(key, key, label, 0, frozenset(names))

    ann, tom = Derivation("36", (said("ann has", "ann"),)), Derivation("36", (said("tom has", "tom"),))
    nobody = Derivation("36", (said("the tax is"),))
    of_ann, of_tax = (Derivation("36", (said(name),), program=True) for name in ("ann apples", "tax"))
    ballot = Ballot([ann, tom, nobody, of_ann])
    said_so, not_so = share(1, 1), share(0, 1)
    assert [ballot.support(one.facts[0], one).formal for one in (ann, tom, nobody)] == [said_so, not_so, said_so]
    ballot = Ballot([ann, tom, nobody, of_tax])
    assert [ballot.support(one.facts[0], one).formal for one in (ann, tom, nobody)] == [said_so] * 3


def test_a_fact_is_entailed_by_one_on_the_same_grounds():
    at_once = Derivation("31", (fact(31, 3, 12, 5, grounds=(31, 3, 5, 12)),))
    in_steps = Derivation("31", (fact(36, 3, 12), fact(31, 5, 36, grounds=(31, 3, 5, 12))))
    ballot = Ballot([at_once, in_steps])
    assert ballot.support(at_once.facts[0], at_once).fact == share(1, 1)
    assert ballot.support(in_steps.facts[1], in_steps).fact == share(1, 1)
    assert ballot.support(in_steps.facts[0], in_steps).fact == share(0, 1)


def test_what_began_inside_another_can_win_and_has_no_vote():
    found = elect([ODD, WRONG, GOOD, GARBLED, GOOD], inside=2)
    assert (found.votes, found.drawn, found.winner) == ({"31": 2, "40": 1}, 3, 2)
    alone = elect([ODD, WRONG, GOOD])
    assert (found.support, found.share) == (alone.support, alone.share)
    better = elect([GARBLED, PROGRAM, WRONG, GOOD], inside=1)
    assert (better.winner, better.share) == (3, 2 / 3)
    assert elect([WRONG, GOOD], inside=1).winner == 0


def test_a_derivation_that_is_no_voter_is_judged_by_all_of_them():
    ballot = Ballot([GOOD, PROGRAM])
    outsider = Derivation(GOOD.answer, GOOD.facts)
    assert ballot.support(GOOD.facts[0], GOOD).alike == share(0, 0)
    assert ballot.support(GOOD.facts[0], outsider).alike == share(1, 1)


def test_who_has_no_answer_has_no_vote():
    found = elect([NOTHING, NOTHING])
    assert (found.winner, found.share, found.support) == (None, 0, 0)
    assert elect([]).share == 0


def test_a_derivation_without_facts_comes_last():
    assert elect([Derivation("31"), GOOD]).winner == 1
    assert elect([Derivation("31")]).winner == 0


@given(st.permutations([GOOD, GOOD, GOOD, ODD, WRONG, NOTHING, PROGRAM]))
def test_the_order_of_the_votes_decides_ties_only(ballots):
    found = elect(ballots)
    assert ballots[found.winner] == GOOD
    assert found.share == 5 / 7
