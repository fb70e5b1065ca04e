"""Equations: ``expression = value``, alone or as a link of a chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifirst.claims.side import Side
from verifirst.core.claim import Claim


@dataclass(frozen=True, slots=True)
class Equation(Claim):
    """Two numeric sides held to be equal (``=``) or about equal (``≈``).

    ``members`` counts the numeric sides of the chain that this link belongs to (2 for an
    equation on its own) and ``link`` is its place in it, from 0. ``last`` says that the
    right side ends the chain. ``name`` is what both sides are given for, when they stand in
    different lines (``Total = 50 + 80`` and ``Total = 130``).
    """

    kind: ClassVar[str] = "equation"

    relation: str
    left: Side
    right: Side
    members: int = 2
    link: int = 0
    last: bool = True
    name: str = ""
