"""Units of everyday speech: their dimension, and what they measure in the base unit (data).

A *family* holds units that convert exactly into each other and that people never bend. Days
and weeks bend (a working day, a school week), as do months in days, ounces (mass or volume),
tons and bytes; and nobody converts between systems exactly: those pairs are *loose*.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit: its dimension, its family within it, and how many base units it is."""

    dimension: str
    family: str
    factor: Fraction


_TABLE: tuple[tuple[str, str, str, int | Fraction], ...] = (
    ("time", "clock", "second seconds sec secs", 1),
    ("time", "clock", "minute minutes min mins", 60),
    ("time", "clock", "hour hours hr hrs", 3600),
    ("time", "", "day days", 86_400),
    ("time", "", "week weeks", 604_800),
    ("time", "", "fortnight fortnights", 1_209_600),
    ("calendar", "calendar", "month months", 1),
    ("calendar", "calendar", "year years", 12),
    ("calendar", "calendar", "decade decades", 120),
    ("calendar", "calendar", "century centuries", 1200),
    ("length", "metric", "millimeter millimeters millimetre millimetres mm", Fraction(1, 1000)),
    ("length", "metric", "centimeter centimeters centimetre centimetres cm", Fraction(1, 100)),
    ("length", "metric", "meter meters metre metres", 1),
    ("length", "metric", "kilometer kilometers kilometre kilometres km kms", 1000),
    ("length", "customary", "inch inches", Fraction(254, 10_000)),
    ("length", "customary", "foot feet ft", Fraction(3048, 10_000)),
    ("length", "customary", "yard yards yd yds", Fraction(9144, 10_000)),
    ("length", "customary", "mile miles", Fraction(1_609_344, 1000)),
    ("mass", "metric", "milligram milligrams mg", Fraction(1, 1000)),
    ("mass", "metric", "gram grams", 1),
    ("mass", "metric", "kilogram kilograms kg kgs", 1000),
    ("mass", "customary", "pound pounds lb lbs", Fraction(45_359_237, 100_000)),
    ("mass", "", "ounce ounces oz", Fraction(45_359_237, 1_600_000)),
    ("volume", "metric", "milliliter milliliters millilitre millilitres ml", Fraction(1, 1000)),
    ("volume", "metric", "liter liters litre litres", 1),
    ("volume", "customary", "teaspoon teaspoons tsp", Fraction(473_176_473, 96 * 10**9)),
    ("volume", "customary", "tablespoon tablespoons tbsp", Fraction(473_176_473, 32 * 10**9)),
    ("volume", "customary", "cup cups", Fraction(473_176_473, 2 * 10**9)),
    ("volume", "customary", "pint pints", Fraction(473_176_473, 10**9)),
    ("volume", "customary", "quart quarts", Fraction(2 * 473_176_473, 10**9)),
    ("volume", "customary", "gallon gallons", Fraction(8 * 473_176_473, 10**9)),
    ("money", "money", "cent cents penny pennies", 1),
    ("money", "money", "nickel nickels", 5),
    ("money", "money", "dime dimes", 10),
    ("money", "money", "dollar dollars", 100),
)  # fmt: skip

UNITS: dict[str, Unit] = {
    word: Unit(dimension, family, Fraction(factor))
    for dimension, family, words, factor in _TABLE
    for word in words.split()
}
"""Every spelling, in small letters, with its unit."""


def hard(left: Unit, right: Unit) -> bool:
    """Whether the two convert exactly, and nobody says otherwise."""
    return left.family == right.family != ""
