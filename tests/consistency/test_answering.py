import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.consistency import answering_threshold
from verifirst.consistency.binomial import fair_lower_tail, lower_tail
from verifirst.errors import ConfigError, InputError

VOTES = [share / 8 for share in range(8, 0, -1)]


def exact_tail(successes, trials, share):
    return sum(math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(successes + 1))


@given(st.integers(0, 80), st.data(), st.integers(1, 99))
def test_the_tail_is_the_sum_in_fractions(trials, data, percent):
    successes = data.draw(st.integers(0, trials))
    exact = exact_tail(successes, trials, Fraction(percent, 100))
    assert lower_tail(successes, trials, percent / 100) == pytest.approx(float(exact), rel=1e-11)
    assert fair_lower_tail(successes, trials) == float(exact_tail(successes, trials, Fraction(1, 2)))


def test_the_tail_of_many_draws_does_not_underflow():
    assert lower_tail(10, 100_000, 0.5) == 0.0  # about 1e-30,000
    assert lower_tail(50_000, 100_000, 0.5) == pytest.approx(0.5 + 0.5 * 0.0025231, abs=1e-6)  # half the middle term
    assert fair_lower_tail(2000, 4001) == 0.5  # 2 ** 4001 is no float


def served(draw, count, error):
    """Vote shares, and answers that are wrong with probability ``error(share)``."""
    shares = draw.choices(VOTES, weights=[6, 3, 2, 2, 1, 1, 1, 1], k=count)
    return shares, [draw.random() >= error(share) for share in shares]


def true_risk(threshold, error):
    weights = dict(zip(VOTES, [6, 3, 2, 2, 1, 1, 1, 1], strict=True))
    over = {share: weight for share, weight in weights.items() if share >= threshold}
    return sum(weight * error(share) for share, weight in over.items()) / sum(over.values())


@pytest.mark.parametrize("starts", [1, 3, 8])
@pytest.mark.parametrize(
    "error", [lambda share: 0.6 * (1 - share) + 0.02, lambda share: 0.101], ids=["ranked", "just above alpha"]
)
def test_the_error_exceeds_alpha_in_at_most_delta_of_the_draws(starts, error):
    draw = random.Random(starts)
    delta, draws, broken, useful = 0.1, 400, 0, 0
    for _ in range(draws):
        found = answering_threshold(*served(draw, 300, error), 0.1, grid=VOTES, delta=delta, starts=starts)
        if found.threshold is not None:
            useful += 1
            broken += true_risk(found.threshold, error) > 0.1
    assert broken <= draws * delta + 3 * math.sqrt(draws * delta * (1 - delta))  # three deviations of a binomial
    if error(1.0) < 0.05:
        assert useful > 0.8 * draws  # eight starts, which is Bonferroni, find least


@given(st.integers(1, 60), st.integers(0, 60), st.sampled_from([0.1, 0.3]))
def test_one_threshold_is_one_binomial_test(answered, wrong, alpha):
    wrong = min(wrong, answered)
    labels = [False] * wrong + [True] * (answered - wrong)
    found = answering_threshold([1.0] * answered, labels, alpha, grid=[0.5], delta=0.1)
    assert (found.threshold == 0.5) == (exact_tail(wrong, answered, alpha) <= 0.1)
    assert found.answers(0.5) == (found.threshold is not None)
    assert not found.answers(0.49)


def test_walking_stops_at_the_first_failure_unless_it_starts_below_it():
    confidences = [0.9] * 5 + [0.5] * 100
    labels = [True] * 105
    alone = answering_threshold(confidences, labels, 0.1, grid=[0.9, 0.5], delta=0.1)
    assert alone.threshold is None
    assert "needs 22 answers" in alone.reason  # 0.9 ** 22 < 0.1
    twice = answering_threshold(confidences, labels, 0.1, grid=[0.9, 0.5], delta=0.1, starts=2)
    assert (twice.threshold, twice.answered, twice.wrong, twice.n) == (0.5, 105, 0, 105)


def test_settings_are_refused_by_name():
    for change, name in [
        ({"alpha": 0.0}, "alpha"),
        ({"delta": 1.0}, "delta"),
        ({"grid": [0.5, 0.5]}, "grid"),
        ({"grid": [0.5, 0.9]}, "grid"),
        ({"starts": 0}, "starts"),
        ({"starts": 3}, "starts"),
    ]:
        settings = {"alpha": 0.1, "grid": [0.9, 0.5], **change}
        with pytest.raises(ConfigError, match=name):
            answering_threshold([0.5], [True], settings.pop("alpha"), **settings)
    for scores, labels in (([], []), ([math.nan], [True]), ([0.5], [True, True])):
        with pytest.raises(InputError):
            answering_threshold(scores, labels, 0.1, grid=[0.5])
    with pytest.raises(InputError):
        answering_threshold([0.5], [True], 0.1, grid=[])
