"""Comparisons that fail under the textbook reading."""

from __future__ import annotations

from fractions import Fraction

from verifirst.claims.comparison import Comparison
from verifirst.claims.readings import readings
from verifirst.core.rule import Context, Rule
from verifirst.core.verdict import Reason, Verdict
from verifirst.rules.numbers.doubts import doubted
from verifirst.rules.numbers.evidence import failing, holds, modes, show, values
from verifirst.solvers.rational import UndefinedError, evaluate, spread


def failing_comparison(rule: Rule, claim: Comparison, context: Context) -> Verdict:
    """Judge a comparison that does not hold under the textbook reading."""
    text = context.step.text
    lefts = readings(text, claim.left, context.budget, result=False)
    rights = readings(text, claim.right, context.budget, result=False)
    pairs = modes(claim.left.rpn, claim.right.rpn)
    for a, b in pairs:
        if any(holds(claim.relation, x - y) for x in values(lefts, a) for y in values(rights, b)):
            return rule.unknown(claim, Reason.AMBIGUOUS, "another reading of the text holds")
    if _close(claim):
        return rule.unknown(claim, Reason.ROUNDING, "the sides differ by what rounding could explain")
    if why := doubted(text, claim.start, claim.end, context.problem):
        return rule.unknown(claim, Reason.AMBIGUOUS, why)
    evidence = failing(claim.relation, lefts, rights, pairs, Fraction(0))
    return rule.refuted(claim, evidence, _message(claim, text), offending=claim.right.end)


def _close(claim: Comparison) -> bool:
    """Whether bounds of literals that look rounded overlap."""
    try:
        low, high = spread(claim.left.rpn)
        bottom, top = spread(claim.right.rpn)
    except UndefinedError:
        return True
    return (low != high or bottom != top) and low <= top and bottom <= high


def _message(claim: Comparison, text: str) -> str:
    left, right = text[claim.left.start : claim.left.end][:80], text[claim.right.start : claim.right.end][:80]
    a, b = show(Fraction(*evaluate(claim.left.rpn))), show(Fraction(*evaluate(claim.right.rpn)))
    return f"{left} {claim.relation} {right} is false: {a} against {b}"
