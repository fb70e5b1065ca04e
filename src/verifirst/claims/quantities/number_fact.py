"""Facts about whole numbers: the kind of claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifirst.core.claim import Claim


@dataclass(frozen=True, slots=True)
class NumberFact(Claim):
    """What a step says of whole numbers.

    ``predicate`` is one of ``divisible`` (a by b), ``prime``, ``composite``, ``square``,
    ``cube``, ``even``, ``odd`` (a), ``coprime`` (a, b), ``remainder`` (a by b), ``division``
    (a by b: quotient and remainder), ``gcd``, ``lcm`` (of several), ``divisors``,
    ``prime divisors``, ``divisor count``, ``largest prime``, ``smallest prime``,
    ``factorization`` (of a; its value is base and exponent by turns). ``value`` is what the last
    ten are said to be; ``negated`` turns the statement round.
    """

    kind: ClassVar[str] = "number-fact"

    predicate: str
    numbers: tuple[int, ...]
    value: tuple[int, ...] = ()
    negated: bool = False
