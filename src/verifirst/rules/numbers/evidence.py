"""The evidence of the arithmetic rules: postfix expressions that anyone can evaluate.

``relation-holds``
    ``relation``; ``left`` and ``right``: one postfix string each; optional ``percent``:
    the two divisors that a percent sign stands for (default 100, 100); optional ``within``:
    bounds, inclusive, for left minus right (default: the relation holds exactly).
``relation-fails``
    ``relation``; ``left`` and ``right``: every plausible postfix string; ``percent``: every
    pair of divisors; ``beyond``: for equations, no pair of readings is closer than this.

A postfix string is space-separated: ``12``, ``350/100`` (a literal 3.50), ``+ - * / ^ neg
sqrt %``, and ``+% -%`` (raised or lowered by a share of itself).
"""

from __future__ import annotations

from fractions import Fraction

from verifirst.core.verdict import Evidence
from verifirst.solvers.rational import Rpn, evaluate

UNIT_WINDOW = 25  # characters after a relation in which its unit may stand

Modes = tuple[tuple[int, int], ...]
TEXTBOOK = (100, 100)


def holding(
    relation: str,
    left: Rpn,
    right: Rpn,
    percent: tuple[int, int] = TEXTBOOK,
    within: tuple[Fraction, Fraction] | None = None,
) -> Evidence:
    """The relation holds under this one reading."""
    data: dict[str, object] = {"relation": relation, "left": spell(left), "right": spell(right)}
    if percent != TEXTBOOK:
        data["percent"] = list(percent)
    if within is not None:
        data["within"] = [str(within[0]), str(within[1])]
    return Evidence("relation-holds", data)


def failing(relation: str, left: list[Rpn], right: list[Rpn], percent: Modes, beyond: Fraction) -> Evidence:
    """The relation fails under each of these readings."""
    return Evidence(
        "relation-fails",
        {
            "relation": relation,
            "left": [spell(rpn) for rpn in left],
            "right": [spell(rpn) for rpn in right],
            "percent": [list(pair) for pair in percent],
            "beyond": str(beyond),
        },
    )


def spell(rpn: Rpn) -> str:
    """A postfix form as one string."""
    return " ".join([f"{item[0]}/{item[1]}" if item.__class__ is tuple else str(item) for item in rpn])


def holds(relation: str, difference: Fraction | int) -> bool:
    """Whether ``left - right = difference`` satisfies the relation."""
    if relation in "=≈":
        return difference == 0
    if relation == "!=":
        return difference != 0
    if relation[0] == "<":
        return difference < 0 or (difference == 0 and relation == "<=")
    return difference > 0 or (difference == 0 and relation == ">=")


def modes(left: Rpn, right: Rpn) -> Modes:
    """The divisors that a percent sign may stand for on either side; the textbook's first."""
    divisors = [(100, 1) if "%" in rpn else (100,) for rpn in (left, right)]
    return tuple((a, b) for a in divisors[0] for b in divisors[1])


def values(rpns: list[Rpn], percent: int) -> list[Fraction]:
    """The values of those readings that have one."""
    found = []
    for rpn in rpns:
        try:
            found.append(Fraction(*evaluate(rpn, percent)))
        except ArithmeticError:
            continue
    return found


def show(value: Fraction) -> str:
    """A value for a person: an integer, a short decimal, or a fraction."""
    if value.denominator == 1:
        return str(value.numerator) if abs(value) < 10**30 else "a very large number"
    scaled = value * 10**6
    if scaled.denominator == 1 and abs(value) < 10**15:
        digits = f"{abs(scaled.numerator):07d}"
        return f"{'-' if value < 0 else ''}{digits[:-6]}.{digits[-6:].rstrip('0')}"
    return f"{value.numerator}/{value.denominator}" if value.denominator < 10**30 else "a long fraction"
