"""Formulas: relations between terms with symbols, functions, roots and the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from verifirst.core.claim import Claim
from verifirst.solvers.terms import Term


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
