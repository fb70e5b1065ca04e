"""Formulas: relations between terms with symbols, functions, roots and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from verifirst.core.claim import Claim
from verifirst.core.facts import Binding
from verifirst.solvers.terms import Term, symbols


class Side(NamedTuple):
    """One side: character offsets in the step, its textbook term, and what was left out.

    ``units`` says that unit words were left out of the term. ``region`` is where the region
    of mathematics that holds it starts, ends and whether it is typeset: readings parse again.
    """

    start: int
    end: int
    term: Term
    units: bool


@dataclass(frozen=True, slots=True)
class Formula(Claim):
    """A relation between two sides that a step writes down.

    ``relation`` is one of ``= ≈ != < <= > >= ≡ |`` (``≡`` with a ``modulus``; ``a | b``: a
    divides b) or ``:=``. ``members`` counts the sides of its chain, read or not, ``link`` is
    its place from 0. ``statement`` numbers the chains of the step from 0. ``follows`` says
    that a sign (an arrow, a new line of the same display) derives the chain from the one
    before. ``region`` is the stretch of mathematics around it, as start, end, typeset.
    ``supposed`` says that the words before it suppose, test or name a case; ``fresh``, that
    they introduce (``let``).
    """

    kind: ClassVar[str] = "formula"

    relation: str
    left: Side
    right: Side
    members: int = 2
    link: int = 0
    statement: int = 0
    follows: bool = False
    modulus: Term = ()
    region: tuple[int, int, bool] = (0, 0, True)
    supposed: bool = False
    fresh: bool = False

    def binds(self) -> Iterator[Binding]:
        """What the fact graph takes from it: an asserted equality, under the name it defines."""
        if self.relation not in ("=", ":=") or self.supposed:
            return
        left, right = self.left.term, self.right.term
        if name := lone(left) or call_of_symbols(left):
            yield Binding(name, right, fresh=self.fresh)
        elif (name := lone(right)) and not symbols(left):
            yield Binding(name, left)
        else:
            yield Binding("", right, subject=left)


def lone(term: Term) -> str:
    """The name of a term that is one symbol, else ``""``."""
    item = term[0]
    return item[1:] if len(term) == 1 and isinstance(item, str) and item[0] == "$" else ""


def call_of_symbols(term: Term) -> str:
    """``f(x)`` of a term that applies a function to symbols, else ``""``."""
    *arguments, last = term
    if not isinstance(last, str) or last[0] != "@" or not all(lone((item,)) for item in arguments):
        return ""
    names = ", ".join(lone((item,)) for item in arguments)
    return f"{last[1:].rpartition('/')[0]}({names})"
