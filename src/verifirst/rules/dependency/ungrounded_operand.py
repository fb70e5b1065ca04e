"""An operand that comes from nowhere.

What it checks
    Every operand of an equation is stated by the problem, by an earlier step or earlier in
    the same step, is a named constant (days in a week, minutes in an hour, ...), or is one
    simple move away from such a value (percent complement, unit conversion, reciprocal).

Why it matters
    A true equation over invented numbers is still a wrong step, and no arithmetic check
    sees it.

Limits
    Free text states values in ways that no list covers, so this rule stays in preview;
    where the problem is known to state every number in digits or number words (generated
    problems, forms) a caller can enforce it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from verifirst.claims import Equation
from verifirst.claims.stated import stated
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.rules.dependency._grounds import grounded


class UngroundedOperand(Rule):
    """An operand is stated nowhere."""

    code = "DG001"
    name = "ungrounded-operand"
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Tom has 5 * 18 = 90 eggs.", Status.VERIFIED, problem="Tom has 5 boxes of 18 eggs."),
        Example("Tom has 5 * 19 = 95 eggs.", Status.REFUTED, problem="Tom has 5 boxes of 18 eggs."),
        Example(
            "He keeps 90 - 8 = 82.",
            Status.VERIFIED,
            problem="Tom has five boxes of 18 eggs and eats 8.",
            before=("Tom has 5 * 18 = 90 eggs.",),
        ),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide whether each operand of the left side is grounded."""
        if not isinstance(claim, Equation):
            return None
        if not len(context.facts):
            return self.unknown(claim, Reason.UNSUPPORTED, "nothing is stated before this step")
        text = context.step.text
        local: frozenset[Fraction] | None = None
        operands = _operands(claim)
        for value, end in operands:
            if context.facts.find(value):
                continue
            if local is None:
                local = frozenset(value for value, _ in stated(text[: claim.start][-2000:]))
            context.budget.spend(40)
            if not grounded(value, context.facts, local):
                evidence = _evidence([value], context, local)
                return self.refuted(claim, evidence, f"{_show(value)} is stated nowhere before", offending=end)
        return self.verified(claim, _evidence([value for value, _ in operands], context, local or frozenset()))


def _operands(claim: Equation) -> list[tuple[Fraction, int]]:
    """The literals of every side that computes something, with the end of each in the text."""
    found: list[tuple[Fraction, int]] = []
    for side in (claim.left, claim.right):
        literals = [item for item in side.rpn if not isinstance(item, str)]
        if len(literals) == 1 and side is claim.right:
            continue
        for item, span in zip(literals, side.numbers, strict=False):
            value = Fraction(item) if isinstance(item, int) else Fraction(*item)
            found.append((value, span[1]))
    return found


def _evidence(values: list[Fraction], context: Context, local: frozenset[Fraction]) -> Evidence:
    known = sorted({*context.facts.values(), *local})
    return Evidence("grounding", {"values": [str(v) for v in values], "stated": [str(v) for v in known]})


def _show(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
