"""Replay trusts nothing: right evidence gives its status, anything else UNKNOWN."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.step import Step
from verifirst.core.verdict import Evidence, Status
from verifirst.replay import replay
from verifirst.verifier import Ledger, Verifier


def evidence(text: str, problem: str = "") -> Evidence:
    ledger = Ledger.open(Verifier(enforce=["DG"]), problem)
    report = ledger.push(Step(0, 0, len(text), len(text), text))
    found = report.verdicts[0].evidence
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("3 * 12 = 36", Status.VERIFIED),
        ("3 * 12 = 37", Status.REFUTED),
        ("10 / 3 = 3.33", Status.VERIFIED),
        ("30 / 120 * 100 = 25%", Status.VERIFIED),
        ("80 - 25% = 61", Status.REFUTED),
        ("36 < 14", Status.REFUTED),
        ("sqrt(49) + 2^3 = 15", Status.VERIFIED),
    ],
)
def test_evidence_survives_json_and_gives_its_status(text: str, status: Status) -> None:
    found = evidence(text)
    data = json.loads(json.dumps(dict(found.data)))
    assert replay(Evidence(found.kind, data)) is status


def test_grounds_replay() -> None:
    problem = "Tom has 5 boxes of 18 eggs."
    assert replay(evidence("Tom has 5 * 19 = 95 eggs.", problem)) is Status.REFUTED


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("relation-holds", {"relation": "=", "left": "3 12 *", "right": "37"}),
        ("relation-holds", {"relation": "=", "left": "3 12", "right": "36"}),
        ("relation-holds", {"relation": "=", "left": "*", "right": "36"}),
        ("relation-holds", {"relation": "~", "left": "1", "right": "1"}),
        ("relation-holds", {"relation": "=", "left": "9 9 ^ 9 ^ 9 ^", "right": "1"}),
        ("relation-holds", {"relation": "=", "left": "1 0 /", "right": "1"}),
        ("relation-holds", {"relation": "=", "left": 1, "right": "1"}),
        ("relation-holds", {"relation": "=", "left": "50 %", "right": "50", "percent": [7, 100]}),
        ("relation-holds", {"relation": "<", "left": "5", "right": "3", "within": ["-9", "9"]}),
        (
            "relation-fails",
            {"relation": "=", "left": ["3 12 *"], "right": ["36"], "percent": [[100, 100]], "beyond": "0"},
        ),
        ("relation-fails", {"relation": "=", "left": ["10"], "right": ["11"], "percent": [[100, 100]], "beyond": "2"}),
        ("relation-fails", {"relation": "=", "left": ["1"], "right": ["2"], "percent": [], "beyond": "0"}),
        ("relation-fails", {"relation": "=", "left": [], "right": ["2"], "percent": [[100, 100]], "beyond": "0"}),
        ("grounded", {"values": ["5"], "sources": ["13"]}),
        ("grounded", {"values": [], "sources": []}),
        ("ungrounded", {"value": "5", "stated": ["5"]}),
        ("answer", {"value": "5", "stated": []}),
        ("no such kind", {}),
        ("relation-holds", {}),
    ],
)
def test_evidence_that_proves_nothing_is_unknown(kind: str, data: dict) -> None:
    assert replay(Evidence(kind, data)) is Status.UNKNOWN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["1 2 +", "9 9 ^", "=", "%"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(
    ["relation", "left", "right", "percent", "within", "beyond", "value", "values", "sources", "stated"]
)
kinds = st.sampled_from(["relation-holds", "relation-fails", "grounded", "ungrounded", "answer", "other"])


@given(kinds, st.dictionaries(keys, json_values, max_size=6))
def test_replay_never_raises(kind: str, data: dict) -> None:
    assert replay(Evidence(kind, data)) in Status
