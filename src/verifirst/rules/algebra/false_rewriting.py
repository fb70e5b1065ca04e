r"""A side of an equation is rewritten while the other side stays, and the two forms differ.

What it checks
    An equation that shares a whole side with the one right before it, in this step or at the
    end of the last, where words of rewriting (*expanding, combining like terms, can be
    rewritten as*) or an arrow join them: the other sides are two forms of one expression, and
    it is refuted where they differ for some values of the symbols.

Why it matters
    ``(a + b)(c + d) = 16`` and, expanded, ``ac + ad + bc = 16``: each is true of some numbers,
    so nothing contradicts, and the lost term stays lost.

Limits
    Polynomials, quotients and trigonometric functions of the same symbols. Silent where the
    equation follows from what was said before, whatever joins them; where the two share a
    factor (a root dropped, a case chosen); where the words between them speak of values put in,
    of cases or of other equations.
"""

from __future__ import annotations

import re
from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import approximate_text
from verifirst.rules.algebra._derivation import neighbour, rewrites, signed
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import coprime, restates, standing
from verifirst.rules.algebra._forms import comparable, differ
from verifirst.rules.algebra._readings import leeway, readings
from verifirst.solvers.ideal import Relation

_DECIMAL = re.compile(r"[0-9]\.[0-9]")


class FalseRewriting(Rule):
    """A side is rewritten as something else."""

    code = "AL008"
    name = "false-rewriting"
    stage = Stage.STABLE
    sufficient = False
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"\[ (a + b)(c + d) = 16 \] Expanding: \[ ac + ad + bc = 16 \]", Status.REFUTED),
        Example(r"\[ (a + b)(c + d) = 16 \] Expanding: \[ ac + ad + bc + bd = 16 \]", None, why="one expression"),
        Example("Combining like terms, we get: 5n + 4 = 0.", Status.REFUTED, before=("We know that 2n + 4n + 4 = 0.",)),
        Example(r"\[ n^2 - 5n = 0 \] Factoring: \[ n - 5 = 0 \]", None, why="they share a factor"),
        Example(
            r"\[ xy + y^2 = 6 \] Rewriting, as $x = 2$ \[ 2y + xy = 6 \]", None, why="not the same equation before it"
        ),
        Example(r"\[ x^2 + xy = 6 \] Substituting, this simplifies to \[ 2x + y = 6 \]", None, why="values are put in"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:  # noqa: PLR0911  # one guard after another
        """Refute a rewriting that changes the value; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=" or claim.link:
            return None
        before = neighbour(claim, context)
        if before is None or not (signed(before.between) or rewrites(before.between)):
            return None
        tried: list[Relation] = []
        for style, sides in readings(context.step.text, claim, context.budget):
            old = before.read(style, context)
            forms = _forms(old, sides) if old and sides else None
            if old is None or sides is None or forms is None or not comparable(forms) or not differ(forms, context):
                return None
            if not coprime(old, sides, context):
                return None
            tried.append(forms)
        if standing(claim, context).answer == "holds":
            return None
        if approximate_text(claim, context.step.text) or _DECIMAL.search(before.source):
            return self.unknown(claim, Reason.ROUNDING, "a decimal may be rounded")
        if before.supposed or (before.links is None and leeway(before.source)):
            return self.unknown(
                claim, Reason.AMBIGUOUS, "the equation before it is supposed, or can be read in other ways"
            )
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        message = f"{text[claim.start : claim.end][:80]} rewrites a side of {before.source[:80]} as something else"
        return self.refuted(claim, failing("identity", tried), message)


def _forms(before: Relation, after: Relation) -> Relation | None:
    """The sides that differ, where exactly one side stays."""
    if restates(before, after):
        return None
    pairs = [(i, j) for i in (0, 1) for j in (0, 1) if before[i] == after[j]]
    return (before[1 - pairs[0][0]], after[1 - pairs[0][1]]) if len(pairs) == 1 else None
