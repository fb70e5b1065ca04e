"""Whether a formula follows from what was said before it, contradicts it, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from verifirst.claims.formula import Formula
from verifirst.claims.formula.claim import lone
from verifirst.core.rule import Context
from verifirst.rules.algebra._known import MAX_INLINE, Known, definitions, known, relevant
from verifirst.solvers.ideal import Answer, Ideal
from verifirst.solvers.terms import Term, functions, inline, substitute, symbols

WORK = 100  # budget units a question costs beside the size of its terms
_FEWER = (14, 6, 3, 1)  # how many of the newest equations are tried until they are consistent


class Standing(NamedTuple):
    """The answer, the equations it rests on, and both sides with calls replaced."""

    answer: Answer
    rests: tuple[Known, ...] = ()
    left: Term = ()
    right: Term = ()


def standing(claim: Formula, left: Term, right: Term, context: Context) -> Standing:
    """Where ``left = right`` stands against what was said before ``claim``."""
    before = known(claim, context)
    defined = definitions(before)
    left, right = (inline(side, defined, MAX_INLINE) for side in (left, right))
    usable = [
        Known(*sides, item.step)
        for item in before
        if (sides := [inline(side, defined, MAX_INLINE) for side in item.relation])[0] != sides[1]
    ]
    rests = [item for item in relevant(names(left, right), usable) if not restates(item, left, right)]
    return against(left, right, rests, context)


def against(left: Term, right: Term, rests: Sequence[Known], context: Context) -> Standing:
    """Where ``left = right`` stands against these equations, oldest first."""
    last = -1
    for count in _FEWER:
        chosen = tuple(rests[-count:])
        if len(chosen) == last:
            continue
        last = len(chosen)
        context.budget.spend(WORK + sum(len(item.left) + len(item.right) for item in chosen))
        ideal = Ideal([item.relation for item in chosen])
        if ideal.consistent:
            return Standing(ideal.judge(left, right), chosen, left, right)
    return Standing("open", (), left, right)


def restates(item: Known, left: Term, right: Term) -> bool:
    """Whether the equation is the same, or the same the other way round."""
    return item.relation in ((left, right), (right, left))


def names(left: Term, right: Term) -> frozenset[str]:
    """The symbols and functions of an equation."""
    return symbols(left) | symbols(right) | functions(left) | functions(right)


def solves(claim: Formula, context: Context) -> Standing | None:
    """For ``x = value``: an equation in x before it that the value satisfies, given the others.

    The standing is that of the equation with the value put in.
    """
    name, value = lone(claim.left.term), claim.right.term
    if not name or name in symbols(value):
        return None
    for item in known(claim, context):
        if name not in item.names or lone(item.left) == name or lone(item.right) == name or functions(item.left):
            continue
        left, right = (substitute(side, {name: value}) for side in item.relation)
        others = [other for other in relevant(names(left, right), known(claim, context)) if name not in other.names]
        found = against(left, right, others, context)
        if found.answer == "holds":
            return Standing("holds", found.rests or (item,), left, right)
        return None
    return None
