"""Comparisons: ``a < b``, ``a >= b``, ``a != b`` between numeric sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifirst.claims.side import Side
from verifirst.core.claim import Claim


@dataclass(frozen=True, slots=True)
class Comparison(Claim):
    """Two numeric sides and an order between them: ``< > <= >= !=``."""

    kind: ClassVar[str] = "comparison"

    relation: str
    left: Side
    right: Side
