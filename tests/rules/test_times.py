"""Times of day against datetime."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.claims import TimeSpan
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.replay import replay
from verifirst.rules import load_pack
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier(load_pack("verifirst.rules.times"), enforce=["TM"])
NOON = datetime(2024, 5, 6, 12)  # noqa: DTZ001  # a wall clock has no zone


def status(text: str) -> list[Status]:
    report = Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text))
    for verdict in report.verdicts:
        assert verdict.evidence is None or replay(verdict.evidence) is verdict.status
    return [verdict.status for verdict in report.verdicts if isinstance(verdict.claim, TimeSpan)]


def clock(moment: datetime, half: bool) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M}" + (f" {moment:%p}" if half else "")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1439), st.integers(1, 719), st.booleans(), st.integers(0, 3), st.sampled_from([0, 1, 60]))
def test_spans(start: int, minutes: int, half: bool, form: int, off: int) -> None:
    begin = NOON + timedelta(minutes=start)
    first, second = clock(begin, half), clock(begin + timedelta(minutes=minutes), half)
    said = f"{(minutes + off) // 60} hours and {(minutes + off) % 60} minutes"
    text = [
        f"From {first} to {second} is {said}.",
        f"{said} after {first} is {second}.",
        f"{said} before {second} is {first}.",
        f"{first} + {said} = {second}",
    ][form]
    assert status(text) == [Status.REFUTED if off else Status.VERIFIED]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He sleeps from 10 p.m. to 6 a.m., which is 8 hours.", [Status.VERIFIED]),
        ("From noon to 5 PM is 5 hours.", [Status.VERIFIED]),
        ("From noon to 5:00 PM is 5 hours.", [Status.VERIFIED]),
        ("5 pm-6 pm is one hour.", [Status.VERIFIED]),
        ("17:00 - 7:00 = 10 hours", [Status.VERIFIED]),
        ("The ratio 3:50 is 1 hour.", []),
        ("Day 1:50", []),
    ],
)
def test_times_as_people_write_them(text: str, expected: list[Status]) -> None:
    assert status(text) == expected
