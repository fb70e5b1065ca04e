import math
import random
from fractions import Fraction
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.consistency import output_threshold, refusal_threshold
from verifirst.errors import ConfigError, InputError

likely = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.5, 0.9, 1.0]) | st.floats(0, 1)
steps = st.lists(st.tuples(likely, st.booleans()), min_size=1, max_size=60)
levels = st.integers(1, 99).map(lambda percent: percent / 100)
outputs = st.lists(st.lists(st.tuples(likely, st.booleans()), max_size=5), min_size=1, max_size=30)
SPLITS = 100


def columns(pairs):
    return [list(column) for column in zip(*pairs, strict=True)]


def margin(draws):
    """Hoeffding: the mean of ``draws`` values in [0, 1] exceeds its expectation by more once in 1,000 times."""
    return math.sqrt(math.log(1000) / (2 * draws))


def step_loss(pairs, threshold):
    return Fraction(sum(label and probability < threshold for probability, label in pairs))


def output_loss(steps_of_one, threshold, kind):
    refused = [probability < threshold for probability, label in steps_of_one if label]
    if kind == "any":
        return Fraction(any(refused))
    return Fraction(sum(refused), len(refused)) if refused else Fraction(0)


def bound(total, n):
    return (total + 1) / Fraction(n + 1)


@given(steps, levels)
def test_the_threshold_meets_the_bound_and_no_higher_one_does(pairs, alpha):
    found = refusal_threshold(*columns(pairs), alpha)
    level, n = Fraction(str(alpha)), len(pairs)
    if found.value:
        assert bound(step_loss(pairs, found.value), n) <= level
        assert found.risk == pytest.approx(float(step_loss(pairs, found.value) / n))
        assert found.bound == pytest.approx(float(bound(step_loss(pairs, found.value), n)))
        assert found.bound <= alpha
    higher = math.nextafter(found.value, 2)
    if found.value < 1 and any(label for _, label in pairs):
        assert bound(step_loss(pairs, higher), n) > level


@given(outputs, levels, st.sampled_from(["share", "any"]))
def test_the_threshold_of_outputs_meets_the_bound_and_no_higher_one_does(rows, alpha, kind):
    found = output_threshold(rows, alpha, loss=kind)
    level, n = Fraction(str(alpha)), len(rows)
    if found.value:
        assert bound(sum(output_loss(row, found.value, kind) for row in rows), n) <= level
    if found.value < 1 and any(label for row in rows for _, label in row):
        higher = math.nextafter(found.value, 2)
        assert bound(sum(output_loss(row, higher, kind) for row in rows), n) > level


@given(steps, levels, levels)
def test_more_allowed_loss_never_lowers_the_threshold(pairs, one, two):
    for among in ("steps", "correct"):
        low, high = (refusal_threshold(*columns(pairs), alpha, among=among) for alpha in sorted((one, two)))
        assert low.value <= high.value


@given(steps, levels)
def test_outputs_of_one_step_are_steps(pairs, alpha):
    found = refusal_threshold(*columns(pairs), alpha)
    for kind in ("share", "any"):
        assert output_threshold([[pair] for pair in pairs], alpha, loss=kind) == found


@given(steps, levels)
def test_among_the_right_steps_is_the_same_question_of_them_alone(pairs, alpha):
    right = [pair for pair in pairs if pair[1]]
    if right:
        assert refusal_threshold(*columns(pairs), alpha, among="correct") == refusal_threshold(*columns(right), alpha)


def test_too_few_labels_refuse_nothing_and_say_how_many_are_needed():
    found = refusal_threshold([0.01] * 18, [False] * 9 + [True] * 9, 0.05)
    assert (found.value, found.risk, found.bound, found.n) == (0.0, 0.0, 0.0, 18)
    assert "18 labelled, and alpha = 0.05 needs 19" in found.reason
    assert not found.refuses(0.0)
    enough = refusal_threshold([at / 100 for at in range(40, 59)], [True] * 19, 0.05)
    assert (enough.value, enough.bound) == (0.4, 0.05)
    assert enough.refuses(0.39)
    assert not enough.refuses(0.4)


def test_no_right_step_refuses_nothing():
    assert "none of the 50 labelled is right" in refusal_threshold([0.1] * 50, [False] * 50, 0.5).reason
    assert refusal_threshold([0.1] * 50, [False] * 50, 0.5, among="correct").value == 0.0
    assert refusal_threshold([0.0] * 50, [True] * 50, 0.1).value == 0.0


def test_alpha_is_read_as_it_is_written():
    """100 * 0.29 is 28.999... in binary; the 29th loss is the one for which the bound leaves room."""
    found = refusal_threshold([at / 100 for at in range(99)], [True] * 99, 0.29)
    assert (found.value, found.bound) == (0.28, 0.29)


def drawn_steps(draw, count):
    """Probabilities that rank steps without being calibrated."""
    found = []
    for _ in range(count):
        label = draw.random() < 0.7
        found.append((round(draw.betavariate(4, 2) if label else draw.betavariate(2, 3), 2), label))
    return found


def drawn_output(draw):
    """Steps that share a difficulty: exchangeable between outputs only."""
    ease = draw.uniform(1, 6)
    return [(draw.betavariate(ease, 2), draw.random() < ease / 6) for _ in range(draw.randint(0, 8))]


@pytest.mark.parametrize(("n", "alpha"), [(25, 0.05), (100, 0.1), (100, 0.3)])
@pytest.mark.parametrize("among", ["steps", "correct"])
def test_the_loss_on_fresh_steps_is_within_alpha_on_average(n, alpha, among):
    draw = random.Random(f"{n} {alpha}")
    fresh = drawn_steps(draw, 5000)
    judged = [pair for pair in fresh if pair[1]] if among == "correct" else fresh
    losses = []
    for _ in range(SPLITS):
        found = refusal_threshold(*columns(drawn_steps(draw, n)), alpha, among=among)
        losses.append(float(step_loss(judged, found.value) / len(judged)))
    assert fmean(losses) <= alpha + margin(len(judged))  # the splits share the fresh steps: the larger margin
    if (n, alpha) == (100, 0.1):
        assert fmean(losses) >= alpha - 2 / n - 0.02  # and it is not won by refusing nothing


@pytest.mark.parametrize("kind", ["share", "any"])
def test_the_loss_on_fresh_outputs_is_within_alpha_on_average(kind):
    draw = random.Random(kind)
    fresh = [drawn_output(draw) for _ in range(2000)]
    losses = []
    for _ in range(SPLITS):
        found = output_threshold([drawn_output(draw) for _ in range(100)], 0.1, loss=kind)
        losses.append(fmean(float(output_loss(row, found.value, kind)) for row in fresh))
    assert 0.04 < fmean(losses) <= 0.1 + margin(len(fresh))


def test_one_set_of_labels_can_miss():
    """The guarantee is over the labels too: in about half of the draws the loss exceeds alpha."""
    draw = random.Random(7)
    fresh = drawn_steps(draw, 5000)
    over = 0
    for _ in range(SPLITS):
        value = refusal_threshold(*columns(drawn_steps(draw, 100)), 0.1).value
        over += step_loss(fresh, value) / 5000 > Fraction(1, 10)
    assert 0.2 * SPLITS < over < 0.7 * SPLITS


def test_leaving_exchangeability_loses_the_guarantee():
    """Served steps whose right ones look worse than the labelled ones did."""
    draw = random.Random(3)
    found = refusal_threshold(*columns(drawn_steps(draw, 200)), 0.1)
    drifted = [(max(0.0, probability - 0.2), label) for probability, label in drawn_steps(draw, 5000)]
    assert step_loss(drifted, found.value) / 5000 > Fraction(15, 100)


def test_settings_are_refused_by_name():
    for alpha in (0, 1, -0.1, math.nan):
        with pytest.raises(ConfigError, match="alpha"):
            refusal_threshold([0.5], [True], alpha)
    with pytest.raises(ConfigError, match="among"):
        refusal_threshold([0.5], [True], 0.1, among="all")
    with pytest.raises(ConfigError, match="loss"):
        output_threshold([[(0.5, True)]], 0.1, loss="mean")
    for scores, labels in (([], []), ([math.nan], [True]), ([1.5], [True]), ([0.5], [])):
        with pytest.raises(InputError):
            refusal_threshold(scores, labels, 0.1)
    with pytest.raises(InputError, match="no outputs"):
        output_threshold([], 0.1)
    with pytest.raises(InputError, match="probability 0 is 2"):
        output_threshold([[(2.0, True)]], 0.1)
