"""Where a value may come from: stated values, constants that the text calls for, and simple forms of them.

A constant counts only where the text names what it belongs to: 7 with weeks or days, 60 with
hours or minutes. Otherwise every small number would be grounded everywhere.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from verifirst.core.facts import FactGraph

ALWAYS = frozenset(map(Fraction, (0, 1, 2, 100)))
"""Numbers that anyone may use anywhere: nothing, the unit, doubling and halving, percent."""


class Calendar(NamedTuple):
    """Constants that come with a word: ``values`` may be used as they are, ``factors`` convert."""

    cue: re.Pattern[str]
    values: tuple[Fraction, ...]
    factors: tuple[int, ...]


def _entry(cue: str, values: str, factors: tuple[int, ...] = ()) -> Calendar:
    return Calendar(re.compile(rf"(?i)(?<![a-z])(?:{cue})"), tuple(map(Fraction, values.split())), factors)


CONSTANTS = (
    _entry(r"seconds?\b|sec\b|minutes?\b|mins?\b|hour|hrs?\b", "60 3600", (60, 3600)),
    _entry(r"hour|\w*days?\b|daily|night|noon|o'clock", "12 24", (24,)),
    _entry(r"week|\w*days?\b|daily", "5 7", (7,)),
    _entry(r"week", "4 52", (4, 52)),
    _entry(r"month|quarterly", "3 4 12 28 29 30 31 52", (12, 4, 30)),
    _entry(r"years?\b|yearly|annual|century|decade|ages?\b|birthday", "10 12 52 100 365 366", (12, 52, 365, 10)),
    _entry(r"dozen|gross|eggs?\b", "12 144", (12,)),
    _entry(r"inch|foot\b|feet|ft\b|yards?\b|miles?\b", "3 12 36 1760 5280", (12, 3, 36, 5280)),
    _entry(r"ounce|oz\b|pounds?\b|lbs?\b|tons?\b", "16 2000", (16, 2000)),
    _entry(r"pints?\b|quarts?\b|gallon|cups?\b|tablespoon|teaspoon", "2 3 4 8 16", (2, 4, 8, 16, 3)),
    _entry(r"kilo|k[mg]\b|grams?\b|met(?:er|re)|[cm]m\b|milli|centi|lit(?:er|re)|ml\b|thousand", "10 1000", (10, 1000)),
    _entry(r"million|billion", "1000 1000000", (1000, 1_000_000)),
    _entry(r"penn(?:y|ies)|nickel|dimes?\b|quarters?\b|coin", "5 10 25 0.01 0.05 0.1 0.25", (5, 10, 25, 4)),
    _entry(
        r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December)", "28 29 30 31"
    ),
    _entry(r"angle|degree|°|triang|polygon|squares?\b|rectang|sides?\b|perimeter|pi\b", "3 4 90 180 360"),
    _entry(r"circle|circum|radius|diameter|sphere|cylinder|cones?\b|pi\b", "3 3.14 3.1416 22/7 4/3 360"),
    _entry(r"half|twice|double|pairs?\b|both|average|mean\b", "1/2 2", (2,)),
    _entry(r"thirds?\b|triple|thrice", "1/3 2/3 3", (3,)),
    _entry(r"quarter|fourth|quadruple", "1/4 3/4 4 25", (4,)),
    _entry(r"fifths?\b", "1/5 5", (5,)),
    _entry(r"tenths?\b|digit|ten-", "1/10 10", (10,)),
)


@lru_cache(maxsize=512)
def _called_for(text: str) -> tuple[frozenset[Fraction], tuple[int, ...]]:
    """The constants and the conversion factors that ``text`` calls for."""
    found = [entry for entry in CONSTANTS if entry.cue.search(text)]
    values = ALWAYS.union(*(entry.values for entry in found))
    return values, tuple(sorted({100, *(factor for entry in found for factor in entry.factors)}))


def witness(value: Fraction, facts: FactGraph, local: frozenset[Fraction], problem: str, step: str) -> Fraction | None:
    """The stated value or constant that ``value`` is, or is one move away from; else None.

    ``problem`` and ``step`` tell which constants are in play.
    """
    if value in ALWAYS:
        return value
    for form in (value, -value, *percentages(value)):
        if form in local or _stated_percentage(form, facts) or (abs(form) == abs(value) and facts.find(form)):
            return form
    for text in (problem, step):  # the problem's answer is remembered, the step's is new each time
        constants, factors = _called_for(text)
        if value in constants:
            return value
        for form in converted(value, factors):
            if form in local or facts.find(form):
                return form
    return None


def conversions(text: str) -> tuple[int, ...]:
    """The unit conversion factors that ``text`` calls for."""
    return _called_for(text)[1]


def converted(value: Fraction, factors: tuple[int, ...]) -> list[Fraction]:
    """The values from which ``value`` is a sign, a reciprocal or a unit conversion away."""
    found = [value, -value]
    if value:
        found.append(1 / value)
    for factor in factors:
        found += (value * factor, value / factor)
    return found


def percentages(value: Fraction) -> list[Fraction]:
    """The percentages p for which ``value`` is p/100, 100-p, 100+p, 1-p/100 or 1+p/100."""
    return [value * 100, 100 - value, value - 100, 100 - value * 100, value * 100 - 100]


def _stated_percentage(value: Fraction, facts: FactGraph) -> bool:
    return any(facts[position].source.endswith("%") for position in facts.find(value))
