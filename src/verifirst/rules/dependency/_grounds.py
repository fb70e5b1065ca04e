"""Where a value may come from: stated values, named constants, and simple forms of them."""

from __future__ import annotations

from fractions import Fraction

from verifirst.core.facts import FactGraph

CONSTANTS = frozenset(
    Fraction(n) for n in (0, 1, 2, 3, 4, 7, 10, 12, 24, 30, 52, 60, 90, 100, 180, 360, 365, 366, 1000, 3600, 1_000_000)
) | {Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), Fraction(3, 4), Fraction(314, 100), Fraction(22, 7)}
"""Constants anyone may use: small counts, days, months, hours, minutes, degrees, shares, pi."""

UNIT_FACTORS = (60, 7, 12, 24, 52, 100, 365, 1000, 3600, 16, 3, 36)


def witness(value: Fraction, facts: FactGraph, local: frozenset[Fraction]) -> Fraction | None:
    """The stated value or constant that ``value`` is, or is one move away from; else None."""
    if value in CONSTANTS:
        return value
    for form in converted(value):
        if form in local or facts.find(form):
            return form
    for form in percentages(value):
        if form in local or _stated_percentage(form, facts):
            return form
    return None


def converted(value: Fraction) -> list[Fraction]:
    """The values from which ``value`` is a sign, a reciprocal or a unit conversion away."""
    found = [value, -value]
    if value:
        found.append(1 / value)
    for factor in UNIT_FACTORS:
        found += (value * factor, value / factor)
    return found


def percentages(value: Fraction) -> list[Fraction]:
    """The percentages p for which ``value`` is p/100, 100-p, 100+p, 1-p/100 or 1+p/100."""
    return [value * 100, 100 - value, value - 100, 100 - value * 100, value * 100 - 100]


def _stated_percentage(value: Fraction, facts: FactGraph) -> bool:
    return any(facts[position].source.endswith("%") for position in facts.find(value))
