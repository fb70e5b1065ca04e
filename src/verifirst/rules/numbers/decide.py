"""How the arithmetic rules decide: the textbook reading first, every reading before refuting."""

from __future__ import annotations

from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.units import mixed_units
from verifirst.core.rule import Context, Rule
from verifirst.core.verdict import Reason, Verdict
from verifirst.rules.numbers.comparison import failing_comparison
from verifirst.rules.numbers.equation import failing_equation
from verifirst.rules.numbers.evidence import UNIT_WINDOW, holding, holds
from verifirst.solvers.rational import TooLargeError, UndefinedError, evaluate


def decide(rule: Rule, claim: Equation | Comparison, context: Context) -> Verdict:
    """Judge one relation between numeric sides."""
    context.budget.spend(len(claim.left.rpn) + len(claim.right.rpn))
    try:
        return _equation(rule, claim, context) if isinstance(claim, Equation) else _comparison(rule, claim, context)
    except TooLargeError:
        return rule.unknown(claim, Reason.TOO_LARGE, "wider than exact arithmetic goes here")
    except UndefinedError as error:
        return rule.unknown(claim, Reason.UNSUPPORTED, str(error))


def _equation(rule: Rule, claim: Equation, context: Context) -> Verdict:
    left, right = claim.left.rpn, claim.right.rpn
    a, b = evaluate(left), evaluate(right)
    if a[0] * b[1] == b[0] * a[1]:
        return rule.verified(claim, holding("=", left, right))
    return failing_equation(rule, claim, context, a, b)


def _comparison(rule: Rule, claim: Comparison, context: Context) -> Verdict:
    left, right = claim.left.rpn, claim.right.rpn
    a, b = evaluate(left), evaluate(right)
    if mixed_units(context.step.text[claim.start : claim.end + UNIT_WINDOW]):
        return rule.unknown(claim, Reason.AMBIGUOUS, "the sides may be in different units")
    if holds(claim.relation, a[0] * b[1] - b[0] * a[1]):
        return rule.verified(claim, holding(claim.relation, left, right))
    return failing_comparison(rule, claim, context)
