import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.consistency import Isotonic, Platt, pool_adjacent_violators
from verifirst.errors import FormatError, InputError

values = st.floats(-10, 10)
weighted = st.lists(st.tuples(values, st.floats(0.1, 10)), min_size=1, max_size=12)
labelled = st.lists(st.tuples(st.floats(-1e300, 1e300) | st.integers(-3, 3).map(float), st.booleans()), min_size=1)
some_score = st.floats(-1e300, 1e300)
FITS = [Isotonic.fit, Platt.fit]


def columns(pairs):
    return [list(column) for column in zip(*pairs, strict=True)]


def min_max(numbers, weights):
    """The textbook formula: the greatest, over starts up to i, of the least mean to an end from i on."""

    def mean(first, last):
        span = range(first, last + 1)
        return math.fsum(weights[i] * numbers[i] for i in span) / math.fsum(weights[i] for i in span)

    count = len(numbers)
    return [max(min(mean(a, b) for b in range(i, count)) for a in range(i + 1)) for i in range(count)]


@given(weighted)
def test_pooling_is_the_min_max_formula(pairs):
    numbers, weights = columns(pairs)
    assert pool_adjacent_violators(numbers, weights) == pytest.approx(min_max(numbers, weights), abs=1e-9)


@given(weighted)
def test_pooling_is_monotone_idempotent_and_keeps_the_mean(pairs):
    numbers, weights = columns(pairs)
    pooled = pool_adjacent_violators(numbers, weights)
    assert pooled == sorted(pooled)
    assert pool_adjacent_violators(pooled, weights) == pooled
    total = math.fsum(w * v for v, w in pairs)
    assert math.fsum(w * v for v, w in zip(pooled, weights, strict=True)) == pytest.approx(total, abs=1e-9)


@given(weighted, st.lists(values, min_size=12, max_size=12))
def test_no_other_rising_sequence_is_closer(pairs, others):
    numbers, weights = columns(pairs)
    rival = sorted(others)[: len(numbers)]

    def distance(candidate):
        return math.fsum(w * (v - c) ** 2 for v, w, c in zip(numbers, weights, candidate, strict=True))

    assert distance(pool_adjacent_violators(numbers, weights)) <= distance(rival) + 1e-9


@given(labelled, some_score, some_score)
def test_isotonic_rises_with_the_score_and_is_never_certain(pairs, one, two):
    scores, labels = columns(pairs)
    fitted = Isotonic.fit(scores, labels)
    least = 1 / (len(labels) + 2)
    low, high = fitted(min(one, two)), fitted(max(one, two))
    assert least - 1e-12 <= low <= high <= 1 - least + 1e-12


@given(labelled)
def test_isotonic_keeps_the_mean_of_the_labels_and_its_two_doubts(pairs):
    scores, labels = columns(pairs)
    fitted = Isotonic.fit(scores, labels)
    shown = math.fsum(map(fitted, [min(scores), *scores, max(scores)]))
    assert shown == pytest.approx(sum(labels) + 1, abs=1e-9)


@given(labelled, st.randoms(use_true_random=False))
def test_the_order_of_the_data_does_not_matter(pairs, shuffler):
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)
    assert Isotonic.fit(*columns(pairs)) == Isotonic.fit(*columns(shuffled))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(1, 4)), min_size=1))
def test_a_weight_is_a_number_of_labels(rows):
    scores, labels, weights = columns(rows)
    repeated = [(score, label) for score, label, weight in rows for _ in range(weight)]
    once, often = Isotonic.fit(scores, labels, weights), Isotonic.fit(*columns(repeated))
    assert [once(score) for score in range(6)] == pytest.approx([often(score) for score in range(6)])


def test_isotonic_between_blocks_is_a_line_and_within_them_flat():
    scores = [0.0, 1.0, 1.0, 2.0, 6.0, 7.0, 7.0, 8.0]
    labels = [False, True, False, False, True, True, False, True]
    fitted = Isotonic.fit(scores, labels)  # with the doubts: 2 of 5 below, 3 of 5 above
    assert [score for score, _ in fitted.knots] == [0, 2, 6, 8]
    assert [height for _, height in fitted.knots] == pytest.approx([0.4, 0.4, 0.6, 0.6])
    assert (fitted(-9), fitted(1.3), fitted(4), fitted(5), fitted(99)) == pytest.approx((0.4, 0.4, 0.5, 0.55, 0.6))


@pytest.mark.parametrize("fit", FITS)
def test_labels_of_one_kind_give_the_rule_of_succession(fit):
    scores = [0.1, 0.5, 0.5, 0.9, 3.0]
    for label, expected in ((True, 6 / 7), (False, 1 / 7)):
        fitted = fit(scores, [label] * 5)
        assert [fitted(score) for score in (-5, 0.5, 2, 9)] == pytest.approx([expected] * 4)


@given(labelled)
def test_platt_is_the_optimum_of_the_smoothed_likelihood(pairs):
    """At the optimum the curve's errors cancel, in sum and weighted with the score."""
    scores, labels = columns(pairs)
    fitted = Platt.fit(scores, labels)
    right, wrong = sum(labels), len(labels) - sum(labels)
    half, middle = (max(scores) - min(scores)) / 2, (max(scores) + min(scores)) / 2
    errors, leaning = [], []
    for score, label in pairs:
        z = (score - middle) / half if half else 0.0
        target = (right + 1) / (right + 2) if label else 1 / (wrong + 2)
        error = 1 / (1 + math.exp(-(fitted.slope * z + fitted.intercept))) - target
        errors.append(error)
        leaning.append(error * z)
    assert math.fsum(errors) == pytest.approx(0, abs=1e-6 * len(pairs))
    assert math.fsum(leaning) == pytest.approx(0, abs=1e-6 * len(pairs))


@given(labelled, some_score)
def test_platt_is_never_certain(pairs, score):
    least = 1 / (len(pairs) + 2)
    assert least <= Platt.fit(*columns(pairs))(score) <= 1 - least


def test_platt_finds_the_curve_that_made_the_labels():
    draw = random.Random(1)
    scores = [draw.uniform(-3, 3) for _ in range(20_000)]
    labels = [draw.random() < 1 / (1 + math.exp(-(1.5 * score - 0.5))) for score in scores]
    fitted = Platt.fit(scores, labels)
    for score in (-2, -1, 0, 1, 2):
        assert fitted(score) == pytest.approx(1 / (1 + math.exp(-(1.5 * score - 0.5))), abs=0.02)


def test_platt_on_separable_labels_stays_finite_and_says_a_reversed_score():
    fitted = Platt.fit([0, 1, 2, 3], [False, False, True, True])
    assert 0 < fitted(0) < 0.5 < fitted(3) < 1
    assert Platt.fit([0, 1, 2, 3], [True, True, False, False]).slope == pytest.approx(-fitted.slope)


@given(labelled, some_score)
def test_a_map_survives_json(pairs, score):
    for kind in (Isotonic, Platt):
        fitted = kind.fit(*columns(pairs))
        read = kind.from_dict(json.loads(json.dumps(fitted.as_dict())))
        assert read == fitted
        assert read(score) == fitted(score)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([], [], "no scores"),
        ([0.5], [], "1 scores and 0 labels"),
        ([0.5, math.nan], [True, False], "score 1 is nan"),
        ([math.inf], [True], "score 0 is inf"),
        ([0.5], [0.5], "label 0 is 0.5"),
        ([0.5], [None], "label 0 is None"),
    ],
)
def test_what_cannot_be_fitted_is_refused_by_name(fit, scores, labels, message):
    with pytest.raises(InputError, match=message):
        fit(scores, labels)


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, math.nan]])
def test_weights_are_positive_and_one_for_each(weights):
    with pytest.raises(InputError, match=r"weight|score 1 is nan"):
        Isotonic.fit([1, 2], [True, False], weights)


@pytest.mark.parametrize("kind", [Isotonic, Platt])
def test_a_score_that_is_no_number_has_no_probability(kind):
    with pytest.raises(InputError, match="nan"):
        kind.fit([1, 2], [True, False])(math.nan)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Isotonic, {"kind": "platt"}),
        (Isotonic, {"knots": []}),
        (Isotonic, {"knots": None}),
        (Isotonic, {"knots": [[0.0]]}),
        (Isotonic, {"knots": [[0.0, 0.9], [1.0, 0.1]]}),
        (Isotonic, {"knots": [[1.0, 0.2], [1.0, 0.3]]}),
        (Isotonic, {"knots": [[0.0, 1.0]]}),
        (Isotonic, {"knots": [[0.0, "half"]]}),
        (Isotonic, {"labels": 0}),
        (Platt, {"kind": "isotonic"}),
        (Platt, {"slope": None}),
        (Platt, {"intercept": math.inf}),
        (Platt, {"low": 3.0}),
        (Platt, {"labels": True}),
    ],
)
def test_a_damaged_map_is_refused(kind, change):
    written = kind.fit([0.0, 1.0, 2.0], [False, True, True]).as_dict()
    with pytest.raises(FormatError):
        kind.from_dict({**written, **change})
