r"""A final answer that no step established.

What it checks
    The final answer equals a value that the problem states or that some step computed; where
    it is a computed one, no refuted claim said it last.

Why it matters
    A trace that ends on a number it never derived has an answer without a reason.

Limits
    Answers that round or convert an established value, or take its root, its square or its
    last digits, are UNKNOWN; so is an answer that only a refuted claim states. An answer that
    the step itself derives (``145 + 3 = \boxed{148}``) is the business of the rules that judge
    the equation; one that is assumed is nobody's. Only numeric answers are read.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import ClassVar

from verifirst.claims import Answer
from verifirst.claims.stated import stated
from verifirst.core.claim import Claim
from verifirst.core.facts import PROBLEM
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.rules.dependency._grounds import conversions, converted

REACH = 80  # characters before the answer that may derive or assume it
MAX_DIGITS = 60

_DERIVED = re.compile(
    r"(?:[=≡≈]|\\(?:equiv|approx)|\bequals|\bequal to)[\s$({\[*]*+(?:\\boxed\s*\{|\\\(|\\?\$|[-−\s{])*\Z"
    r"|\b(?:assum|suppos|let['’]?s say|if|check|verif|guess|hypothe|claim)[^.;\n]*\Z",
    re.IGNORECASE,
)


class AnswerNotDerived(Rule):
    """The final answer equals no established value."""

    code = "DG002"
    name = "answer-not-derived"
    version = 2
    sufficient = False
    claims = (Answer,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("The answer is 90.", Status.VERIFIED, before=("Tom has 5 * 18 = 90 eggs.",)),
        Example("The answer is 95.", Status.REFUTED, before=("Tom has 5 * 18 = 90 eggs.",)),
        Example("The answer is 9000.", Status.UNKNOWN, before=("Tom has 5 * 18 = $90.",), why="perhaps in cents"),
        Example(r"So it is $90 + 5 = \boxed{95}$.", None, before=("Tom has 5 * 18 = 90 eggs.",)),
        Example("Assume the answer is 95.", None, before=("Tom has 5 * 18 = 90 eggs.",)),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide whether the answer's value is established."""
        text = context.step.text
        if not isinstance(claim, Answer) or _DERIVED.search(text, max(0, claim.start - REACH), claim.start):
            return None
        value = Fraction(claim.value) if isinstance(claim.value, int) else Fraction(*claim.value)
        value = -value if claim.negative else value
        facts = context.facts
        local = [v for v, _ in stated(text[: claim.start][-2000:])]
        said = [facts[position] for position in (*facts.find(value), *facts.find(-value))]
        if value in local or -value in local or any(fact.sound for fact in said):
            return self.verified(claim, self._evidence(value, [value]))
        if said:
            return self.unknown(claim, Reason.UNSUPPORTED, "only a refuted claim states it")
        if not any(fact.step != PROBLEM and fact.value is not None for fact in facts):
            return self.unknown(claim, Reason.UNSUPPORTED, "no earlier step establishes a value")
        known = sorted({*facts.values(), *local})
        factors = conversions(f"{context.problem[:20_000]}\n{text[:2000]}")
        if near := _near(value, known, factors):
            return self.unknown(claim, *near)
        return self.refuted(claim, self._evidence(value, known), f"no step establishes {value}")

    def _evidence(self, value: Fraction, known: list[Fraction]) -> Evidence:
        return Evidence("answer", {"value": str(value), "stated": [str(v) for v in known]})


def _near(value: Fraction, known: list[Fraction], factors: tuple[int, ...]) -> tuple[Reason, str] | None:
    """Why ``value`` may be a form of an established value, if it may."""
    if any(form in known for form in converted(value, factors)):
        return Reason.AMBIGUOUS, "a converted form of an established value"
    if any(abs(value - other) < 1 for other in known):
        return Reason.ROUNDING, "a rounded form of an established value"
    if value * value in known or any(_part_of(value, other) for other in known):
        return Reason.AMBIGUOUS, "a root, a square or the last digits of an established value"
    return None


def _part_of(value: Fraction, other: Fraction) -> bool:
    """Whether ``value`` is the square of ``other`` or ends its digits."""
    if value == other * other:
        return True
    whole = value.denominator == other.denominator == 1
    return whole and len(str(other.numerator)) <= MAX_DIGITS and str(other.numerator).endswith(str(value.numerator))
