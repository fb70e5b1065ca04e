"""A number wrongly called prime, composite, coprime, a square or a cube.

What it checks
    ``a is (a) prime (number)``, ``a is composite``, ``a is a perfect square`` or ``cube``, ``a is
    relatively prime to b``, and each of them denied.

Why it matters
    Arguments about divisors stop at the primes; one that is none sends them astray.

Limits
    Numbers past 10^10 are not taken apart: UNKNOWN. What is asked, supposed or tried is not read.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import NumberFact
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.integers._decide import decide

_PREDICATES = frozenset(("prime", "composite", "square", "cube", "coprime"))


class WrongPrimality(Rule):
    """A number is not of the kind it is said to be."""

    code = "NT002"
    name = "wrong-primality"
    stage = Stage.STABLE
    claims = (NumberFact,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Since 29 is a prime number, we stop.", Status.VERIFIED),
        Example("51 is prime.", Status.REFUTED),
        Example("51 is not prime.", Status.VERIFIED),
        Example("144 is a perfect square.", Status.VERIFIED),
        Example("If 51 is prime, then we stop.", None),
        Example("2018 is prime to some.", None),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compute the fact and compare."""
        if not isinstance(claim, NumberFact) or claim.predicate not in _PREDICATES:
            return None
        return decide(self, claim, context)
