"""A count that cannot be: fewer than none, or a part of a person.

What it checks
    The result of an equation that counts things (``= -3 apples``) is not negative, and one that
    counts people (``= 2.5 children``) is whole.

Why it matters
    The arithmetic before it may be true; that the result cannot count anything shows that the
    wrong things were taken from one another or shared.

Limits
    Reads the word right after the result. What may be negative (degrees, points, dollars,
    lengths, times), sentences about change, debt or loss, and averages are left alone. A step may
    well show that something is impossible, so this rule stays in preview; it never verifies.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import ClassVar

from verifirst.claims import Equation
from verifirst.claims.assertion import doubt
from verifirst.claims.quantities.measures import UNITS
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Evidence, Reason, Status, Verdict
from verifirst.solvers.rational import evaluate

PEOPLE = frozenset(
    "people persons children kids students boys girls men women adults guests friends workers employees teachers "
    "players passengers members visitors".split()
)
_COUNTED = re.compile(r"\s([a-z]{3,}s|people|children|men|women)\b")
_SIGNED = frozenset(UNITS) | frozenset(
    "degrees points units steps floors levels marks scores percents volts amps joules newtons calories points times "
    "minus plus less equals terms coefficients roots solutions values numbers slopes gives is was has this thus".split()
)
_BENT = re.compile(
    r"\b(?:chang\w+|differ\w+|los[st]\w*|lose\w*|debt\w*|ow(?:e|es|ed|ing)\b|deficit|short\w*|below|decreas\w+|net|fewer|behind"
    r"|average\w*|mean|expect\w+|rate\w*|per|each|every|approximat\w+|about|cannot|impossible|negative|not)\b",
    re.IGNORECASE,
)
NEAR = 150  # characters around the result in which those words are looked for


class ImpossibleCount(Rule):
    """A count is negative, or counts parts of people."""

    code = "RG001"
    name = "impossible-count"
    sufficient = False
    claims = (Equation,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("So Amy has 55 - 56 = -1 pieces of candy left.", Status.REFUTED),
        Example("That makes 25 / 2 = 12.5 students in a group.", Status.REFUTED),
        Example("So Amy has 56 - 55 = 1 pieces of candy left.", None),
        Example("It is 10 - 12 = -2 degrees outside.", None, why="degrees go below nought"),
        Example("The change is 10 - 12 = -2 members.", None, why="a change may be a loss"),
        Example("The rest are 100 - 54 = 46% boys.", None),
        Example("On average 25 / 2 = 12.5 students come.", None, why="an average counts nobody"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute an impossible count; silent otherwise."""
        if not isinstance(claim, Equation) or not claim.last or not claim.right.bare or "%" in claim.right.rpn:
            return None
        text, end = context.step.text, claim.right.end
        counted = _COUNTED.match(text, end)
        if counted is None or counted[1] in _SIGNED or _BENT.search(text, max(0, claim.start - NEAR), end + NEAR):
            return None
        context.budget.spend(2)
        value = Fraction(*evaluate(claim.right.rpn))
        if value >= 0 and (value.denominator == 1 or counted[1] not in PEOPLE):
            return None
        if why := doubt(text, claim.start, end, context.problem):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        evidence = Evidence("impossible-count", {"value": str(value), "noun": counted[1]})
        return self.refuted(claim, evidence, f"there are no {value} {counted[1]}")
