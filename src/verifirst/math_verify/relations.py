"""Relations: assignments, equations and inequalities, and whether two of them say the same."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from verifirst.core.budget import Budget
from verifirst.math_verify.answers import Collection, Expression, Form, Interval, Relation
from verifirst.math_verify.numbers import equal
from verifirst.math_verify.outcome import SAME, Outcome, differs, every, some, unsure
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, functions, substitute, symbols

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_INFINITE = {"<": Expression(("inf", "neg")), ">": Expression(("inf",))}


class Link(NamedTuple):
    """``left sign right`` between two terms."""

    left: Term
    sign: str
    right: Term


def assigned(form: Form) -> tuple[Term, Form] | None:
    """Name and value of ``x = 5``, ``f(x) = x + 1``, ``x = 5 + 6 = 11``, ``x = 1/3 ≈ 0.33``."""
    if not isinstance(form, Relation) or set(form.signs) - {"=", "≈"}:
        return None
    first = form.sides[0]
    names = first.items if isinstance(first, Collection) else (first,)  # (x, y) = (1, 2)
    name = tuple(item for one in names if isinstance(one, Expression) and _is_name(one.term) for item in one.term)
    if not name or not all(isinstance(one, Expression) and _is_name(one.term) for one in names):
        return None
    last = max((at for at, sign in enumerate(form.signs) if sign == "="), default=len(form.signs) - 1)
    return name, form.sides[last + 1]


def _is_name(term: Term) -> bool:
    last = term[-1]
    if not isinstance(last, str):
        return False
    if last[0] == "@":
        return all(isinstance(item, str) and item[0] == "$" for item in term[:-1])
    return last[0] == "$" and len(term) == 1


def computed(form: Form) -> Form | None:
    """The result of ``5 + 6 = 11``, ``a + b = 5 + 6 = 11`` or ``f(g(2)) = 11``: the last side.

    The side before it must be a number or a call; ``a + b = 11`` may be an equation to solve.
    """
    if not isinstance(form, Relation) or set(form.signs) - {"=", "≈"}:
        return None
    last = max((at for at, sign in enumerate(form.signs) if sign == "="), default=0)
    before, result = form.sides[last], form.sides[last + 1]
    if not isinstance(before, Expression) or not isinstance(result, Expression) or not _is_closed(result.term):
        return None
    return result if _is_closed(before.term) or str(before.term[-1])[0] == "@" else None


def _is_closed(term: Term) -> bool:
    return not symbols(term) and not functions(term)


def links(form: Relation) -> list[Link] | None:
    """The links of a chain of expressions; None where a side is something else."""
    found = []
    for (left, right), sign in zip(pairwise(form.sides), form.signs, strict=True):
        if not isinstance(left, Expression) or not isinstance(right, Expression) or sign not in _FLIPPED:
            return None
        found.append(Link(left.term, sign, right.term))
    return found


def as_interval(form: Form) -> Interval | None:
    """``-2 <= x < 7`` and ``x > 3`` as the numbers that fulfil them."""
    chain = links(form) if isinstance(form, Relation) else None
    if chain is None or len(chain) > 2 or any(link.sign in ("=", "!=") for link in chain):  # noqa: PLR2004  # two bounds
        return None
    if len(chain) == 2:  # noqa: PLR2004
        name, directions = chain[0].right, {link.sign[0] for link in chain}
        if not _is_name(name) or len(directions) > 1:
            return None
        low, high = (chain[0], chain[1]) if "<" in directions else (chain[1], chain[0])
        ends = (low.left, high.right) if "<" in directions else (low.right, high.left)
        return Interval(Expression(ends[0]), Expression(ends[1]), low.sign[1:] == "=", high.sign[1:] == "=")
    left, sign, right = chain[0]
    if not _is_name(left):
        left, sign, right = right, _FLIPPED[sign], left
    if not _is_name(left) or symbols(right):
        return None
    closed = sign[1:] == "="
    if sign[0] == "<":
        return Interval(_INFINITE["<"], Expression(right), low_closed=False, high_closed=closed)
    return Interval(Expression(right), _INFINITE[">"], low_closed=closed, high_closed=False)


def same_chain(gold: Relation, target: Relation, budget: Budget) -> Outcome:
    """Whether two chains hold for the same values: link by link, forward or from the other end."""
    a, b = links(gold), links(target)
    if a is None or b is None:
        return unsure("a side is no expression")
    if len(a) != len(b):
        return unsure("chains of different length")
    turned = [Link(link.right, _FLIPPED[link.sign], link.left) for link in reversed(b)]
    readings = [b] if len(a) == 1 else [b, turned]
    found = some(every(_same_link(x, y, budget) for x, y in zip(a, other, strict=True)) for other in readings)
    return found if len(a) == 1 or found.verified else unsure(found.reason)


def _same_link(a: Link, b: Link, budget: Budget) -> Outcome:
    """Two differences that are the same but for a constant factor, under signs that fit."""
    for left, sign, right in (b, Link(b.right, _FLIPPED[b.sign], b.left)):
        if a.sign == sign and equal(a.left, left, budget).verified and equal(a.right, right, budget).verified:
            return SAME
    over = (*a.left, *a.right, "-")
    under = (*b.left, *b.right, "-")
    ratio = _ratio(over, under, budget)
    if ratio is None:
        return _by_solving(a, b, budget)
    if (a.sign if ratio > 0 else _FLIPPED[a.sign]) != b.sign:
        return differs("the signs differ") if a.sign[0] in "<>" and b.sign[0] in "<>" else unsure("other relations")
    top, bottom = abs(ratio.numerator), ratio.denominator
    scaled = (*under, top, "*") if ratio > 0 else (*under, top, "*", "neg")
    found = equal((*over, bottom, "*"), scaled, budget)
    return found if found.verified else _by_solving(a, b, budget)


def _ratio(over: Term, under: Term, budget: Budget) -> Fraction | None:
    """The quotient of two terms at one point where both have a rational value that is not zero."""
    from verifirst.solvers.exact import IrrationalError, exact  # noqa: PLC0415  # loads flint

    names = sorted(symbols(over) | symbols(under))
    for shift in (2, 5, 11, 23):
        values = {name: ((shift + 7 * at) ** 2,) for at, name in enumerate(names)}
        try:
            top, bottom = (exact(substitute(side, values), budget) for side in (over, under))
        except (IrrationalError, UndefinedError, TooLargeError):
            continue
        if top and bottom:
            return top / bottom
    return None


def _by_solving(a: Link, b: Link, budget: Budget) -> Outcome:
    """Equations that are not multiples of each other, by their solutions."""
    if a.sign != "=" or b.sign != "=":
        return unsure("the relations are not multiples of each other")
    names = symbols(a.left) | symbols(a.right) | symbols(b.left) | symbols(b.right)
    if len(names) == 1:
        from verifirst.solvers.univariate import relation  # noqa: PLC0415  # loads flint

        change = relation((a.left, a.right), (b.left, b.right), next(iter(names)), budget=budget)
        if change.over_reals == change.over_complex == "same":
            return SAME
        if change.over_reals not in ("same", "undecided"):
            return differs("the solutions differ")
        return unsure("the solutions are not compared")
    for one, other in ((a, b), (b, a)):
        for name, value in ((one.left, one.right), (one.right, one.left)):
            if len(name) == 1 and _is_name(name) and str(name[0])[1:] not in symbols(value):
                at = {str(name[0])[1:]: value}
                found = equal(substitute(other.left, at), substitute(other.right, at), budget)
                if not found.verified:
                    return found
    return unsure("the equations are not multiples of each other")
