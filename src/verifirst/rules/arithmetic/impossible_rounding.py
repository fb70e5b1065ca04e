"""A stated approximation that no rounding explains.

What it checks
    Each ``a ≈ b`` (also ``~=`` and the LaTeX relations) between numeric sides.

Why it matters
    An approximation sign invites a reader to stop checking; ``5^8 ≈ 10^8`` is off by a
    factor of 256.

Limits
    Rounding, truncation or rounding up at the digits shown, estimates within 5 %, and
    operands that look rounded themselves are never refuted.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import Equation
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.numbers.decide import decide


class ImpossibleRounding(Rule):
    """``expression ≈ value`` is further off than rounding goes."""

    code = "AR004"
    name = "impossible-rounding"
    version = 2
    stage = Stage.STABLE
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("10 / 3 ≈ 3.33", Status.VERIFIED),
        Example("200 / 7 ≈ 29", Status.VERIFIED),
        Example("200 / 7 ≈ 35", Status.REFUTED),
        Example("19 * 21 ≈ 400", Status.VERIFIED, why="rounded to the hundred"),
        Example("18 * 21 ≈ 370", Status.UNKNOWN, why="a rough estimate"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide an approximation."""
        if not isinstance(claim, Equation) or claim.relation != "≈":
            return None
        return decide(self, claim, context)
