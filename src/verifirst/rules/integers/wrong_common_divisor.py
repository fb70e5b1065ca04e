"""A greatest common divisor or least common multiple that is wrong.

What it checks
    ``the greatest common divisor (factor) of a, b and c is d``, ``the least common multiple of a and
    b is m``, ``the LCM of ...``, ``the GCD of ...``.

Why it matters
    Common denominators, tilings and meeting times come from these two numbers.

Limits
    Two or more whole numbers in digits; letters and polynomials are for the rules of algebra.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import NumberFact
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.integers._decide import decide

_PREDICATES = frozenset(("gcd", "lcm"))


class WrongCommonDivisor(Rule):
    """A common divisor or multiple is not the greatest or least."""

    code = "NT004"
    name = "wrong-common-divisor"
    stage = Stage.STABLE
    claims = (NumberFact,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The least common multiple of 24 and 90 is 360.", Status.VERIFIED),
        Example("The GCD of 1001 and 1012 is 12.", Status.REFUTED),
        Example("The LCM of 3, 6, and 4 is 12.", Status.VERIFIED),
        Example("The greatest common factor of 12 and 18 is 3.", Status.REFUTED),
        Example("The least common multiple of 24 and n is 360.", None),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compute the fact and compare."""
        if not isinstance(claim, NumberFact) or claim.predicate not in _PREDICATES:
            return None
        return decide(self, claim, context)
