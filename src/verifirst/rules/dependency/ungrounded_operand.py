"""An operand that comes from nowhere.

What it checks
    Every operand of an equation or a comparison is stated by the problem, by an earlier step or
    earlier in the same step, is a constant that the text calls for (7 where it speaks of days
    or weeks, 60 of minutes), or is one simple move away from such a value (percent complement,
    unit conversion, reciprocal). In a chain only the first side brings operands: the others
    rewrite it (``1 - 3/7 = 4/7``, ``3 * 31 + 28 = 93 + 28``).

Why it matters
    A true equation over invented numbers is still a wrong step, and no arithmetic check
    sees it.

Limits
    Free text states values in ways that no list covers (herself and her 4 sisters are 5; nine
    scores in a row are 9; May has 31 days), and people who solve word problems hardly ever
    invent a number: on real traces this rule tells good steps from bad ones no better than
    chance. It stays in preview; where the problem is known to state every number in digits or
    number words (generated problems, forms) a caller can enforce it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from verifirst.claims import Comparison, Equation
from verifirst.claims.stated import stated
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.rules.dependency._grounds import witness
from verifirst.solvers.rational import Item


class UngroundedOperand(Rule):
    """An operand is stated nowhere."""

    code = "DG001"
    name = "ungrounded-operand"
    version = 2
    sufficient = False
    claims = (Equation, Comparison)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Tom has 5 * 18 = 90 eggs.", Status.VERIFIED, problem="Tom has 5 boxes of 18 eggs."),
        Example("Tom has 5 * 19 = 95 eggs.", Status.REFUTED, problem="Tom has 5 boxes of 18 eggs."),
        Example(
            "He keeps 90 - 8 = 82.",
            Status.VERIFIED,
            problem="Tom has five boxes of 18 eggs and eats 8.",
            before=("Tom has 5 * 18 = 90 eggs.",),
        ),
        Example("That leaves 1 - 3/7 = 4/7 of it.", Status.VERIFIED, problem="She spent 3/7 of her money."),
        Example("90 > 70, so it is enough.", Status.REFUTED, problem="Tom has 90 eggs and needs 60."),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide whether each operand is grounded."""
        if not isinstance(claim, (Equation, Comparison)):
            return None
        if not len(context.facts):
            return self.unknown(claim, Reason.UNSUPPORTED, "nothing is stated before this step")
        facts = context.facts
        local: frozenset[Fraction] | None = None
        values: list[str] = []
        sources: list[str] = []
        operands = _operands(claim)
        if not operands:
            return None
        for item, end in operands:
            spelled = str(item) if item.__class__ is int else f"{item[0]}/{item[1]}"  # type: ignore[index]  # n, d
            values.append(spelled)
            if facts.find(item if item.__class__ is int else Fraction(*item)):  # type: ignore[misc]
                sources.append(spelled)
                continue
            if local is None:
                window = context.step.text[max(0, claim.start - 2000) : claim.start]
                context.budget.spend(40 + len(window))
                local = frozenset(v for v, _ in stated(window))
            context.budget.spend(100 + len(facts) // 16)
            value = Fraction(item) if isinstance(item, int) else Fraction(*item)
            source = witness(value, facts, local, context.problem[:20_000], context.step.text[:2000])
            if source is None:
                evidence = Evidence("ungrounded", {"value": str(value), "stated": _spell({*facts.values(), *local})})
                return self.refuted(claim, evidence, f"{_show(value)} is stated nowhere before", offending=end)
            sources.append(str(source))
        return self.verified(claim, Evidence("grounded", {"values": values, "sources": sources}))


def _operands(claim: Equation | Comparison) -> list[tuple[Item, int]]:
    """The literals of the sides that bring operands, with the end of each in the text."""
    found: list[tuple[Item, int]] = []
    if isinstance(claim, Comparison):
        sides = [claim.left, claim.right]
    else:
        sides = [] if claim.link else [claim.right if claim.left.bare else claim.left]
    for side in sides:
        spans = side.numbers
        at = 0
        for item in side.rpn:
            if item.__class__ is not str:
                found.append((item, spans[min(at, len(spans) - 1)][1]))
                at += 1
    return found


def _spell(values: set[Fraction]) -> list[str]:
    return [str(value) for value in sorted(values)]


def _show(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):g}"
