"""An explicit equation whose two sides differ.

What it checks
    Every ``expression = value`` that a step asserts between plain numbers, in prose or in
    LaTeX: integers, decimals, fractions, mixed numbers, percentages, currency, units and
    remarks between operands, brackets, powers. Both sides are evaluated exactly. A value given
    on a later line of the step for the same name (``Total = 50 + 80``, then ``Total = 130``) is
    such an equation, too.

Why it matters
    A slip of arithmetic is the one mistake that a machine can call with certainty, and
    everything computed from it afterwards is lost work.

Limits
    Refutes only when the equation fails under every plausible reading of the text
    (percentages, inline fractions, implied rounding, unit conversions, running totals) and
    nothing in the sentence denies, questions, supposes or corrects it; else it says
    UNKNOWN. Sides with variables, functions or irrational values are not read.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims import Equation
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Status, Verdict
from verifirst.rules.numbers.decide import decide


class WrongResult(Rule):
    """``expression = value`` is false."""

    code = "AR001"
    name = "wrong-result"
    version = 3
    stage = Stage.STABLE
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Tom sells 3 * 12 = 36 apples.", Status.VERIFIED),
        Example("Tom sells 3 * 12 = 38 apples.", Status.REFUTED),
        Example("20% of 50 = 10", Status.VERIFIED),
        Example("$3.50 * 4 = $14", Status.VERIFIED),
        Example("40 marbles - 3 - 5 = 33 marbles", Status.REFUTED, why="unit words stand between operands"),
        Example("She cuts 25 / 1/3 = 75 pieces.", Status.VERIFIED, why="an inline fraction binds tighter"),
        Example("He needs 50 / 4 = 13 boxes.", Status.UNKNOWN, why="whole items: unstated rounding"),
        Example("Total = 50 + 80\nTotal = 120", Status.REFUTED, why="the value stands on a later line"),
        Example("9 (blue) + 4 (red) = 13", Status.VERIFIED, why="remarks in brackets are read over"),
        Example("So x + 3 + 4 = 9.", None, why="a fragment of algebra is not a claim"),
        Example("It is not true that 3 + 4 = 8.", Status.UNKNOWN, why="denied, so not asserted"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide an equation that stands on its own."""
        if not isinstance(claim, Equation) or claim.members > 2 or claim.relation != "=":  # noqa: PLR2004  # two sides
            return None
        return decide(self, claim, context)
