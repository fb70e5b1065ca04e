import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.report import Coverage
from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason
from verifirst.rl.rewards import CoverageAware, Outcome, Product, StepValidity, WeightedSum
from verifirst.rl.rollouts import Rollout, RolloutStep

V, R, U = Status.VERIFIED, Status.REFUTED, Status.UNKNOWN


def rollout(text="The answer is 12.\n", statuses=(), reason=FinishReason.STOP, coverage=None):
    steps = tuple(RolloutStep(i, i + 1, "step", status) for i, status in enumerate(statuses))
    return Rollout((1,), (2,), (0.0,), (0.0,), text, reason, steps, coverage=coverage or Coverage())


class Fixed:
    """A reward that is always the same."""

    def __init__(self, value):
        self.value = value

    def __call__(self, rollout, answer=None):
        return self.value


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("5 + 7 = 12\nThe answer is 12.\n", "12", 1.0),
        ("The answer is 12.\n", "13", 0.0),
        (r"So $\boxed{\frac{\sqrt 2}{2}}$.", r"$\frac{1}{\sqrt 2}$", 1.0),
        ("The answer is $43.75.\n", "$43.75$", 1.0),
        ("The answer is yes.\n", "yes", 1.0),
        ("The answer is yes.\n", "no", 0.0),
        ("The answer is Tom.\n", "12", None),
        ("$5$ m", "$5$ cm", None),
        ("", "12", 0.0),
        ("So there are some left.\n", "12", 0.0),
        ("The answer is 12.\n", None, None),
    ],
)
def test_the_outcome_is_three_valued(text, answer, expected):
    assert Outcome()(rollout(text), answer) == expected


@pytest.mark.parametrize("reason", [FinishReason.EXHAUSTED, FinishReason.LENGTH, FinishReason.REFUTED])
def test_the_last_number_of_a_text_that_did_not_end_is_no_answer(reason):
    broken_off = rollout("There are 12 of them.\n", reason=reason)
    assert Outcome()(broken_off, "12") == 0.0
    assert Outcome(missing=None)(broken_off, "12") is None


def test_what_is_undecided_can_be_given_a_value():
    assert Outcome(undecided=0.0)(rollout("The answer is Tom.\n"), "12") == 0.0


@given(st.lists(st.sampled_from(Status), max_size=6))
def test_step_validity_is_the_share_of_decided_steps_that_are_verified(statuses):
    one = rollout(statuses=statuses)
    share, every = StepValidity()(one), StepValidity(every=True)(one)
    decided = [status for status in statuses if status is not U]
    if not decided:
        assert share is every is None
    else:
        assert share == decided.count(V) / len(decided)
        assert every == (R not in decided)
    assert StepValidity()(replace(one, finish_reason=FinishReason.EXHAUSTED)) == decided.count(V) / (len(decided) + 1)


def test_a_policy_that_stops_making_claims_loses():
    silent = rollout(statuses=(U, U), coverage=Coverage(0, 0, 2, 0))
    open_about_half = rollout(statuses=(V, U), coverage=Coverage(1, 1, 2, 1))
    reward = CoverageAware(Outcome(), floor=0.5)
    assert (reward(silent, "12"), reward(open_about_half, "12")) == (0.0, 1.0)
    assert CoverageAware(StepValidity(every=True))(silent) == 0.0, "an unknown reward is no way out"
    assert CoverageAware(Outcome(), floor=0.9)(open_about_half, "12") == 0.0
    assert CoverageAware(Outcome(), claims=2)(open_about_half, "12") == 0.0
    assert CoverageAware(Fixed(0.0), low=-1.0)(silent) == -1.0


@given(st.integers(1, 9), st.floats(0.1, 1), st.floats(0, 1))
def test_a_soft_floor_rises_in_a_straight_line_to_the_inner_reward(decided, floor, inner):
    covered = rollout(coverage=Coverage(decided, decided, 9, decided))
    found = CoverageAware(Fixed(inner), floor, soft=True)(covered)
    assert found == pytest.approx(inner * min(1.0, decided / 9 / floor))


VALUES = st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0, 2.0]))


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_composition_keeps_unknown_apart_from_zero(values):
    one, inner = rollout(), tuple(map(Fixed, values))
    product = Product(inner)(one)
    if 0.0 in values:
        assert product == 0.0
    elif None in values:
        assert product is None
    else:
        expected = 1.0
        for value in values:
            expected *= value
        assert product == expected
    total = WeightedSum(inner, tuple(float(i) for i in range(len(values))))(one)
    assert total == (None if None in values else sum(i * value for i, value in enumerate(values)))


def test_rewards_travel_to_other_processes():
    reward = CoverageAware(WeightedSum((Product((Outcome(), StepValidity(every=True))), StepValidity()), (1.0, 0.5)))
    one = rollout(statuses=(V, V), coverage=Coverage(2, 2, 2, 2))
    assert pickle.loads(pickle.dumps(reward)) == reward
    assert pickle.loads(pickle.dumps(reward))(one, "12") == reward(one, "12") == 1.5
