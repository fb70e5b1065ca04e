"""A comparison of two numbers that is false.

What it checks
    ``a < b``, ``a > b``, ``a <= b``, ``a >= b`` and ``a != b`` between numeric sides.

Why it matters
    Which branch of an argument is taken often hangs on one comparison.

Limits
    Sides in different units of one kind (minutes and hours) are UNKNOWN, and so are values
    that differ by less than their rounding. Comparisons in words are not read.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import Comparison
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.numbers.decide import decide


class WrongComparison(Rule):
    """An inequality between numbers is false."""

    code = "AR003"
    name = "wrong-comparison"
    version = 3
    stage = Stage.STABLE
    claims = (Comparison,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("36 > 14, so Tom has more.", Status.VERIFIED),
        Example("36 < 14, so Ann has more.", Status.REFUTED),
        Example("3 * 4 >= 12", Status.VERIFIED),
        Example("90 minutes > 2 hours", Status.UNKNOWN, why="different units"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide a comparison."""
        return decide(self, claim, context) if isinstance(claim, Comparison) else None
