r"""A simplification in free symbols is no identity.

What it checks
    A link inside a chain (``f = a = b``), or an equation that words introduce as one expression
    (``the area is a = b``), whose two sides are expressions in the same symbols, where nothing
    that was said before binds those symbols: then it holds for all values or the simplification
    is wrong.

Why it matters
    ``(x^2 + bx + (b/2)^2) - 63 + (b/2)^2 = (x + b/2)^2 - 64``: expansions and completed squares
    are where signs and terms are lost.

Limits
    Polynomials, quotients and trigonometric functions; no roots, no symbolic exponents, not the
    letters i, omega and the like that carry a relation of their own. Silent as soon as an
    equation that is no identity and no mere definition, given or derived, mentions a symbol.
"""

from __future__ import annotations

import re
from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import approximate_text, closed
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import binding
from verifirst.rules.algebra._forms import comparable, differ
from verifirst.rules.algebra._known import names, said_before, statement
from verifirst.rules.algebra._readings import readings
from verifirst.solvers.ideal import Relation

_IS = re.compile(r"\b(?:is|are|be)\s*:?\s*(?:\$+|\\\(|\\\[)?\s*\Z")
_REWRITES = re.compile(r"\b(?:factor|simplif|expand)", re.IGNORECASE)
MIN_EXPRESSION = 3
_MODULAR = re.compile(
    r"\\equiv|\\p?mod\b|≡|\bmod(?:ulo)?\b|congruent|identity matrix|matri(?:x|ces)|\broots?\b", re.IGNORECASE
)


class FalseExpansion(Rule):
    """A link in free symbols is not an identity."""

    code = "AL006"
    name = "false-expansion"
    version = 2
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"\[ f(x) = (x + 1)^2 - 4 = x^2 + 2x - 4 \]", Status.REFUTED),
        Example(r"\[ f(x) = (x + 1)^2 - 4 = x^2 + 2x - 3 \]", None, why="an identity"),
        Example(r"\[ S = x^2 + y^2 = (x + y)^2 - 20 \]", None, problem=r"$xy = 10$", why="it uses what is given"),
        Example("The rest is 3(x + 2) - x = 3x + 6.", Status.REFUTED, why="words say that it is one expression"),
        Example("$x^2 + 4x - 16$ can be factorized as $(x + 8)(x - 2)$.", Status.REFUTED),
        Example("$x^2 + 6x - 16$ factors as $(x + 8)(x - 2)$.", None, why="an identity"),
        Example(r"So $(x + 1)^2 = x^2 + 1$.", None, why="an equation to solve, not a link"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute a link that is no identity; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=" or not (claim.link or _describes(claim, context)):
            return None
        tried: list[Relation] = []
        for _, sides in readings(context.step.text, claim, context.budget):
            if sides is None or not comparable(sides) or not differ(sides, context):
                return None
            tried.append(sides)
        if _related(claim, context):
            return None
        if approximate_text(claim, context.step.text):
            return self.unknown(claim, Reason.ROUNDING, "a decimal may be rounded")
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        left, right = text[claim.left.start : claim.left.end][:80], text[claim.right.start : claim.right.end][:80]
        return self.refuted(claim, failing("identity", tried), f"{left} is not {right} for all values")


def _describes(claim: Formula, context: Context) -> bool:
    """Whether words make the left side an expression that is being rewritten: ``the area is x(x + 2) = ...``."""
    if _REWRITES.search(context.step.text, claim.left.end, claim.right.start):
        return True
    if len(claim.left.term) < MIN_EXPRESSION or len(claim.right.term) < MIN_EXPRESSION:
        return False
    return _IS.search(context.step.text, max(0, claim.start - 30), claim.start) is not None


def _related(claim: Formula, context: Context) -> bool:
    """Whether what was said so far, outside the chain, may bind the symbols; or the subject is modular."""
    if _MODULAR.search(context.problem) or _MODULAR.search(context.step.text):
        return True
    chain = {(other.left.term, other.right.term) for other in statement(claim.statement, context)}
    if any(closed(side) for item in chain for side in item):
        return True  # 0 = a = b: an equation that is solved
    own = names(claim.left.term, claim.right.term)
    said = [item for item in said_before(claim, context) if item not in chain]
    return any(own & names(*item) for item in binding(said, own, context))
