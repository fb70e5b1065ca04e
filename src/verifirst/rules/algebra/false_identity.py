r"""An equation that no values of its variables satisfy, or an identity that is proved.

What it checks
    Equations with symbols. One that holds for all values (an expansion, a factorisation, a
    simplification) is verified. One that fails for all values (``9 - 18(n - 1) = 18 - 18n``)
    is refuted: whatever the variables are, it is false.

Why it matters
    Links of a simplification are identities, and a slip in one of them usually leaves a
    difference that no value of the variable repairs.

Limits
    Exact, by polynomial algebra with the defining relations of roots, sines and the like; an
    equation that holds for some values is left to other rules. What the text supposes or
    overturns (``a contradiction``) is not refuted.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.claims.formula.claim import lone
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import closed
from verifirst.rules.algebra._evidence import failing, holding
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import identity
from verifirst.rules.algebra._readings import conventional, readings
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import symbols


class FalseIdentity(Rule):
    """An equation is true for all values, or for none."""

    code = "AL002"
    name = "false-identity"
    version = 2
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"Expanding, $(x + 1)^2 = x^2 + 2x + 1$.", Status.VERIFIED),
        Example(r"\[ a_n = 9 - 18(n - 1) = 18 - 18n \]", Status.REFUTED),
        Example(r"$\sqrt{(b - 0)^2 + (37 - 0)^2} = \sqrt{b^2 + 1225}$", Status.REFUTED),
        Example(r"This gives $x + 1 = x$, a contradiction.", Status.UNKNOWN, why="the text overturns it"),
        Example(r"So $2x + 3 = 7$.", None, why="true for one value"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:  # noqa: PLR0911  # one guard after another
        """Decide an equation that its symbols cannot change."""
        if not isinstance(claim, Formula) or claim.relation != "=" or closed(claim.left.term, claim.right.term):
            return None
        if (name := lone(claim.left.term)) and name in symbols(claim.right.term):
            return None  # x = x + 1: an assignment or a substitution
        tried: list[Relation] = []
        for style, sides in readings(context.step.text, claim, context.budget):
            if sides is None:
                return None
            answer = identity(sides, context)
            if answer == "holds" and conventional(style):
                if sides[0] == sides[1]:
                    return self.unknown(claim, Reason.NO_CLAIM, "both sides are the same")
                return self.verified(claim, holding("=", *sides))
            if answer != "contradicts":
                return None
            tried.append(sides)
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        left, right = text[claim.left.start : claim.left.end][:80], text[claim.right.start : claim.right.end][:80]
        return self.refuted(claim, failing("=", tried), f"no values of the variables make {left} equal to {right}")
