import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.consistency import expected_calibration_error, reliability
from verifirst.errors import ConfigError, InputError

predictions = st.lists(st.tuples(st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=1)
sizes = st.integers(1, 20)


def columns(pairs):
    return [list(column) for column in zip(*pairs, strict=True)]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5)), min_size=1, unique_by=lambda row: row[0]), st.booleans()
)
def test_probabilities_that_came_true_have_no_error(groups, equal_mass):
    """k/8 said of 8 m predictions, of which k m are right."""
    said = [k / 8 for k, m in groups for _ in range(8 * m)]
    true = [at < k * m for k, m in groups for at in range(8 * m)]
    assert expected_calibration_error(said, true, equal_mass=equal_mass) == pytest.approx(0, abs=1e-12)


@given(predictions, sizes, st.booleans())
def test_rows_account_for_every_prediction_in_order(pairs, bins, equal_mass):
    rows = reliability(*columns(pairs), bins, equal_mass=equal_mass)
    assert len(rows) <= bins
    assert sum(row.count for row in rows) == len(pairs)
    assert sum(row.count * row.share for row in rows) == pytest.approx(sum(label for _, label in pairs))
    assert all(one.high < two.low for one, two in pairwise(rows))  # ties share a bin
    assert all(row.low - 1e-12 <= row.probability <= row.high + 1e-12 for row in rows)


@given(predictions, sizes, st.booleans(), st.randoms(use_true_random=False))
def test_the_error_does_not_depend_on_the_order_and_is_a_share(pairs, bins, equal_mass, shuffler):
    shuffled = list(pairs)
    shuffler.shuffle(shuffled)
    error = expected_calibration_error(*columns(pairs), bins, equal_mass=equal_mass)
    assert error == expected_calibration_error(*columns(shuffled), bins, equal_mass=equal_mass)
    assert 0 <= error <= 1


def test_bins_of_equal_mass_hold_equally_many():
    said = [at / 100 for at in range(60)]
    assert [row.count for row in reliability(said, [True] * 60, 15)] == [4] * 15
    assert [row.count for row in reliability(said, [True] * 60, 10, equal_mass=False)] == [10] * 6


def test_the_error_of_a_small_case():
    said, true = [0.1, 0.1, 0.8, 0.8, 0.8, 0.8], [False, True, True, True, True, False]
    assert expected_calibration_error(said, true, 2) == pytest.approx((2 * 0.4 + 4 * 0.05) / 6)
    assert expected_calibration_error(said, true, 1) == pytest.approx(abs(3.4 / 6 - 4 / 6))


def test_what_is_no_probability_is_refused():
    for bad in (-0.1, 1.1, math.nan):
        with pytest.raises(InputError):
            reliability([bad], [True])
    with pytest.raises(ConfigError, match="bins"):
        reliability([0.5], [True], 0)
