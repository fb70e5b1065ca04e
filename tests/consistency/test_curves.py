import math
from itertools import permutations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.consistency import accuracy_at, aurc, risk_coverage
from verifirst.errors import ConfigError, InputError

few = st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6)
many = st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=1)


def columns(pairs):
    return [list(column) for column in zip(*pairs, strict=True)]


def risks_in_order(labels):
    return [labels[: k + 1].count(False) / (k + 1) for k in range(len(labels))]


@given(few)
def test_the_curve_is_the_mean_over_every_order_of_the_ties(pairs):
    orders = [
        order for order in permutations(pairs) if [c for c, _ in order] == sorted((c for c, _ in order), reverse=True)
    ]
    curves = [risks_in_order([label for _, label in order]) for order in orders]
    expected = [fmean(column) for column in zip(*curves, strict=True)]
    points = risk_coverage(*columns(pairs))
    assert [point.risk for point in points] == pytest.approx(expected)
    assert aurc(*columns(pairs)) == pytest.approx(fmean(fmean(curve) for curve in curves))


@given(many, st.randoms(use_true_random=False))
def test_the_curve_ends_at_the_error_of_all_and_ignores_order(pairs, shuffler):
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)
    points = risk_coverage(*columns(pairs))
    assert points == risk_coverage(*columns(shuffled))
    assert points[-1].coverage == 1
    assert points[-1].risk == pytest.approx(fmean(not label for _, label in pairs))
    assert [point.coverage for point in points] == [(k + 1) / len(pairs) for k in range(len(pairs))]


@given(st.lists(st.booleans(), min_size=1))
def test_knowing_the_truth_is_the_best_confidence_and_its_opposite_the_worst(labels):
    best, none, worst = (aurc([sign * label for label in labels], labels) for sign in (1, 0, -1))
    assert best <= none + 1e-12
    assert none <= worst + 1e-12
    assert none == pytest.approx(labels.count(False) / len(labels))


def test_accuracy_at_a_coverage():
    confidences, correct = [0.9, 0.8, 0.8, 0.1], [True, True, False, False]
    assert accuracy_at(confidences, correct, 0.25) == 1
    assert accuracy_at(confidences, correct, 0.5) == pytest.approx(3 / 4)  # one of the tie, at even odds
    assert accuracy_at(confidences, correct, 0.6) == pytest.approx(2 / 3)  # rounded up to three answers
    assert accuracy_at(confidences, correct, 1) == pytest.approx(1 / 2)
    surest = [float(-at) for at in range(100)]
    assert accuracy_at(surest, [True] * 7 + [False] * 93, 0.07) == 1  # though 0.07 * 100 > 7 in binary


def test_what_cannot_be_ranked_is_refused():
    for coverage in (0, -1, 1.5, math.nan):
        with pytest.raises(ConfigError, match="coverage"):
            accuracy_at([0.5], [True], coverage)
    for scores, labels in (([], []), ([math.nan], [True]), ([0.5], [])):
        with pytest.raises(InputError):
            risk_coverage(scores, labels)
