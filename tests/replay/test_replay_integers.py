"""Replay of whole numbers, counts and times of day trusts nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.verdict import Evidence, Status
from verifirst.replay import replay


def fact(predicate: str, numbers: list, value: list = (), negated: bool = False) -> Evidence:
    data = {"predicate": predicate, "numbers": numbers, "value": list(value), "negated": negated}
    return Evidence("number-fact", data)


@pytest.mark.parametrize(
    ("evidence", "status"),
    [
        (fact("prime", ["29"]), Status.VERIFIED),
        (fact("prime", ["51"]), Status.REFUTED),
        (fact("prime", ["51"], negated=True), Status.VERIFIED),
        (fact("divisors", ["12"], ["1", "2", "3", "4", "6", "12"]), Status.VERIFIED),
        (fact("divisors", ["12"], ["1", "2", "3", "4", "12"]), Status.REFUTED),
        (fact("division", ["49", "4"], ["12", "1"]), Status.VERIFIED),
        (fact("division", ["49", "4"], ["11", "5"]), Status.REFUTED),
        (fact("lcm", ["24", "90"], ["360"]), Status.VERIFIED),
        (fact("prime", ["1000000000039000000000"]), Status.UNKNOWN),
        (fact("prime", ["-7"]), Status.UNKNOWN),
        (fact("prime", ["7", "11"]), Status.UNKNOWN),
        (fact("prime", [7]), Status.UNKNOWN),
        (fact("divisible", ["7", "0"]), Status.UNKNOWN),
        (fact("prime", [], negated=True), Status.UNKNOWN),
        (fact("prime", ["7"], negated="yes"), Status.UNKNOWN),
        (fact("lucky", ["7"]), Status.UNKNOWN),
        (fact("even", ["9" * 500]), Status.UNKNOWN),
        (Evidence("impossible-count", {"value": "-3", "noun": "apples"}), Status.REFUTED),
        (Evidence("impossible-count", {"value": "5/2", "noun": "people"}), Status.REFUTED),
        (Evidence("impossible-count", {"value": "5/2", "noun": "apples"}), Status.UNKNOWN),
        (Evidence("impossible-count", {"value": "1e9", "noun": "people"}), Status.UNKNOWN),
        (Evidence("time-span", {"first": "780", "second": "1020", "minutes": "240", "cycle": "1440"}), Status.VERIFIED),
        (Evidence("time-span", {"first": "780", "second": "1020", "minutes": "300", "cycle": "1440"}), Status.REFUTED),
        (Evidence("time-span", {"first": "780", "second": "1020", "minutes": "240", "cycle": "1"}), Status.UNKNOWN),
    ],
)
def test_what_evidence_proves(evidence: Evidence, status: Status) -> None:
    assert replay(evidence) is status


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["7", "0", "prime", "gcd", "12"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
keys = st.sampled_from(["predicate", "numbers", "value", "negated", "noun", "first", "second", "minutes", "cycle"])


@given(st.sampled_from(["number-fact", "impossible-count", "time-span"]), st.dictionaries(keys, values, max_size=7))
def test_replay_never_raises(kind: str, data: dict) -> None:
    assert replay(Evidence(kind, data)) in Status
