r"""An equation that words of simplifying derive contradicts all that was said before.

What it checks
    An equation that words such as *this simplifies to, combining like terms, we can rewrite
    this as* introduce. It is refuted when no values, real or complex, satisfy it together with
    the equations said before it that its symbols are tied to, where those have common solutions
    and the equation right before it is one of them.

Why it matters
    Where several equations are combined and then simplified, the slip contradicts none of them
    alone.

Limits
    Polynomials and quotients. Silent in steps that speak of cases, suppositions or several
    values, about values of a symbol (``x = 3``), and where the equations said before contradict
    each other, as those of two cases do.
"""

from __future__ import annotations

import re
from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.claims.formula.claim import lone
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import approximate_text, closed, rational
from verifirst.rules.algebra._derivation import neighbour, rewrites
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import against, restates
from verifirst.rules.algebra._forms import RELATED
from verifirst.rules.algebra._known import names, relevant, said_before
from verifirst.rules.algebra._readings import readings
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import symbols

_CASES = re.compile(
    r"\b(?:cases?|either|or|suppos\w*|assum\w*|if|when|try|trying|let|possibilit\w*|options?|second|another|other|each"
    r"|pairs?|values)\b",
    re.IGNORECASE,
)


class FalseConsequence(Rule):
    """What is simplified contradicts what was said."""

    code = "AL009"
    name = "false-consequence"
    stage = Stage.STABLE
    sufficient = False
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Adding them, $x + y + x - y = 10 + 4$. This simplifies to $2x = 12$.",
            Status.REFUTED,
            before=("We know that $x + y = 10$.", "And $x - y = 4$."),
        ),
        Example(
            "Adding them, $x + y + x - y = 10 + 4$. This simplifies to $2x = 14$.",
            None,
            before=("We know that $x + y = 10$.", "And $x - y = 4$."),
            why="it follows",
        ),
        Example(
            "In the other case $x + y = 8$, which simplifies to $x = 8 - y$.",
            None,
            before=("We know that $x + y = 10$.",),
            why="another case",
        ),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:  # noqa: PLR0911  # one guard after another
        """Refute an equation that contradicts what was said before; silent otherwise."""
        if (
            not isinstance(claim, Formula)
            or claim.relation != "="
            or claim.link
            or claim.supposed
            or _names_a_value(claim)
        ):
            return None
        before = neighbour(claim, context)
        if before is None or not rewrites(before.between) or _CASES.search(context.step.text, 0, claim.start):
            return None
        tried: list[Relation] = []
        given: list[Relation] = []
        for _, sides in readings(context.step.text, claim, context.budget):
            if sides is None or not rational(*sides) or names(*sides) & RELATED:
                return None
            given = _said(claim, sides, context)
            if before.sides not in given or not all(rational(*item) for item in given):
                return None
            found = against(sides, given, context, prove=False)
            if found.answer != "contradicts" or len(found.rests) < len(given):
                return None
            tried.append(sides)
        if approximate_text(claim, context.step.text):
            return self.unknown(claim, Reason.ROUNDING, "a decimal may be rounded")
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        message = (
            f"{text[claim.start : claim.end][:80]} contradicts what was said, simplified from {before.source[:80]}"
        )
        return self.refuted(claim, failing("=", tried, given=given), message)


def _names_a_value(claim: Formula) -> bool:
    return bool(lone(claim.left.term)) and not symbols(claim.right.term)


def _said(claim: Formula, sides: Relation, context: Context) -> list[Relation]:
    """The equations said before that the symbols are tied to; none where a side is a number only."""
    if closed(*sides):
        return []
    said = relevant(names(*sides), said_before(claim, context))
    return [item for item in said if item[0] != item[1] and not restates(item, sides)]
