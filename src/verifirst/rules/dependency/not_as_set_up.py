"""A name whose value is not what was set up for it.

What it checks
    A step sets a name to an expression (``Total cost = 50 + 80 + 20``) and one of the next two
    steps gives the name's value (``Total cost = 140``): the value is that of the expression.

Why it matters
    The sum stands in one step and its value in the next: no rule that reads one step sees the
    slip.

Limits
    The name must be the same, of two words or more, not started anew, and of the same case.
    Two plain values of one name are left alone: a label is used again for the next item, the
    next day, the next try (of 94 pairs of unlike values on labelled traces, 87 stood in good
    steps). Rounding and a change of unit give UNKNOWN, and so do percentages and quotients
    beside other operations, which may be meant in more than one way.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar, cast

from verifirst.claims import Named
from verifirst.claims.assertion import doubt
from verifirst.claims.establishing import number
from verifirst.core.claim import Claim
from verifirst.core.facts import Fact
from verifirst.core.rule import Context, Example, Rule
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.numbers.evidence import TEXTBOOK, failing, holding
from verifirst.solvers.rational import Rpn, evaluate

REACH = 2  # steps over which a setup waits for its value
_SCALES = frozenset(map(Fraction, (2, 4, 7, 10, 12, 24, 52, 60, 100, 365, 1000, 3600, 10**6)))


class NotAsSetUp(Rule):
    """The value contradicts the expression that the name was set to."""

    code = "DG006"
    name = "not-as-set-up"
    claims = (Named,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Total cost = 150", Status.VERIFIED, before=("Total cost = 50 + 80 + 20",)),
        Example("The total cost is $140.", Status.REFUTED, before=("Total cost = 50 + 80 + 20",)),
        Example("Total cost = 151", Status.UNKNOWN, before=("Total cost = 50 + 80 + 20.6",), why="rounded, perhaps"),
        Example("Total cost = 140", None, before=("Total cost = 50 + 80 + 20 = 150",), why="the next total cost"),
        Example("Total = 140", Status.UNKNOWN, before=("Total = 50 + 80 + 20",), why="total of what?"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Compare the value with the expression; silent where there is none."""
        if not isinstance(claim, Named) or len(claim.members) != 1 or number(claim.members[0]) is None:
            return None
        setup = _setup(claim.name, context)
        if setup is None:
            return None
        left, right = cast(Rpn, setup.term), claim.members[0]
        context.budget.spend(20 + len(left))
        try:
            difference = Fraction(*evaluate(left)) - Fraction(*evaluate(right))
        except ArithmeticError as error:
            return self.unknown(claim, Reason.UNSUPPORTED, str(error))
        if not difference:
            return self.verified(claim, holding("=", left, right))
        why = _excuse(claim, left, Fraction(*evaluate(right)) + difference, difference)
        why = why or doubt(context.step.text, claim.start, claim.end, context.problem)
        if why:
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        message = f"step {setup.step} set {claim.name!r} to {setup.source.rpartition('=')[2].strip()}"
        return self.refuted(claim, failing("=", [left], [right], (TEXTBOOK,), Fraction(1)), message)


def _setup(name: str, context: Context) -> Fact | None:
    """The newest binding of ``name`` where it is an expression of plain numbers said just before."""
    newest = context.facts.bound(name)
    fact = None if newest is None else context.facts[newest]
    if fact is None or not fact.sound or fact.value is not None or context.step.index - fact.step > REACH:
        return None
    plain = fact.relation == "=" and all(not isinstance(item, str) or item in "+-*/" for item in fact.term)
    return fact if plain and len(fact.term) > 1 else None


def _excuse(claim: Named, left: Rpn, value: Fraction, difference: Fraction) -> str:
    """Why the value may be meant in another way, or ``""``."""
    said = value - difference
    if " " not in claim.name:
        return "the name may be that of something else"
    if "/" in left and len(left) > 3:  # noqa: PLR2004  # a quotient and nothing else
        return "a quotient among other operations"
    if abs(difference) < 1:
        return "off by what rounding could explain"
    if value and said and (said / value in _SCALES or value / said in _SCALES):
        return "the value may be in another unit"
    return ""
