"""A final answer that no step established.

What it checks
    The final answer equals a value that the problem states or that some step computed.

Why it matters
    A trace that ends on a number it never derived has an answer without a reason.

Limits
    Answers that round or convert an established value are UNKNOWN. Only numeric answers
    are read.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from verifirst.claims import Answer
from verifirst.claims.stated import stated
from verifirst.core.claim import Claim
from verifirst.core.facts import PROBLEM
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.rules.dependency._grounds import conversions, converted


class AnswerNotDerived(Rule):
    """The final answer equals no established value."""

    code = "DG002"
    name = "answer-not-derived"
    sufficient = False
    claims = (Answer,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The answer is 90.", Status.VERIFIED, before=("Tom has 5 * 18 = 90 eggs.",)),
        Example("The answer is 95.", Status.REFUTED, before=("Tom has 5 * 18 = 90 eggs.",)),
        Example("The answer is 9000.", Status.UNKNOWN, before=("Tom has 5 * 18 = $90.",), why="perhaps in cents"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide whether the answer's value is established."""
        if not isinstance(claim, Answer):
            return None
        value = Fraction(claim.value) if isinstance(claim.value, int) else Fraction(*claim.value)
        value = -value if claim.negative else value
        facts = context.facts
        local = [v for v, _ in stated(context.step.text[: claim.start][-2000:])]
        if facts.find(value) or value in local or facts.find(-value):
            return self.verified(claim, self._evidence(value, [value]))
        if not any(fact.step != PROBLEM for fact in facts):
            return self.unknown(claim, Reason.UNSUPPORTED, "no earlier step establishes a value")
        known = sorted({*facts.values(), *local})
        factors = conversions(f"{context.problem[:20_000]}\n{context.step.text[:2000]}")
        if any(form in known for form in converted(value, factors)):
            return self.unknown(claim, Reason.AMBIGUOUS, "a converted form of an established value")
        if any(abs(value - other) < 1 for other in known):
            return self.unknown(claim, Reason.ROUNDING, "a rounded form of an established value")
        message = f"no step establishes {value}"
        return self.refuted(claim, self._evidence(value, known), message)

    def _evidence(self, value: Fraction, known: list[Fraction]) -> Evidence:
        return Evidence("answer", {"value": str(value), "stated": [str(v) for v in known]})
