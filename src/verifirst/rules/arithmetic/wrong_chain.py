"""A link that fails inside a chain of three or more sides.

What it checks
    Each ``=`` between two neighbouring numeric sides of ``a = b = c``, also when the chain
    runs over several lines that begin with ``=``.

Why it matters
    Chains are how models simplify; the first false link is where the simplification broke,
    and pointing at it lets a decoder keep the links before it.

Limits
    A running total (``5 + 3 = 8 * 2 = 16``) is bad notation, not a false step: UNKNOWN.
    Otherwise as AR001.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import Equation
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.numbers.decide import decide


class WrongChain(Rule):
    """A link of a chain is false."""

    code = "AR002"
    name = "wrong-chain"
    version = 5
    stage = Stage.STABLE
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("2 * (3 + 4) = 2 * 7 = 14", Status.VERIFIED),
        Example("2 * (3 + 4) = 2 * 7 = 15", Status.REFUTED),
        Example("2 * (3 + 4) = 2 * 8 = 16", Status.REFUTED),
        Example("5 + 3 = 8 * 2 = 16", Status.UNKNOWN, why="a running total"),
        Example("15% of $80 = (15/100) * $80 = $12", Status.VERIFIED),
        Example("The coupon saves 25% of $56 = $14 = $53.", Status.REFUTED),
        Example("147 > 24 = 61 apples are rotten.", Status.REFUTED),
        Example(
            "He is paid 3 * 40 = 120 = $1.20 for them.",
            Status.VERIFIED,
            why="the link that a unit may explain is left out",
        ),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide one link of a chain."""
        if not isinstance(claim, Equation) or claim.members < 3 or claim.relation != "=":  # noqa: PLR2004  # a chain
            return None
        return decide(self, claim, context)
