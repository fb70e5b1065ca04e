"""A likelihood replays as the comparison that it is, and never as a proof that a step is right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.verdict import Evidence, Status
from verifirst.replay import replay

GOOD = {"p": "0.031200", "threshold": "0.050000", "alpha": "0.02", "labelled": 400, "scorer": "s", "digest": ""}


def status(**changes):
    return replay(Evidence("likelihood", GOOD | changes))


def test_what_lies_below_the_threshold_is_refused():
    assert status() is Status.REFUTED
    assert status(p="0.050000") is Status.UNKNOWN
    assert status(threshold="0.000000") is Status.UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"labelled": 48},  # fewer than 1 / alpha - 1 labels can promise nothing
        {"labelled": "400"},
        {"alpha": "0"},
        {"alpha": "1"},
        {"p": "-0.1"},
        {"threshold": "1.5"},
        {"p": 0.01},
        {"p": "1e-3"},
        {"p": None},
        {"alpha": "nan"},
    ],
)
def test_evidence_that_supports_no_bound_refuses_nothing(changes):
    assert status(**changes) is Status.UNKNOWN


def test_evidence_with_a_part_missing_refuses_nothing():
    for name in ("p", "threshold", "alpha", "labelled"):
        data = {key: value for key, value in GOOD.items() if key != name}
        assert replay(Evidence("likelihood", data)) is Status.UNKNOWN


@given(
    st.dictionaries(
        st.sampled_from(sorted(GOOD)), st.one_of(st.text(max_size=8), st.integers(), st.floats()), max_size=4
    )
)
def test_no_likelihood_verifies(changes):
    assert status(**changes) is not Status.VERIFIED
