r"""An equation that follows from the equations before it.

What it checks
    Equations with symbols against what the problem and the trace have said so far: known
    values put in, terms moved, both sides multiplied, systems solved, definitions of
    functions applied, a claimed solution put back.

Why it matters
    Most lines of algebra are derivations, and whether one follows is a question of polynomial
    ideals that is decided exactly.

Limits
    It verifies only, relative to the equations it names: they are premises. ``x = 3`` from
    ``x^2 = 9`` is not derived; it is verified as a solution. Inequalities and what follows by
    words alone are not read. At most fourteen premises, the newest.
"""

from __future__ import annotations

from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import closed
from verifirst.rules.algebra._evidence import holding
from verifirst.rules.algebra._follows import restates, solves, standing
from verifirst.rules.algebra._known import said_before


class Follows(Rule):
    """An equation follows from earlier ones."""

    code = "AL003"
    name = "follows"
    version = 2
    stage = Stage.STABLE
    refutes = False
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"Adding them, $2x = 12$.", Status.VERIFIED, problem=r"$x + y = 10$ and $x - y = 2$. Find $x$."),
        Example(r"So \(x = 2\).", Status.VERIFIED, before=(r"\(2x + 3 = 7\)",)),
        Example(
            r"\[ AB^2 = h^2 + 9 \]", Status.VERIFIED, before=(r"\[ AB^2 = AD^2 + BD^2 \]", r"\(AD = h\), \(BD = 3\)")
        ),
        Example(r"Then $f(3) = 10$.", Status.VERIFIED, problem=r"Let $f(x) = x^2 + 1$. Find $f(3)$."),
        Example(r"So $x = 3$.", Status.VERIFIED, before=(r"$x^2 - 5x + 6 = 0$",), why="put back, it fits"),
        Example(r"Again $2x + 3 = 7$.", Status.UNKNOWN, before=(r"$2x + 3 = 7$",), why="said before"),
        Example(r"Let $y = 4$.", None, before=(r"$2x + 3 = 7$",)),
        Example(r"Then $z = \frac{x}{y}$.", None, before=(r"$x = 0$, $y = 0$",), why="a new name follows from nothing"),
        Example(r"Then $5P = 7P$.", None, before=(r"$2P = 3P$",), why="true of zero only, which nobody said P is"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Verify an equation from what is known; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=":
            return None
        left, right = claim.left.term, claim.right.term
        if closed(left, right) or left == right:
            return None
        if any(restates(item, (left, right)) for item in said_before(claim, context)):
            return self.unknown(claim, Reason.NO_CLAIM, "said before")
        found = standing(claim, context)
        if found.answer == "open":
            found = solves(claim, context) or found
        applied = (found.left, found.right) != (left, right)  # a definition
        if found.answer != "holds" or not (found.rests or applied):
            return None
        return self.verified(claim, holding("=", found.left, found.right, given=found.rests))
