"""A quantity converted into another unit wrongly.

What it checks
    Two quantities of one dimension said to be the same: ``2 hours = 120 minutes``, ``3 feet is 36
    inches``, ``450 cents = $4.50``, ``1 hour and 15 minutes is 75 minutes``, ``there are 60 minutes
    in an hour``. Factors are exact: times, lengths, masses, volumes, money, months and years.

Why it matters
    A wrong factor is arithmetic that no equation shows: every number after it is off.

Limits
    Refutes only between units that convert exactly and that nobody bends. A day of eight hours, a
    month of four weeks, a week of five days, ounces, and conversions between the metric and the
    customary system are verified when exact and UNKNOWN otherwise; so is a factor that the problem
    itself states.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import ClassVar

from verifirst.claims import Conversion
from verifirst.claims.assertion import doubt
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.numbers.evidence import TEXTBOOK, failing, holding, show
from verifirst.solvers.rational import evaluate

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
MAX_PROBLEM = 20_000  # characters of the problem that are searched for a factor of its own


class WrongConversion(Rule):
    """Two quantities said to be the same differ."""

    code = "UN001"
    name = "wrong-conversion"
    stage = Stage.STABLE
    claims = (Conversion,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("2 hours = 120 minutes, so she is late.", Status.VERIFIED),
        Example("2 hours = 100 minutes, so she is late.", Status.REFUTED),
        Example("There are 60 minutes in an hour.", Status.VERIFIED),
        Example("3 feet is 36 inches.", Status.VERIFIED),
        Example("450 cents = $4.50", Status.VERIFIED),
        Example("1 hour and 15 minutes is 80 minutes.", Status.REFUTED),
        Example("20 minutes is 0.33 hours.", Status.VERIFIED, why="rounded to the digits shown"),
        Example("There are 4 weeks in a month.", None, why="weeks make no whole month"),
        Example("1 day = 8 hours of work", None, why="the quantity goes on"),
        Example("A day has 8 hours.", Status.UNKNOWN, why="a working day may"),
        Example("An hour has 100 minutes.", Status.UNKNOWN, problem="On Zog an hour has 100 minutes."),
        Example("4 hours - 40 minutes = 200 minutes", None, why="a difference, not a conversion"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compare the two in base units."""
        if not isinstance(claim, Conversion):
            return None
        context.budget.spend(len(claim.left.rpn) + len(claim.right.rpn))
        try:
            a, b = Fraction(*evaluate(claim.left.rpn)), Fraction(*evaluate(claim.right.rpn))
        except ArithmeticError:
            return self.unknown(claim, Reason.TOO_LARGE, "wider than exact arithmetic goes here")
        return self._equal(claim, a, b) or self._unequal(claim, context, a, b)

    def _equal(self, claim: Conversion, a: Fraction, b: Fraction) -> Verdict | None:
        """VERIFIED when exact, or rounded to the digits shown."""
        half = claim.step / 2
        if a == b:
            return self.verified(claim, holding("=", claim.left.rpn, claim.right.rpn))
        if abs(a - b) <= half and (claim.about or _shows_decimals(claim)):
            return self.verified(claim, holding("=", claim.left.rpn, claim.right.rpn, within=(-half, half)))
        return None

    def _unequal(self, claim: Conversion, context: Context, a: Fraction, b: Fraction) -> Verdict:
        """REFUTED where units convert exactly and nothing excuses the difference."""
        if not claim.exact or claim.about or abs(a - b) < claim.step:
            return self.unknown(claim, Reason.ROUNDING, "off, but these units are bent or rounded")
        if why := _excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        evidence = failing("=", [claim.left.rpn], [claim.right.rpn], (TEXTBOOK,), Fraction(0))
        message = _message(claim, context.step.text, a, b)
        return self.refuted(claim, evidence, message, offending=claim.right.end)


def _shows_decimals(claim: Conversion) -> bool:
    return isinstance(claim.right.rpn[0], tuple)


def _excuse(claim: Conversion, context: Context) -> str:
    """Why a wrong conversion may still be meant, or ``""``."""
    known = {Fraction(number) for number in _NUMBER.findall(context.problem[:MAX_PROBLEM])}
    stated = {Fraction(*evaluate(side.rpn[:1])) for side in (claim.left, claim.right)} - {1}
    if stated <= known:
        return "the problem gives these numbers itself"
    return doubt(context.step.text, claim.start, claim.end, context.problem)


def _message(claim: Conversion, text: str, a: Fraction, b: Fraction) -> str:
    left, right = (text[side.start : side.end][:80] for side in (claim.left, claim.right))
    return f"{left} is not {right}: {show(a)} against {show(b)} of the base unit"
