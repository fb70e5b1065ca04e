"""Statements: a relation between two numbers, put in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.side import Side
from verifirst.core.claim import Claim


@dataclass(frozen=True, slots=True)
class Statement(Claim):
    """Two numbers, at least one of them put in words, and the relation said to hold.

    ``relation`` is one of ``= ≈ < > <= >=``. ``units`` are the words that either side counts.
    """

    kind: ClassVar[str] = "statement"

    relation: str
    left: Side
    right: Side
    units: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    def plain(self) -> Equation | Comparison:
        """The same relation as if it had been written in signs."""
        if self.relation in "=≈":
            return Equation(self.start, self.end, self.relation, self.left, self.right)
        return Comparison(self.start, self.end, self.relation, self.left, self.right)
