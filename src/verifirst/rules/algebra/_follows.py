"""Whether a formula follows from what was said before it, contradicts it, or neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from flint import fmpz_mpoly

from verifirst.claims.formula import Formula
from verifirst.claims.formula.claim import lone
from verifirst.core.rule import Context
from verifirst.rules.algebra._closed import rational
from verifirst.rules.algebra._known import applied, definitions, names, relevant, said_before
from verifirst.solvers.ideal import Answer, Ideal, Relation
from verifirst.solvers.polynomials import NARROW, WIDE, FullError, OutsideError, Ring
from verifirst.solvers.terms import Term, functions, substitute, symbols

WORK = 100  # budget units a question costs beside the size of its terms
_FEWER = (14, 5, 1)  # how many of the newest equations are tried until they are consistent


class Standing(NamedTuple):
    """The answer, the equations it rests on, and both sides with calls replaced."""

    answer: Answer
    rests: tuple[Relation, ...] = ()
    left: Term = ()
    right: Term = ()


class Board:
    """The algebra of one step: one ring, each equation turned into a polynomial once."""

    def __init__(self) -> None:
        self._begin(NARROW)

    def _begin(self, width: int) -> None:
        self._ring = Ring(width)
        self._polynomials: dict[Relation, fmpz_mpoly | None] = {}
        self._ideals: dict[tuple[Relation, ...], Ideal] = {}

    @classmethod
    def of(cls, context: Context) -> Board:
        """The board of the step."""
        board: Board | None = context.memo.get("AL.board")
        if board is None:
            board = context.memo["AL.board"] = cls()
        return board

    def judge(self, claim: Relation, rests: tuple[Relation, ...], context: Context, *, prove: bool) -> Answer | None:
        """Where ``claim`` stands against ``rests``; None where those contradict each other.

        With ``prove`` only the question whether it holds is asked, which is the quick half.
        """
        try:
            return self._judge(claim, rests, context, prove)
        except FullError:
            if self._ring.width == WIDE:
                return "open"
        self._begin(WIDE)
        with suppress(FullError):
            return self._judge(claim, rests, context, prove)
        return "open"

    def _judge(self, claim: Relation, rests: tuple[Relation, ...], context: Context, prove: bool) -> Answer | None:
        polynomial = self._polynomial(claim, context)
        if polynomial is None:
            return "open"
        ideal = self._ideals.get(rests)
        if ideal is None:
            context.budget.spend(WORK)
            found = [self._polynomial(item, context) for item in rests]
            ideal = self._ideals[rests] = Ideal.of(self._ring, [item for item in found if item is not None])
        context.budget.spend(WORK)
        if not ideal.consistent:
            return None
        if prove:
            return "holds" if ideal.entails(polynomial) and not _vanishes(polynomial, ideal, rests) else "open"
        return ideal.judge_polynomial(polynomial)

    def coprime(self, one: Relation, other: Relation, context: Context) -> bool:
        """Whether two equations are both read and their polynomials have no factor in common."""
        try:
            a, b = self._polynomial(one, context), self._polynomial(other, context)
        except FullError:
            return False
        return a is not None and b is not None and bool(a) and bool(b) and a.gcd(b).is_constant()

    def _polynomial(self, relation: Relation, context: Context) -> fmpz_mpoly | None:
        if relation not in self._polynomials:
            context.budget.spend(len(relation[0]) + len(relation[1]))
            try:
                self._polynomials[relation] = self._ring.numerator(*relation)
            except FullError:
                raise
            except OutsideError:
                self._polynomials[relation] = None
        return self._polynomials[relation]


def _vanishes(claim: fmpz_mpoly, ideal: Ideal, rests: tuple[Relation, ...]) -> bool:
    """Whether it holds only since a symbol must be zero that nobody said is: ``2P = 3P`` proves ``5P = 7P``."""
    shared = claim.term_content() if claim else claim
    if shared.is_constant() or any((0,) in item for item in rests):
        return False
    return any(
        degree and ideal.entails(symbol)
        for symbol, degree in zip(claim.context().gens(), shared.degrees(), strict=True)
    )


def identity(claim: Relation, context: Context) -> Answer:
    """Whether an equation holds for all values, for none, or neither."""
    if _introduces(claim, ()):
        return "open"
    return Board.of(context).judge(claim, (), context, prove=False) or "open"


def coprime(one: Relation, other: Relation, context: Context) -> bool:
    """Whether two equations have no factor in common: neither is the other, multiplied or divided."""
    return Board.of(context).coprime(one, other, context)


def standing(claim: Formula, context: Context) -> Standing:
    """Where an equation stands against what was said before it."""
    before = said_before(claim, context)
    defined = definitions(before)
    sides = applied((claim.left.term, claim.right.term), defined)
    usable = [applied(item, defined) for item in before] if defined else before
    rests = [item for item in relevant(names(*sides), usable) if not restates(item, sides) and item[0] != item[1]]
    return against(sides, rests, context)


def against(sides: Relation, rests: Sequence[Relation], context: Context, *, prove: bool = True) -> Standing:
    """Where an equation stands against these, oldest first; ``prove`` asks only whether it holds."""
    if _introduces(sides, rests):
        return Standing("open", (), *sides)
    board, last = Board.of(context), -1
    for count in _FEWER:
        chosen = tuple(rests[-count:])
        if len(chosen) == last:
            continue
        last = len(chosen)
        answer = board.judge(sides, chosen, context, prove=prove)
        if answer is not None:
            return Standing(answer, chosen, *sides)
    return Standing("open", (), *sides)


def _introduces(sides: Relation, rests: Sequence[Relation]) -> bool:
    """Whether one side is a symbol that occurs nowhere else: true for one value of it, and false for all others."""
    for one, other in (sides, sides[::-1]):
        name = lone(one)
        if name and name not in symbols(other) and not any(name in names(*item) for item in rests):
            return rational(other)
    return False


def binding(said: Sequence[Relation], own: frozenset[str], context: Context) -> list[Relation]:
    """Of these equations, those that may bind the names in ``own``: no identities, no definitions of what is new.

    An equation ``y = f(x)`` says nothing about x where y occurs nowhere else.
    """
    left = [item for item in said if identity(item, context) != "holds"]
    while True:
        counts = Counter(name for item in left for name in names(*item))
        kept = [item for item in left if not any(_defines(item, side, counts, own) for side in (0, 1))]
        if len(kept) == len(left):
            return kept
        left = kept


def _defines(item: Relation, side: int, counts: Counter[str], own: frozenset[str]) -> bool:
    name = lone(item[side])
    return bool(name) and counts[name] == 1 and name not in own and name not in symbols(item[1 - side])


def restates(item: Relation, sides: Relation) -> bool:
    """Whether the equation is the same, or the same the other way round."""
    return item in (sides, sides[::-1])


def solves(claim: Formula, context: Context) -> Standing | None:
    """For ``x = value``: an equation in x before it that the value satisfies, given the others.

    The standing is that of the equation with the value put in.
    """
    name, value = lone(claim.left.term), claim.right.term
    if not name or name in symbols(value):
        return None
    before = said_before(claim, context)
    for item in before:
        if name not in names(*item) or name in (lone(item[0]), lone(item[1])) or functions(item[0]):
            continue
        left, right = (substitute(side, {name: value}) for side in item)
        others = [other for other in relevant(names(left, right), before) if name not in names(*other)]
        found = against((left, right), others, context)
        return Standing("holds", found.rests or (item,), left, right) if found.answer == "holds" else None
    return None
