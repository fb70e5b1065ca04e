import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.scorers import Answers, Hashed

from verifirst.core.verdict import Reason
from verifirst.errors import SolverUnavailable
from verifirst.scoring import Scored, Unscored, score

TRACES = [Scored("p", ("a", "b")), Scored("q", ("a", "b", "c"), since=2)]


def test_scores_come_through_in_order():
    assert score(Answers([[0.1, 1], [0.0]]), TRACES) == [(0.1, 1.0), (0.0,)]


def test_nothing_is_asked_of_nothing():
    assert score(Answers(RuntimeError("asked")), []) == []


@pytest.mark.parametrize(
    ("answers", "reason", "said"),
    [
        (RuntimeError("no memory left"), Reason.RULE_ERROR, "RuntimeError: no memory left"),
        (TimeoutError("after 5 s"), Reason.TIMEOUT, "after 5 s"),
        (SolverUnavailable("torch", "local"), Reason.UNAVAILABLE, "verifirst[local]"),
        (None, Reason.RULE_ERROR, "TypeError"),
        ([[0.1, 0.2]], Reason.RULE_ERROR, "1 answers to 2 traces"),
    ],
)
def test_a_scorer_that_fails_scores_nothing_and_says_why(answers, reason, said):
    for found in score(Answers(answers), TRACES):
        assert isinstance(found, Unscored)
        assert found.reason is reason
        assert said in found.message


@pytest.mark.parametrize(
    "wrong",
    [[0.5], [0.5, 0.5, 0.5], [0.5, math.nan], [0.5, 1.01], [-0.1, 0.5], [0.5, math.inf], 0.5, "ab", None, ["x", 1]],
)
def test_what_is_no_probability_is_never_one_and_spoils_no_other_trace(wrong):
    spoilt, other = score(Answers([wrong, [0.7]]), TRACES)
    assert isinstance(spoilt, Unscored)
    assert spoilt.reason is Reason.RULE_ERROR
    assert other == (0.7,)


@given(st.lists(st.one_of(st.none(), st.lists(st.floats(), max_size=4), st.text(max_size=3)), max_size=3))
def test_whatever_a_scorer_gives_there_are_probabilities_or_reasons(answers):
    for trace, found in zip(TRACES, score(Answers(answers), TRACES), strict=True):
        assert isinstance(found, Unscored) or (len(found) == trace.due and all(0 <= number <= 1 for number in found))


def test_a_step_is_scored_as_if_nothing_followed_it():
    (whole,) = score(Hashed(), [Scored("p", ("a", "b", "c"))])
    assert [score(Hashed(), [Scored("p", ("a", "b", "c")[: at + 1], since=at)])[0][0] for at in range(3)] == list(whole)
