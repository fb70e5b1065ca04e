"""The quantity graph behind a problem, and the problem itself.

A *quantity* is a number with a name, either given by the text or derived from
other quantities. A *statement* is a sentence about quantities that is true of
the graph: its numbers are masked (``"Ann has # apples left."``), and each
``#`` is a *slot* that says which quantity, or which comparison, belongs there.
The oracle needs nothing else to tell a right step from a wrong one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Operation = Literal["given", "+", "-", "*", "/", "% of", "ceil", "floor"]
Relation = Literal["=", ">", "<"]

MASK = "#"
"""Stands for one equation, comparison or number in a masked sentence."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One node: ``value`` is exact; ``inputs`` name the operands in order."""

    name: str
    value: Fraction
    operation: Operation = "given"
    inputs: tuple[str, ...] = ()
    money: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """What one ``#`` asserts: ``left`` has its value ("="), or ``left relation right``."""

    relation: Relation
    left: str
    right: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A masked sentence and its slots, one for each ``#`` from left to right.

    A comparison has two statements, one for each outcome; the relation in the
    slot says which conclusion goes with which outcome.
    """

    masked: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Quantities in order of derivation, and the sentences that may be said of them.

    Of ``statements`` no two share their words; the gold solution is made of them. ``synonyms`` say
    the same quantities in other words of this world, and one sentence may be said of several.
    """

    quantities: tuple[Quantity, ...]
    statements: tuple[Statement, ...]
    synonyms: tuple[Statement, ...] = ()

    def quantity(self, name: str) -> Quantity:
        """The quantity called ``name``; KeyError when there is none."""
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Problem:
    """A word problem with its gold solution.

    ``answer`` is the text between "The answer is " and the final full stop of
    the gold solution. ``solution_steps`` are the lines of that solution, the
    answer line included. ``template`` names the structure (kinds of sentences
    in order), which is what the split *heldout-templates* keeps unseen.
    ``asks`` is the kind of question: "value", "compare", "enough" or "packs".
    """

    id: str
    text: str
    answer: str
    solution_steps: tuple[str, ...]
    graph: Graph
    template: str
    asks: str
    split: str

    @property
    def solution(self) -> str:
        """The gold completion: the steps, one a line, with no newline at the end."""
        return "\n".join(self.solution_steps)


def show(value: Fraction, money: bool = False) -> str:
    """Write an exact value the way the problems do: ``14``, ``7.5``, ``$3.50``.

    Raises ValueError for a value that two decimals cannot write exactly.
    """
    sign, cents = ("-" if value < 0 else ""), abs(value) * 100
    if cents.denominator != 1:
        raise ValueError(f"{value} has more than two decimals")
    whole, part = divmod(cents.numerator, 100)
    if part == 0:
        digits = str(whole)
    elif money:
        digits = f"{whole}.{part:02d}"
    else:
        digits = f"{whole}.{part:02d}".rstrip("0")
    return f"{sign}{'$' if money else ''}{digits}"
