"""How the arithmetic rules decide a relation: textbook reading first, every reading before refuting."""

from __future__ import annotations

import re
from fractions import Fraction

from verifirst.claims.assertion import approximate, doubt, labelled, units_differ
from verifirst.claims.comparison import Comparison
from verifirst.claims.equation import Equation
from verifirst.claims.expression import Side
from verifirst.claims.readings import conventional, readings
from verifirst.claims.units import conversion, mixed_units
from verifirst.core.rule import Context, Rule
from verifirst.core.verdict import Evidence, Reason, Verdict
from verifirst.solvers.rational import Rpn, TooLargeError, UndefinedError, Value, evaluate, spread

UNIT_WINDOW = 25  # characters after a relation in which its unit may stand
LOOSE = Fraction(1, 20)  # how far an announced estimate may be off, relatively


def decide(rule: Rule, claim: Equation | Comparison, context: Context) -> Verdict:
    """Judge one relation."""
    context.budget.spend(len(claim.left.rpn) + len(claim.right.rpn))
    try:
        left, right = evaluate(claim.left.rpn), evaluate(claim.right.rpn)
    except TooLargeError:
        return rule.unknown(claim, Reason.TOO_LARGE, "wider than exact arithmetic goes here")
    except UndefinedError as error:
        return rule.unknown(claim, Reason.UNSUPPORTED, str(error))
    difference = left[0] * right[1] - right[0] * left[1]
    if isinstance(claim, Comparison) and mixed_units(context.step.text[claim.start : claim.end + UNIT_WINDOW]):
        return rule.unknown(claim, Reason.AMBIGUOUS, "the sides may be in different units")
    if _holds(claim.relation, difference):
        return rule.verified(claim, _evidence(claim.relation, [claim.left.rpn], [claim.right.rpn]))
    if isinstance(claim, Comparison):
        return _failing_comparison(rule, claim, context)
    return _failing_equation(rule, claim, context, Fraction(*left), Fraction(*right))


def _holds(relation: str, difference: Fraction | int) -> bool:
    if relation in "=≈":
        return difference == 0
    if relation == "!=":
        return difference != 0
    if relation[0] == "<":
        return difference < 0 or (difference == 0 and relation == "<=")
    return difference > 0 or (difference == 0 and relation == ">=")


def _evidence(
    relation: str,
    left: list[Rpn],
    right: list[Rpn],
    percent: tuple[tuple[int, int], ...] = ((100, 100),),
    within: tuple[Fraction, Fraction] | None = None,
) -> Evidence:
    data: dict[str, object] = {
        "relation": relation,
        "left": [_spell(rpn) for rpn in left],
        "right": [_spell(rpn) for rpn in right],
    }
    if percent != ((100, 100),):
        data["percent"] = [list(pair) for pair in percent]
    if within is not None:
        data["within"] = [str(within[0]), str(within[1])]
    return Evidence("relation", data)


def _spell(rpn: Rpn) -> str:
    return " ".join([f"{item[0]}/{item[1]}" if item.__class__ is tuple else str(item) for item in rpn])


# -- equations that fail under the textbook reading ---------------------------
def _failing_equation(rule: Rule, claim: Equation, context: Context, left: Fraction, right: Fraction) -> Verdict:
    text = context.step.text
    difference = left - right
    about = claim.relation == "≈" or approximate(text, claim.start, claim.end)
    quantum = _quantum(claim.right) or _quantum(claim.left)
    if quantum and abs(difference) < quantum:
        return _rounded(rule, claim, difference, quantum, about)
    if pair := _conventional(claim, context):
        return rule.verified(claim, _evidence("=", [pair[0]], [pair[1]]))
    lefts = readings(text, claim.left, context.budget, result=False)
    rights = readings(text, claim.right, context.budget, result=True)
    if pair := _percent_as_is(claim, quantum or 0):
        return rule.verified(claim, _evidence("=", [claim.left.rpn], [claim.right.rpn], (pair,)))
    if why := _excuse(claim, context, lefts, rights, quantum or Fraction(0)):
        return rule.unknown(claim, Reason.AMBIGUOUS, why)
    if _inexact(claim, difference, quantum or Fraction(0), about):
        return rule.unknown(claim, Reason.ROUNDING, "off by what unstated rounding could explain")
    modes = _modes(claim)
    bound = quantum or Fraction(0)
    evidence = _evidence("=", lefts, rights, modes, (-bound, bound) if bound else None)
    source = text[claim.left.start : claim.left.end][:80]
    stated = text[claim.right.start : claim.right.end][:80]
    message = f"{source} is {show(left)}, not {stated}"
    if claim.relation == "≈":
        message = f"{source} is {show(left)}: no rounding gives {stated}"
    return rule.refuted(claim, evidence, message, offending=claim.right.end)


def _quantum(side: Side) -> Fraction | None:
    """One unit of the last digit shown, when the side is one literal (perhaps scaled)."""
    item, rest = side.rpn[0], side.rpn[1:]
    scale = 1
    if rest and rest[-1] == "*" and len(rest) == 2 and isinstance(rest[0], int) and rest[0] >= 12:  # noqa: PLR2004
        scale, rest = rest[0], ()
    if len(side.numbers) != 1 and scale == 1 or isinstance(item, str):
        return None
    quantum = Fraction(scale, item[1] if isinstance(item, tuple) else 1)
    for op in rest:
        quantum = quantum / 100 if op == "%" else quantum
    return quantum


def _rounded(rule: Rule, claim: Equation, difference: Fraction, quantum: Fraction, about: bool) -> Verdict:
    """Off by less than one unit of the last digit shown."""
    toward_zero = (difference > 0) == (evaluate(claim.right.rpn)[0] >= 0)
    half = quantum / 2
    if (quantum < 1 or about) and (abs(difference) <= half or toward_zero):
        within = (-half, half) if abs(difference) <= half else (min(difference, 0), max(difference, 0))
        if abs(difference) > half:
            within = (Fraction(0), quantum) if difference > 0 else (-quantum, Fraction(0))
        return rule.verified(claim, _evidence("=", [claim.left.rpn], [claim.right.rpn], within=within))
    return rule.unknown(claim, Reason.ROUNDING, "off by less than one unit of the last digit shown")


def _modes(claim: Equation | Comparison) -> tuple[tuple[int, int], ...]:
    """The divisors that a percent sign may stand for, left and right."""
    left = (100, 1) if "%" in claim.left.rpn else (100,)
    right = (100, 1) if "%" in claim.right.rpn else (100,)
    return tuple((a, b) for a in left for b in right)


def _percent_as_is(claim: Equation, slack: Fraction | int) -> tuple[int, int] | None:
    """The divisors under which the textbook parse holds, where a percent sign is a unit."""
    for pair in _modes(claim)[1:]:
        left, right = evaluate(claim.left.rpn, pair[0]), evaluate(claim.right.rpn, pair[1])
        if left[0] * right[1] == right[0] * left[1]:
            return pair
    return None


def _conventional(claim: Equation, context: Context) -> tuple[Rpn, Rpn] | None:
    """The sides under a documented convention that makes them equal."""
    text = context.step.text
    lefts = [claim.left.rpn, *conventional(text, claim.left, context.budget)]
    rights = [claim.right.rpn, *conventional(text, claim.right, context.budget)]
    for left in lefts:
        for right in rights:
            if _values([left], 100) == _values([right], 100) != []:
                return left, right
    return None


def _values(rpns: list[Rpn], percent: int) -> list[Fraction]:
    found = []
    for rpn in rpns:
        try:
            found.append(Fraction(*evaluate(rpn, percent)))
        except ArithmeticError:
            continue
    return found


def _excuse(claim: Equation, context: Context, lefts: list[Rpn], rights: list[Rpn], quantum: Fraction) -> str:
    """Why a failing equation may still be right, or ``""``."""
    text = context.step.text
    for a, b in _modes(claim):
        slack = max(quantum, 1) * 100 if (a, b) != (100, 100) else quantum
        slack = quantum * 100 if 1 in (a, b) else quantum
        for left in _values(lefts, a):
            for right in _values(rights, b):
                if left == right or abs(left - right) < slack:
                    return "another reading of the text holds"
                if right and conversion(left / right, text[claim.start : claim.end + UNIT_WINDOW]):
                    return "the sides may be in different units"
    if additive_units(text, claim.left.rpn, claim.start, claim.end + UNIT_WINDOW):
        return "a sum of different units"
    if units_differ(text, claim.left.end, claim.right.start, claim.right.end, claim.left.start):
        return "the sides count different things"
    if (
        claim.relation == "="
        and claim.right.bare
        and _is_share(claim.left.rpn)
        and abs(_values([claim.right.rpn], 100)[0]) > 1
    ):
        return "the left side may be a share of something"
    if not claim.right.bare and _may_be_label(claim, text):
        return "the left side may be a label or belong to what stands before it"
    return doubt(text, claim.start, claim.end, context.problem)


def additive_units(text: str, rpn: Rpn, start: int, end: int) -> bool:
    """``4 pounds - 6 ounces``: units of one family added without conversion."""
    return ("+" in rpn or "-" in rpn) and mixed_units(text[start:end])


def _may_be_label(claim: Equation, text: str) -> bool:
    """``Week 1 = 35 + 35``, ``Weeks 1-2 = 96 - 70``: the left side may only name something."""
    if claim.link or not (claim.left.bare or _RANGE.fullmatch(text, claim.left.start, claim.left.end)):
        return False
    return not claim.last or labelled(text, claim.start)


def _is_share(rpn: Rpn) -> bool:
    """A lone percentage or simple fraction: ``40% = 240 students`` names a share."""
    return rpn[1:] == ("%",) or (len(rpn) == 3 and rpn[2] == "/" and _below_one(rpn))  # noqa: PLR2004


def _below_one(rpn: Rpn) -> bool:
    top, bottom = rpn[0], rpn[1]
    return isinstance(top, int) and isinstance(bottom, int) and 0 < top < bottom


_RANGE = re.compile(r"[0-9]+[-–][0-9]+")


def _inexact(claim: Equation, difference: Fraction, quantum: Fraction, about: bool) -> bool:
    """Whether operands that look rounded, or a rounded result, explain the difference."""
    for a, b in _modes(claim):
        try:
            low, high = spread(claim.left.rpn, a)
            bottom, top = spread(claim.right.rpn, b)
        except ArithmeticError:
            continue
        if low - quantum < top and bottom < high + quantum and (low != high or bottom != top):
            return True
    size = abs(Fraction(*evaluate(claim.right.rpn)))
    if about and abs(difference) <= size * LOOSE:
        return True
    zeros = _trailing_zeros(size)
    return zeros >= (1 if about else 3) and abs(difference) < 10**zeros


def _trailing_zeros(value: Fraction) -> int:
    if value.denominator != 1 or not value:
        return 0
    digits = str(value.numerator)
    return len(digits) - len(digits.rstrip("0"))


# -- comparisons --------------------------------------------------------------
def _failing_comparison(rule: Rule, claim: Comparison, context: Context) -> Verdict:
    text = context.step.text
    if pair := _conventional(claim, context):
        return rule.verified(claim, _evidence("=", [pair[0]], [pair[1]]))
    lefts = readings(text, claim.left, context.budget, result=False)
    rights = readings(text, claim.right, context.budget, result=True)
    modes = _modes(claim)
    for a, b in modes:
        if any(_holds(claim.relation, x - y) for x in _values(lefts, a) for y in _values(rights, b)):
            return rule.unknown(claim, Reason.AMBIGUOUS, "another reading of the text holds")
    low, high = spread(claim.left.rpn)
    bottom, top = spread(claim.right.rpn)
    if low <= top and bottom <= high and (low != high or bottom != top):
        return rule.unknown(claim, Reason.ROUNDING, "the sides differ by what rounding could explain")
    if why := doubt(text, claim.start, claim.end, context.problem):
        return rule.unknown(claim, Reason.AMBIGUOUS, why)
    left, right = text[claim.left.start : claim.left.end][:80], text[claim.right.start : claim.right.end][:80]
    message = f"{left} {claim.relation} {right} is false: {show_pair(claim)}"
    return rule.refuted(claim, _evidence(claim.relation, lefts, rights, modes), message, offending=claim.right.end)


def show_pair(claim: Comparison) -> str:
    """Both values, for a message."""
    left, right = evaluate(claim.left.rpn), evaluate(claim.right.rpn)
    return f"{show(Fraction(*left))} against {show(Fraction(*right))}"


def show(value: Fraction | Value) -> str:
    """A value for a person: an integer, a short decimal, or a fraction."""
    exact = value if isinstance(value, Fraction) else Fraction(*value)
    if exact.denominator == 1:
        return str(exact.numerator) if abs(exact) < 10**30 else "a very large number"
    scaled = exact * 10**6
    if scaled.denominator == 1 and abs(exact) < 10**15:  # noqa: PLR2004  # shown as a plain decimal
        digits = f"{abs(scaled.numerator):07d}"
        sign = "-" if exact < 0 else ""
        return f"{sign}{digits[:-6]}.{digits[-6:].rstrip('0')}"
    return f"{exact.numerator}/{exact.denominator}" if exact.denominator < 10**30 else "a long fraction"
