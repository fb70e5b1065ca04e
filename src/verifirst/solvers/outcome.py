"""What a decision procedure answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Answer = Literal["equal", "different", "undecided"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to "are these the same?".

    ``method`` names what decided. ``error_bound`` bounds the probability that *equal* is
    wrong; it is 0 for a proof, and *different* is always a proof. ``witness`` holds the
    symbols' values where both sides are defined and differ (empty for closed terms).
    ``only_where`` says where the sides agree when they agree in part only; the answer is
    then *undecided*. ``stages`` are the solvers asked, each with its answer, where more than
    one was.
    """

    answer: Answer
    method: str = ""
    error_bound: Fraction = Fraction(0)
    witness: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    only_where: str = ""
    stages: tuple[tuple[str, str], ...] = ()


def equal(method: str, error_bound: Fraction = Fraction(0)) -> Outcome:
    """The sides are identical."""
    return Outcome("equal", method, error_bound)


def different(method: str, witness: Mapping[str, str] | None = None) -> Outcome:
    """The sides differ at ``witness``."""
    return Outcome("different", method, witness=witness or {})


def undecided(reason: str, *, only_where: str = "", method: str = "") -> Outcome:
    """Nothing is proved."""
    return Outcome("undecided", method, reason=reason, only_where=only_where)
