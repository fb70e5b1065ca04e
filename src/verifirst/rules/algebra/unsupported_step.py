r"""An equation does not follow from the one it is derived from.

What it checks
    Two equations next to each other that a derivation sign joins (as AL004), in the same
    symbols: one must imply the other. Where neither does, and nothing else that was said
    relates the symbols, the derivation is wrong.

Why it matters
    ``4 - 3t = -2 + 2u => 6t = 6u + 2`` contradicts nothing, and yet the line through it all is
    lost.

Limits
    Exact, by ideal membership. Silent where any other equation mentions the symbols, where
    the two share a factor (a root dropped, a case chosen), and where roots or other functions
    occur.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import approximate_text, rational
from verifirst.rules.algebra._derivation import ground, says_it
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import against, binding, coprime, identity
from verifirst.rules.algebra._known import names, said_before
from verifirst.rules.algebra._readings import leeway, readings
from verifirst.solvers.ideal import Relation


class UnsupportedStep(Rule):
    """An equation neither implies nor follows from the one it is derived from."""

    code = "AL007"
    name = "unsupported-step"
    version = 3
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"\[ 4 - 3t = -2 + 2u \implies 6t = 6u + 2 \]", Status.REFUTED),
        Example(r"\[ 4 - 3t = -2 + 2u \implies 3t = 6 - 2u \]", None, why="it follows"),
        Example(r"\[ x^2 = 5x \implies x = 5 \]", None, why="a root is dropped"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:  # noqa: PLR0911  # one guard after another
        """Refute an equation that has nothing to do with its ground; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=" or claim.link:
            return None
        base = ground(claim, context)
        if base is None or len(base.equations) != 1 or not says_it(claim, context):
            return None
        given = base.equations[0]
        if identity(given, context) == "contradicts":
            return None  # from what cannot be, everything follows
        tried: list[Relation] = []
        for _, sides in readings(context.step.text, claim, context.budget):
            if sides is None or not _comparable(sides, given) or not coprime(sides, given, context):
                return None
            tried.append(sides)
        others = [item for item in said_before(claim, context) if item != given and not _alike(item, given, context)]
        if any(names(*item) & names(*given) for item in binding(others, names(*given), context)):
            return None
        if approximate_text(claim, context.step.text) or base.supposed:
            return self.unknown(claim, Reason.ROUNDING, "a decimal may be rounded")
        if leeway(base.source):
            return self.unknown(claim, Reason.AMBIGUOUS, "the equation before it can be read in other ways")
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        message = f"{text[claim.start : claim.end][:80]} does not follow from {base.source[:80]}"
        return self.refuted(claim, failing("follows", tried, given=base.equations), message)


def _alike(item: Relation, given: Relation, context: Context) -> bool:
    """Whether an earlier equation says the same as the ground."""
    return against(item, [given], context).answer == "holds"


def _comparable(sides: Relation, given: Relation) -> bool:
    """Rational equations in the same symbols; the second is no mere ``m = n``."""
    mere = all(len(side) == 1 for side in sides)
    return not mere and rational(*sides, *given) and names(*sides) == names(*given) != frozenset()
