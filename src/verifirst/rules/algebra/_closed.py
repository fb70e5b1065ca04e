"""Relations between numbers: decided exactly, within the rounding that the text shows."""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd

from verifirst.claims.formula import Formula
from verifirst.core.budget import Budget
from verifirst.solvers.ball import enclose, real_ball
from verifirst.solvers.compare import Truth, close, compare, order
from verifirst.solvers.exact import IrrationalError, exact
from verifirst.solvers.ideal import Relation
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, functions, is_bound, symbols

_NUMBER = re.compile(r"[-−–]?\s*(?:\\boxed\s*\{\s*)?[$]?[0-9][0-9,]*(?:\.([0-9]+))?\s*\}?\s*(?:\\?%)?")
_DECIMAL = re.compile(r"[0-9]\.[0-9]")
COARSE = Fraction(1, 50)  # of the value: how far apart two expressions may be that are "about" equal
ROUGHEST = 12  # an "about" 100 for 60 is none: a unit of the last digit is at most this part of the value
BARELY = Fraction(999, 1000)  # a result is off by less than a unit where it is cut or rounded, never by a whole one
FINEST = Fraction(1, 10**9)  # digits beyond these are noise of floating point


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
    if d.denominator != 1 or d < 1 or gcd(n.denominator, int(d)) != 1:
        return "undecided"
    return "true" if n.numerator % d == 0 else "false"  # a fraction is a product with an inverse


def shown(claim: Formula, text: str, *, about: bool) -> Fraction | None:
    """One unit of the last digit of the side that is a lone number (the right one first), or None.

    The last digit that is not zero, where the text says *about*.
    """
    for side in (claim.right, claim.left):
        source = text[side.start : side.end].strip()
        if match := _NUMBER.fullmatch(source):
            zeros = len(source) - len(source.rstrip("0")) if about and match[1] is None else 0
            return Fraction(10**zeros, 10 ** len(match[1] or ""))
    return None


def slack(claim: Formula, text: str, *, about: bool, budget: Budget) -> Fraction:
    """How far apart the sides may be before rounding no longer explains it."""
    size = _size(claim.left.term, budget)
    unit = shown(claim, text, about=about)
    if unit is not None:
        unit = min(unit, max(Fraction(1), size / ROUGHEST))
        return max(2 * unit if about else unit * BARELY, size * FINEST)
    return size * COARSE if about or _DECIMAL.search(text, claim.start, claim.end) else Fraction(0)


def spelled_out(claim: Formula, text: str, sides: Relation, budget: Budget) -> bool:
    """Whether the digits shown can say the exact value in full: then nothing is rounded."""
    unit = shown(claim, text, about=False)
    if unit is None:
        return False
    try:
        return all(side[-1] in ("floor", "ceil") or (exact(side, budget) / unit).denominator == 1 for side in sides)
    except (IrrationalError, UndefinedError, TooLargeError):
        return False


def whole_by_nature(sides: Relation) -> bool:
    """Whether a side is a floor or a ceiling: whole numbers, which words of rounding describe and do not loosen."""
    return any(side[-1] in ("floor", "ceil") for side in sides)


def counts_with_pi(claim: Formula, sides: Relation, budget: Budget) -> bool:
    """Whether only one side has pi, and the other may have 22/7 or 3.14 in its place."""
    return ("pi" in sides[0]) != ("pi" in sides[1]) and (
        within(sides, _size(claim.left.term, budget) * COARSE, budget) != "false"
    )


def _size(term: Term, budget: Budget) -> Fraction:
    """About how large a number is; 1 where that is not known."""
    try:
        value = enclose(term, 53, budget)
        return Fraction(abs(float(real_ball(value).mid())))
    except (ArithmeticError, ValueError, TypeError):
        return Fraction(1)


def bare(claim: Formula, text: str) -> bool:
    """Whether both sides are lone numbers: ``0 = 5`` is where a proof by contradiction ends, not a slip."""
    return all(_NUMBER.fullmatch(text[side.start : side.end].strip()) for side in (claim.left, claim.right))


def within(sides: Relation, distance: Fraction, budget: Budget) -> Truth:
    """Whether the sides are at most ``distance`` apart."""
    return close(*sides, distance, budget=budget)


def approximate_text(claim: Formula, text: str) -> bool:
    """Whether the relation shows a decimal, which may be rounded."""
    return _DECIMAL.search(text, claim.start, claim.end) is not None


_RATIONAL = frozenset("+ - * / ^ neg".split())


def rational(*terms: Term) -> bool:
    """Whether the terms are built from numbers and symbols by ``+ - * /`` and whole powers."""
    return all(
        not is_bound(item)
        and (not isinstance(item, str) or item[0] == "$" or item in _RATIONAL)
        and (item != "^" or isinstance(term[at - 1], int))
        for term in terms
        for at, item in enumerate(term)
    )
