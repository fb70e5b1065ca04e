"""The table of units against pint, and conversions said in words."""

from __future__ import annotations

from fractions import Fraction

import pint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.claims import Conversion
from verifirst.claims.quantities.measures import UNITS, hard
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.replay import replay
from verifirst.rules import load_pack
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier(load_pack("verifirst.rules.units"), enforce=["UN"])
REGISTRY = pint.UnitRegistry(non_int_type=Fraction)
MONEY = {"cent", "cents", "penny", "pennies", "nickel", "nickels", "dime", "dimes", "dollar", "dollars"}
OTHER_NAMES = {
    "sec": "second",
    "secs": "second",
    "mins": "minute",
    "hrs": "hour",
    "hr": "hour",
    "kms": "km",
    "kgs": "kg",
}
OTHER_NAMES |= {"yd": "yard", "yds": "yard", "lbs": "lb", "tsp": "teaspoon", "tbsp": "tablespoon"}
BASES = {"time": "second", "length": "meter", "mass": "gram", "volume": "liter", "calendar": "month"}


@pytest.mark.parametrize("word", sorted(set(UNITS) - MONEY - {"decade", "decades"}))
def test_a_factor_is_that_of_pint(word: str) -> None:
    unit = UNITS[word]
    exact = REGISTRY.Quantity(Fraction(1), OTHER_NAMES.get(word, word)).to(BASES[unit.dimension]).magnitude
    assert Fraction(exact) == unit.factor


def status(text: str) -> list[Status]:
    report = Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text))
    for verdict in report.verdicts:
        assert verdict.evidence is None or replay(verdict.evidence) is verdict.status
    return [verdict.status for verdict in report.verdicts if isinstance(verdict.claim, Conversion)]


PAIRS = [
    (left, right)
    for left, a in UNITS.items()
    for right, b in UNITS.items()
    if a.dimension == b.dimension and a != b and (a.factor / b.factor).numerator < 10**6
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(PAIRS),
    st.integers(1, 9),
    st.sampled_from([" = ", " is ", " equals ", " is equal to "]),
    st.integers(0, 3),
)
def test_whole_conversions(pair: tuple[str, str], times: int, verb: str, off: int) -> None:
    left, right = pair
    a, b = UNITS[left], UNITS[right]
    ratio = a.factor / b.factor
    assume(ratio.denominator < 10**4)
    count, value = ratio.denominator * times, ratio.numerator * times
    found = status(f"{count} {left}{verb}{value + off} {right}.")
    if off == 0:
        assert found == [Status.VERIFIED]
    else:
        assert found == [Status.REFUTED if hard(a, b) else Status.UNKNOWN]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("450 cents = $4.50", [Status.VERIFIED]),
        ("$4.50 = 450 cents", [Status.VERIFIED]),
        ("$4.50 = 45 cents", [Status.REFUTED]),
        ("1 hour and 15 minutes is 75 minutes.", [Status.VERIFIED]),
        ("Half an hour is 30 minutes.", [Status.VERIFIED]),
        ("A quarter of an hour is 15 minutes.", [Status.VERIFIED]),
        ("90 minutes = 1.5 hours", [Status.VERIFIED]),
        ("100 minutes is about 1.7 hours.", [Status.VERIFIED]),
        ("Since an hour has 60 minutes, we go on.", [Status.VERIFIED]),
        ("There are 70 minutes in an hour.", [Status.REFUTED]),
        ("7 days x 2 weeks = 14 days", []),
        ("5 hours = 60 miles", []),
    ],
)
def test_conversions_as_people_write_them(text: str, expected: list[Status]) -> None:
    assert status(text) == expected
