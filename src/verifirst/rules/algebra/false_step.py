r"""An equation that contradicts the one it is derived from, right before it.

What it checks
    Two equations next to each other that a derivation sign joins: an arrow, a new line of the
    same display, or words such as *simplifying, so, we get, dividing both sides by 2*; also
    the last equation of one step and the first of the next, where only such words stand
    before it. The second may hold no symbol that the first does not. It is refuted when no values, real or
    complex, satisfy both.

Why it matters
    Losing a sign or a term when an equation is rearranged is the commonest slip of algebra,
    and everything solved afterwards is wrong.

Limits
    Only contradictions count: an equation that merely does not follow is left alone, and so
    are lists of solutions (``x = 2 and x = 3``), cases, and what the text supposes, tests or
    overturns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.claims.formula.claim import lone
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import approximate_text, closed
from verifirst.rules.algebra._derivation import Ground, ground, plain
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import against
from verifirst.rules.algebra._known import names
from verifirst.rules.algebra._readings import leeway, readings
from verifirst.rules.algebra._solved import off_where_solved
from verifirst.solvers.compare import sign
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import Term, substitute

_PIECE = re.compile(r"(?<![0-9.,])0[0-9]")  # what is left of .04x
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class FalseStep(Rule):
    """An equation contradicts the one that it is derived from."""

    code = "AL004"
    name = "false-step"
    version = 2
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"\[ 2x + 3 = 7 \] Subtract 3 from both sides: \[ 2x = 10 \]", Status.REFUTED),
        Example(r"\[ n^2 - 5n + 6 = 0 \implies (n - 2)(n - 3) = 0 \]", None, why="it follows"),
        Example(r"\[ 2x^2 - x - 3 = 0 \implies (2x + 3)(x - 1) = 0 \]", Status.REFUTED, why="no root in common"),
        Example(r"\[ 2x^2 - x - 3 = 0 \implies (2x - 3)(x - 1) = 0 \]", None, why="they share a root"),
        Example(
            "Step 3: Subtracting 3 from both sides, we get 2x = 10.", Status.REFUTED, before=("Step 2: 2x + 3 = 7.",)
        ),
        Example(r"So \(x = 2\) and \(x = 3\).", None, why="two solutions"),
        Example(r"\[ x + 1 = 3 \implies x = 4 \] This is impossible.", Status.UNKNOWN, why="the text overturns it"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:  # noqa: PLR0911  # one guard after another
        """Refute an equation that contradicts the one before it; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=" or claim.link:
            return None
        base = ground(claim, context)
        if base is None:
            return None
        tried: list[Relation] = []
        for _, sides in readings(context.step.text, claim, context.budget):
            if sides is None or not _within(sides, base.equations):
                return None
            found = against(sides, base.equations, context, prove=False)
            if found.answer != "contradicts" or len(found.rests) < len(base.equations):
                return None
            tried.append(sides)
        evidence = failing("=", tried, given=base.equations)
        if approximate_text(claim, context.step.text):
            far = [off_where_solved(claim, sides, base.equations, context) for sides in tried]
            if not all(far):
                return self.unknown(claim, Reason.ROUNDING, "a decimal may be rounded")
            evidence = failing("=", [found.sides for found in far if found], beyond=min(f.beyond for f in far if f))
        if _rounded(claim, base, context):
            return self.unknown(claim, Reason.ROUNDING, "it may be rounded to a whole number")
        if why := _unclear(base, claim, context) or excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        message = f"{text[claim.start : claim.end][:80]} contradicts {base.source[:80]}"
        return self.refuted(claim, evidence, message)


def _within(sides: Relation, given: Sequence[Relation]) -> bool:
    """Whether the equation has symbols, and none that the given ones do not have."""
    own = names(*sides)
    return bool(own) and own <= frozenset().union(*(names(*item) for item in given))


def _unclear(base: Ground, claim: Formula, context: Context) -> str:
    """Why the first equation is no good ground: supposed, a bare value of a symbol, or wrong itself."""
    if base.supposed:
        return "the equation before it is supposed"
    if leeway(base.source):
        return "the equation before it can be read in other ways"
    if _PIECE.search(base.source):
        return "the equation before it may begin in the middle of a number"
    left, right = base.equations[0]
    if lone(left) and plain(right):
        return "the equation before it gives a value"
    given = _numbers(context.problem)
    old = _numbers(base.source)
    new = _numbers(context.step.text[claim.start : claim.end])
    if (new - old) & given and (old - new) - given:
        return "it takes a number from the problem where the equation before it does not"
    return ""


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def _rounded(claim: Formula, base: Ground, context: Context) -> bool:
    """Whether ``x = 14`` is the whole number next to a root of the equation before it."""
    name, value = lone(claim.left.term), claim.right.term
    if not name or len(base.equations) > 1 or not all(isinstance(item, int) or item == "neg" for item in value):
        return False
    left, right = base.equations[0]
    gap: Term = (*left, *right, "-")
    around = [substitute(gap, {name: (*value, 1, step)}) for step in ("-", "+")]
    if not closed(*around):
        return False
    low, high = (sign(term, budget=context.budget) for term in around)
    return low is not None and high is not None and low * high < 0
