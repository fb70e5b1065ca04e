r"""A link of a simplification in free symbols is no identity.

What it checks
    A link inside a chain (``f = a = b``) whose two sides are rational expressions in the same
    symbols, where nothing that was said before relates those symbols: then the link holds for
    all values or the simplification is wrong.

Why it matters
    ``(x^2 + bx + (b/2)^2) - 63 + (b/2)^2 = (x + b/2)^2 - 64``: expansions and completed squares
    are where signs and terms are lost.

Limits
    Only plain polynomials and quotients; no roots, no trigonometry, no symbolic exponents, not
    the letters i, omega and the like that carry a relation of their own. Silent as soon as any
    equation, given or derived, mentions one of the symbols.
"""

from __future__ import annotations

import re
from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import rational
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import identity
from verifirst.rules.algebra._known import names, said_before
from verifirst.rules.algebra._readings import readings
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import symbols

_RELATED = frozenset("i j omega zeta epsilon phi e".split())
_MODULAR = re.compile(
    r"\\equiv|\\p?mod\b|≡|\bmod(?:ulo)?\b|congruent|identity matrix|matri(?:x|ces)|\broots?\b", re.IGNORECASE
)


class FalseExpansion(Rule):
    """A link in free symbols is not an identity."""

    code = "AL006"
    name = "false-expansion"
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"\[ f(x) = (x + 1)^2 - 4 = x^2 + 2x - 4 \]", Status.REFUTED),
        Example(r"\[ f(x) = (x + 1)^2 - 4 = x^2 + 2x - 3 \]", None, why="an identity"),
        Example(r"\[ S = x^2 + y^2 = (x + y)^2 - 20 \]", None, problem=r"$xy = 10$", why="it uses what is given"),
        Example(r"So $(x + 1)^2 = x^2 + 1$.", None, why="an equation to solve, not a link"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute a link that is no identity; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=" or not claim.link:
            return None
        tried: list[Relation] = []
        for _, sides in readings(context.step.text, claim, context.budget):
            if sides is None or not _plain(sides) or identity(sides, context) == "holds":
                return None
            tried.append(sides)
        if _related(claim, context):
            return None
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        left, right = text[claim.left.start : claim.left.end][:80], text[claim.right.start : claim.right.end][:80]
        return self.refuted(claim, failing("=", tried), f"{left} is not {right} for all values")


def _plain(sides: Relation) -> bool:
    """Rational expressions in the same symbols, at least one, none of which has a relation of its own."""
    left, right = (symbols(side) for side in sides)
    return rational(*sides) and left == right and bool(left) and not left & _RELATED


def _related(claim: Formula, context: Context) -> bool:
    """Whether anything said so far, outside the chain, relates the symbols; or the subject is modular."""
    own = names(claim.left.term, claim.right.term)
    chain = {
        (other.left.term, other.right.term)
        for other in context.claims
        if isinstance(other, Formula) and other.statement == claim.statement
    }
    if any(own & names(*item) for item in said_before(claim, context) if item not in chain):
        return True
    return bool(_MODULAR.search(context.problem) or _MODULAR.search(context.step.text))
