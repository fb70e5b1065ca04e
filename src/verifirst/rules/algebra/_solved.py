"""Decimals in a derivation: where the first equation fixes its symbol, is the second true there, up to rounding?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from verifirst.claims.assertion import approximate
from verifirst.claims.formula import Formula
from verifirst.core.budget import Budget
from verifirst.core.rule import Context
from verifirst.rules.algebra._closed import rational, slack, within
from verifirst.solvers.exact import IrrationalError, exact
from verifirst.solvers.ideal import Relation
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, substitute, symbols

LEEWAY = 5  # units of the last digit: the numbers on the way may have been rounded, too


class Miss(NamedTuple):
    """The two sides as numbers, which are further apart than ``beyond``."""

    sides: Relation
    beyond: Fraction


def off_where_solved(claim: Formula, sides: Relation, given: Sequence[Relation], context: Context) -> Miss | None:
    """How ``claim``, read as ``sides``, fails where the given linear equation holds; None where rounding explains."""
    root = _root(given[0], context.budget) if len(given) == 1 else None
    if root is None:
        return None
    name, value = root
    left, right = (substitute(side, {name: _term(value)}) for side in sides)
    text = context.step.text
    there = replace(claim, left=claim.left._replace(term=left), right=claim.right._replace(term=right))
    beyond = LEEWAY * slack(there, text, about=approximate(text, claim.start, claim.end), budget=context.budget)
    return Miss((left, right), beyond) if within((left, right), beyond, context.budget) == "false" else None


def _root(given: Relation, budget: Budget) -> tuple[str, Fraction] | None:
    """The symbol of a linear equation in one, and its value."""
    names = symbols(given[0]) | symbols(given[1])
    if len(names) != 1 or not rational(*given):
        return None
    name = next(iter(names))
    gap: Term = (*given[0], *given[1], "-")
    try:
        at = [exact(substitute(gap, {name: (k,)}), budget) for k in (1, 2, 3)]
    except (IrrationalError, UndefinedError, TooLargeError):
        return None
    slope = at[1] - at[0]
    return (name, 1 - at[0] / slope) if slope and at[2] - at[1] == slope else None


def _term(value: Fraction) -> Term:
    return value.numerator, value.denominator, "/"
