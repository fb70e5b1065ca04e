"""The forms that an answer takes, once read."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifirst.claims.formula.lexer import Tokens
from verifirst.solvers.terms import Term


@dataclass(frozen=True, slots=True)
class Expression:
    """A number or an expression.

    ``tokens`` are kept to read it in other conventions; ``decimal`` says that it is one number
    written with a point; ``unit`` is what it is counted in, ``base`` the numeral system that it
    is written in, both ``""`` where nothing is said.
    """

    term: Term
    tokens: Tokens | None = field(default=None, compare=False, repr=False)
    decimal: bool = False
    unit: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Several answers: ``kind`` is *list* (no brackets, any order), *set*, *tuple* or *ratio*."""

    kind: str
    items: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two ends."""

    low: Form
    high: Form
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Union:
    """A union of sets and intervals."""

    parts: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of entries."""

    rows: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """Sides joined by relation signs: ``x = 5``, ``-2 <= x < 7``."""

    sides: tuple[Form, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Words, in lower case."""

    words: str


Form = Expression | Collection | Interval | Union | Matrix | Relation | Text


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``parse`` found: the source text and its readings, the likeliest first."""

    source: str
    readings: tuple[Form, ...] = field(repr=False)

    def __str__(self) -> str:
        return self.source
