r"""A relation between two numbers written with roots, functions, factorials or moduli is false.

What it checks
    Equations, inequalities, congruences and divisibility between closed expressions that
    plain arithmetic cannot read: roots, powers, logarithms, trigonometric values, complex
    numbers, factorials, binomials, sums, floor and ceiling, ``\equiv ... \pmod{m}``,
    numerals in other bases.

Why it matters
    ``\tan 30^\circ = \sqrt{3}`` or ``5!/3! = 60`` is one wrong fact, and the rest of the
    solution is built on it.

Limits
    Exact: normal forms, separation bounds for algebraic numbers, rigorous enclosures. Where
    neither equality nor difference is proved: UNKNOWN. A lone decimal may be off by one unit
    of its last digit. Nothing is refuted that holds under another reading (``log`` as ``ln``,
    ``i`` as the imaginary unit, degrees, ``1/2x``) or that the text denies, supposes or
    overturns.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import ClassVar

from verifirst.claims.assertion import approximate, tried
from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import (
    bare,
    closed,
    counts_with_pi,
    slack,
    spelled_out,
    truth,
    whole_by_nature,
    within,
)
from verifirst.rules.algebra._derivation import plain
from verifirst.rules.algebra._evidence import failing, holding
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._known import names, said_before
from verifirst.rules.algebra._readings import conventional, readings
from verifirst.solvers.ideal import Relation


class WrongValue(Rule):
    """``number = number`` is false, beyond plain arithmetic."""

    code = "AL001"
    name = "wrong-value"
    version = 2
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example(r"So \(\binom{5}{2} = 10\).", Status.VERIFIED),
        Example(r"So \(\binom{5}{2} = 12\).", Status.REFUTED),
        Example(r"Note that \( \tan 30^\circ = \sqrt{3} \).", Status.REFUTED),
        Example(r"\[ \sqrt{24 \cdot 14 \cdot 7 \cdot 3} = \sqrt{6336} \]", Status.REFUTED),
        Example(r"Hence $17 \equiv 3 \pmod{7}$.", Status.VERIFIED),
        Example(r"$\log_2 8 = 3$ and $\log 100 = 2$", Status.VERIFIED),
        Example(r"$(3 + 4i)(3 - 4i) = 25$", Status.VERIFIED, why="i is the imaginary unit"),
        Example(r"$\sqrt{15} = 3.87$", Status.VERIFIED, why="rounded to the digits shown"),
        Example(r"$\sqrt{15} = 3.88$", Status.UNKNOWN, why="off by less than one unit of the last digit"),
        Example(r"If $\sqrt{2} = \frac{3}{2}$, we are done.", Status.UNKNOWN, why="supposed"),
        Example(r"$2x + 3 = 7$", None, why="not a relation between numbers"),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Decide a relation between closed terms."""
        if not isinstance(claim, Formula) or claim.relation == ":=" or (claim.relation == "|" and claim.members > 2):  # noqa: PLR2004
            return None
        if not names(claim.left.term, claim.right.term) <= _PERHAPS_NUMBERS:
            return None
        text, budget = context.step.text, context.budget
        seen: list[Relation] = []
        open_ = ""
        complex_ = _COMPLEX.search(text, claim.start, claim.end) is not None and not _index(claim, context)
        for style, sides in readings(text, claim, budget, imaginary=complex_):
            if sides is None or not closed(*sides):
                open_ = open_ or "another reading is not a relation between numbers"
                continue  # perhaps i or e, read as a number further on
            answer = truth(claim.relation, sides, claim.modulus, budget)
            if answer == "true":
                if conventional(style):
                    return self.verified(claim, holding(claim.relation, *sides, modulus=claim.modulus))
                open_ = "it holds under another reading"
            elif answer == "undecided":
                open_ = open_ or "neither proved nor disproved"
            seen.append(sides)
        if not seen:
            return None
        if open_:
            return self.unknown(claim, Reason.AMBIGUOUS, open_)
        return self._failed(claim, context, seen)

    def _failed(self, claim: Formula, context: Context, seen: list[Relation]) -> Verdict:
        """Every reading fails: rounding, an excuse, or a refutation."""
        text, beyond = context.step.text, Fraction(0)
        if claim.relation in ("=", "≈"):
            words = not any(map(whole_by_nature, seen)) and approximate(text, claim.start, claim.end)
            about = claim.relation == "≈" or words
            if about or not all(spelled_out(claim, text, sides, context.budget) for sides in seen):
                beyond = slack(claim, text, about=about, budget=context.budget)
            half = beyond / (4 if about else 2)  # of a unit of the last digit; ``about`` leaves room for two units
            if beyond and within(seen[0], half, context.budget) == "true":
                return self.verified(claim, holding("=", *seen[0], within=half))
            if beyond and any(within(sides, beyond, context.budget) != "false" for sides in seen):
                return self.unknown(claim, Reason.ROUNDING, "off by what rounding could explain")
            if any(counts_with_pi(claim, sides, context.budget) for sides in seen):
                return self.unknown(claim, Reason.ROUNDING, "pi may be taken as 22/7 or 3.14")
        if why := _idle(claim, text) or excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        evidence = failing(claim.relation, seen, modulus=claim.modulus, beyond=beyond)
        left, right = text[claim.left.start : claim.left.end][:80], text[claim.right.start : claim.right.end][:80]
        message = f"{left} is not {_WORDS[claim.relation]} {right}"
        if claim.relation == "≡":
            message += " by that modulus"
        return self.refuted(claim, evidence, message)


def _idle(claim: Formula, text: str) -> str:
    """Why the relation may be a test rather than a result, or ``""``."""
    if claim.relation != "≡" and bare(claim, text):  # no unit makes numbers congruent
        return "two bare numbers"
    lone_left = isinstance(claim.left.term[0], int) and len(claim.left.term) <= 2  # noqa: PLR2004  # a number, its sign
    return "a candidate is put to the test" if lone_left and tried(text, claim.start) else ""


_COMPLEX = re.compile(r"[0-9]\s?i(?![a-zA-Z])")  # 3i: the imaginary unit, unless i counts
_INDEX = re.compile(
    r"(?:^|[$(,;:{]|[A-Za-z]\s)\s*i\s*=\s*-?[0-9]|(?<![A-Za-z\\])i\s*(?:[<>≤≥∈]|\\(?:in|leq?|geq?|lt|gt)\b)|_\{?i(?![A-Za-z])"
)
_PERHAPS_NUMBERS = frozenset(("i", "e"))
_WORDS = {
    "=": "equal to", "≈": "about", "<": "less than", "<=": "at most", ">": "greater than", ">=": "at least",
    "!=": "different from", "≡": "congruent to", "|": "a divisor of",
}  # fmt: skip


def _index(claim: Formula, context: Context) -> bool:
    """Whether i counts something here."""
    if _INDEX.search(context.step.text) or _INDEX.search(context.problem):
        return True
    return any(left == ("$i",) and plain(right) for left, right in said_before(claim, context))
