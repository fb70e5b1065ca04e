"""Relations between numbers: decided exactly, within the rounding that the text shows."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from verifirst.claims.formula import Formula
from verifirst.core.budget import Budget
from verifirst.solvers.compare import Truth, close, compare, order
from verifirst.solvers.exact import IrrationalError, exact
from verifirst.solvers.ideal import Relation
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, functions, symbols

_NUMBER = re.compile(r"[-−–]?\s*(?:\\boxed\s*\{\s*)?[$]?[0-9][0-9,]*(?:\.([0-9]+))?\s*\}?\s*(?:\\?%)?")
_DECIMAL = re.compile(r"[0-9]\.[0-9]")
COARSE = Fraction(1, 50)  # of the value: how far apart two expressions may be that are "about" equal

Orders = Literal["<", "<=", ">", ">=", "!="]


def closed(*terms: Term) -> bool:
    """Whether the terms have no symbol and no call."""
    return not any(symbols(term) or functions(term) for term in terms)


def truth(relation: str, sides: Relation, modulus: Term, budget: Budget) -> Truth:
    """Whether a relation between numbers is true, exactly."""
    left, right = sides
    if relation in ("=", "≈", ":="):
        answer = compare(left, right, budget=budget).answer
        return "true" if answer == "equal" else "false" if answer == "different" else "undecided"
    if relation in ("≡", "|"):
        return _divides(modulus, (*left, *right, "-"), budget) if relation == "≡" else _divides(left, right, budget)
    return order(left, relation, right, budget=budget) if relation in ("<", "<=", ">", ">=", "!=") else "undecided"  # type: ignore[arg-type]


def _divides(divisor: Term, dividend: Term, budget: Budget) -> Truth:
    if not divisor or not closed(divisor):
        return "undecided"
    try:
        d, n = exact(divisor, budget), exact(dividend, budget)
    except (IrrationalError, UndefinedError, TooLargeError):
        return "undecided"
    if d.denominator != 1 or n.denominator != 1 or d < 1:
        return "undecided"
    return "true" if n % d == 0 else "false"


def shown(claim: Formula, text: str) -> Fraction | None:
    """One unit of the last digit of the side that is a lone number (the right one first), or None."""
    for side in (claim.right, claim.left):
        if match := _NUMBER.fullmatch(text[side.start : side.end].strip()):
            return Fraction(1, 10 ** len(match[1] or ""))
    return None


def slack(claim: Formula, text: str, *, about: bool) -> Fraction | float:
    """How far apart the sides may be before rounding no longer explains it."""
    unit = shown(claim, text)
    source = text[claim.start : claim.end]
    if unit is None:
        return 0 if not about and not _DECIMAL.search(source) else COARSE
    return unit


def within(sides: Relation, distance: Fraction, budget: Budget) -> Truth:
    """Whether the sides are at most ``distance`` apart."""
    return close(*sides, distance, budget=budget)
