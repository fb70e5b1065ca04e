"""Two forms of one expression: whether they may be compared for all values, and whether they differ for some."""

from __future__ import annotations

from verifirst.core.rule import Context
from verifirst.rules.algebra._closed import rational
from verifirst.rules.algebra._follows import identity
from verifirst.solvers.compare import compare
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import Item, Term, functions, is_bound, symbols

_SMOOTH = frozenset("+ - * / neg sin cos tan cot sec csc".split())
RELATED = frozenset("i j omega zeta epsilon phi e".split())
"""Letters that may have a relation of their own, such as i^2 = -1, which nobody need say."""


def comparable(sides: Relation) -> bool:
    """Expressions in the same symbols, at least one, none of which has a relation of its own."""
    left, right = (symbols(side) for side in sides)
    return left == right and bool(left) and not left & RELATED and not any(functions(side) for side in sides)


def differ(sides: Relation, context: Context) -> bool:
    """Whether the sides are proved to differ for some values of their symbols."""
    if rational(*sides):
        return identity(sides, context) == "contradicts" or _apart(sides, context)
    return all(_continuous(side) for side in sides) and _apart(sides, context)


def _apart(sides: Relation, context: Context) -> bool:
    return compare(*sides, budget=context.budget).answer == "different"


def _continuous(term: Term) -> bool:
    """Only functions of all real numbers, of which a symbol may be any: none of whole numbers."""
    return all(_smooth(item, term[at - 1]) for at, item in enumerate(term))


def _smooth(item: Item, before: Item) -> bool:
    if not isinstance(item, str):
        return not is_bound(item)
    return item[0] == "$" or item in _SMOOTH or (item == "^" and isinstance(before, int))
