"""A remainder, or a quotient with remainder, that is wrong.

What it checks
    ``the remainder when a is divided by b is r``, ``a leaves a remainder of r when divided by b``,
    ``a divided by b is q with a remainder of r``; a remainder lies between 0 and b - 1.

Why it matters
    Cycles, calendars, digits and bases are read off remainders.

Limits
    Whole numbers from 0 on only: what a negative number leaves is a matter of convention.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import NumberFact
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.integers._decide import decide

_PREDICATES = frozenset(("remainder", "division"))


class WrongRemainder(Rule):
    """A remainder is not what division leaves."""

    code = "NT003"
    name = "wrong-remainder"
    stage = Stage.STABLE
    claims = (NumberFact,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The remainder when 17 is divided by 5 is 2.", Status.VERIFIED),
        Example("2250 divided by 360 is 6 with a remainder of 270.", Status.REFUTED),
        Example("When we divide 49 by 4 we get 12 with a remainder of 1.", Status.VERIFIED),
        Example("The remainder when 9^5 is divided by 7 is 4.", Status.VERIFIED),
        Example("The remainder when n is divided by 5 is 2.", None),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compute the fact and compare."""
        if not isinstance(claim, NumberFact) or claim.predicate not in _PREDICATES:
            return None
        return decide(self, claim, context)
