"""Evidence about terms: alone it gives its status; tampered with, it proves nothing and never raises."""

# ruff: noqa: E501  # a table of rubbish

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.step import Step
from verifirst.core.verdict import Evidence, Status
from verifirst.replay import replay
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier(enforce=["AL"])

TRACES = [
    (r"$\sqrt{49} + x - x = 7$", ""),
    (r"$\sqrt{50} = 5\sqrt{2}$", ""),
    (r"$\sqrt{50} = 2\sqrt{2}$", ""),
    (r"$\sqrt{15} = 3.87$", ""),
    (r"$\sqrt{15} = 4.12$", ""),
    (r"$\sqrt{15} < 4$", ""),
    (r"$\sqrt{17} < 4$", ""),
    (r"$17 + 1 \equiv 4 \pmod{7}$", ""),
    (r"$17 + 1 \equiv 3 \pmod{7}$", ""),
    (r"$\frac{1}{2} \equiv 4 \pmod{7}$", ""),
    (r"$(x + 1)^2 = x^2 + 2x + 1$", ""),
    (r"$9 - 18(n - 1) = 18 - 18n$", ""),
    (r"\[ 2x + 3 = 7 \implies 2x = 10 \]", ""),
    ("Adding them, $2x = 12$.", "$x + y = 10$ and $x - y = 2$"),
    ("Then $f(3) = 10$.", "Let $f(x) = x^2 + 1$."),
    (r"$\sum_{k=1}^{4} k^2 = 30$", ""),
    (r"$\sin^2 x + \cos^2 x = 1$", ""),
    (r"$\sin^2 x + \cos^2 x = 2$", ""),
]


def decided(text: str, problem: str) -> list[tuple[Status, Evidence]]:
    report = Ledger.open(VERIFIER, problem).push(Step(0, 0, len(text), len(text), text))
    return [
        (verdict.status, verdict.evidence)
        for verdict in report.verdicts
        if verdict.evidence and verdict.evidence.kind.startswith("terms-")
    ]


EVIDENCE = [(status, evidence) for text, problem in TRACES for status, evidence in decided(text, problem)]


@pytest.mark.parametrize(("text", "problem"), TRACES)
def test_evidence_alone_gives_its_status(text: str, problem: str) -> None:
    found = decided(text, problem)
    assert found
    for status, evidence in found:
        assert status is not Status.UNKNOWN
        data = json.loads(json.dumps(dict(evidence.data)))
        assert replay(Evidence(evidence.kind, data)) is status
        swapped = "terms-fail" if evidence.kind == "terms-hold" else "terms-hold"
        assert replay(Evidence(swapped, data)) is Status.UNKNOWN


@pytest.mark.parametrize(("status", "evidence"), EVIDENCE)
def test_a_missing_key_proves_nothing(status: Status, evidence: Evidence) -> None:
    for key in evidence.data:
        data = {name: value for name, value in evidence.data.items() if name != key}
        assert replay(Evidence(evidence.kind, data)) in (Status.UNKNOWN, status if key == "within" else Status.UNKNOWN)


def bend(value: Any, at: list[int], change: Any) -> Any:
    """A copy of nested JSON in which the part that ``at`` leads to is replaced."""
    if not at or not isinstance(value, list | dict) or not value:
        return change
    keys = sorted(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[at[0] % len(keys)]
    found = copy.copy(value)
    found[key] = bend(value[key], at[1:], change)
    return found


rubbish = st.sampled_from(
    [
        None, True, -1, 0, 10**400, 1.5, "", "$", "$x", "@", "@f/99999", "@f/x", "^", "!", "nan", "inf", "1e99999999", "1/0",
        [], [[]], {}, [1, 0], [1, -1], ["sum"], ["sum", "k", []], ["sum", "k", ["$k"]], ["sum", 1, [1]], [[1], [2]],
        ["$x", 10**9, "^"], [9, 9, 9, 9, "^", "^", "^"], [1] * 10_000, ["sqrt"] * 500, "\ud800", "\x00", ["e", 2],
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(EVIDENCE), st.lists(st.integers(0, 20), max_size=5), rubbish)
def test_tampered_evidence_never_raises_and_never_turns(
    known: tuple[Status, Evidence], at: list[int], change: Any
) -> None:
    status, evidence = known
    data = bend(dict(evidence.data), at, change)
    if isinstance(data, dict):
        assert replay(Evidence(evidence.kind, data)) in (status, Status.UNKNOWN)


deep: Any = 1
for _ in range(5_000):
    deep = [deep]
body: Any = ["$k"]
for _ in range(3_000):
    body = [1, 3, ["sum", "k", body]]


@pytest.mark.parametrize(
    "data",
    [
        {"relation": "=", "left": deep, "right": [1]},
        {"relation": "=", "left": body, "right": [1]},
        {"relation": "=", "left": [1] + [1, "+"] * 100_000, "right": [1]},
        {"relation": "=", "left": ["$x", *["sin"] * 3_000], "right": [1]},
        {"relation": "=", "left": [1, 10**12, ["sum", "k", ["$k"]]], "right": [1]},
        {"relation": "=", "left": [1, 0, "/"], "right": [1]},
        {"relation": "=", "left": [0, 0, "^"], "right": [1]},
        {"relation": "=", "left": ["$x", "$x", "-", "$x", "$x", "-", "/"], "right": [1]},
        {"relation": "≡", "left": [8], "right": [1], "modulus": [0]},
        {"relation": "≡", "left": [8], "right": [1], "modulus": [1, 2, "/"]},
        {"relation": "|", "left": [0], "right": [5]},
        {"relation": "~", "left": [1], "right": [1]},
        {"relation": ["="], "left": [1], "right": [1]},
        {"relation": "=", "left": [1], "right": [1], "given": [[["$x"], [1]], [["$x"], [2]]], "within": "x"},
        {"relation": "=", "left": ["$y"], "right": [3], "given": [[["$x"], [1]], [["$x"], [2]]]},
        {"relation": "=", "left": ["$y"], "right": [3], "given": 5},
        {"relation": "=", "left": ["$y"], "right": [3], "given": [[["$y"]]]},
        {"relation": "=", "left": [1], "right": [2], "within": "1e999999999"},
        {"relation": "<", "left": [1], "right": [0], "within": "5"},
    ],
)
@pytest.mark.parametrize("kind", ["terms-hold", "terms-fail"])
def test_hostile_evidence_proves_nothing(kind: str, data: dict[str, Any]) -> None:
    if kind == "terms-fail":
        data = data | {"left": [data["left"]], "right": [data["right"]], "beyond": data.get("within", "0")}
    assert replay(Evidence(kind, data)) is Status.UNKNOWN


def test_no_reading_refutes_nothing() -> None:
    assert replay(Evidence("terms-fail", {"relation": "=", "left": [], "right": [], "beyond": "0"})) is Status.UNKNOWN
    uneven = {"relation": "=", "left": [[1]], "right": [[2], [3]], "beyond": "0"}
    assert replay(Evidence("terms-fail", uneven)) is Status.UNKNOWN


def test_one_reading_that_holds_is_enough_to_spare() -> None:
    data = {"relation": "=", "left": [[1], [2]], "right": [[2], [2]], "beyond": "0"}
    assert replay(Evidence("terms-fail", data)) is Status.UNKNOWN


@pytest.mark.parametrize(("within", "status"), [("1/2", Status.VERIFIED), ("100", Status.UNKNOWN)])
def test_evidence_may_not_choose_any_tolerance(within: str, status: Status) -> None:
    data = {"relation": "=", "left": [50, "sqrt"], "right": [7], "within": within}
    assert replay(Evidence("terms-hold", data)) is status
