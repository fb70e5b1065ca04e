"""Equations that fail under the textbook reading: excused, or refuted under every reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from verifirst.claims.assertion import approximate, counted, labelled, tried, units_differ
from verifirst.claims.equation import Equation
from verifirst.claims.readings import conventional, readings
from verifirst.claims.units import conversion, mixed_units
from verifirst.core.rule import Context, Rule
from verifirst.core.verdict import Reason, Verdict
from verifirst.rules.numbers.doubts import doubted
from verifirst.rules.numbers.evidence import UNIT_WINDOW, failing, holding, modes, show, values
from verifirst.rules.numbers.offending import first_wrong
from verifirst.rules.numbers.rounding import coarse_digit, explained, last_digit, rounded
from verifirst.solvers.rational import Rpn, Value, evaluate


def failing_equation(rule: Rule, claim: Equation, context: Context, left: Value, right: Value) -> Verdict:
    """Judge an equation whose sides differ under the textbook reading."""
    text = context.step.text
    a, b = Fraction(*left), Fraction(*right)
    about = claim.relation == "≈" or approximate(text, claim.start, claim.end)
    quantum = last_digit(claim.right, text) or last_digit(claim.left, text) or Fraction(0)
    if claim.relation == "≈" and abs(a - b) <= (coarse := coarse_digit(claim.right, quantum) / 2):
        return rule.verified(claim, holding("=", claim.left.rpn, claim.right.rpn, within=(-coarse, coarse)))
    if _exact_by_nature(claim, text, about=about):
        quantum = Fraction(0)
    if abs(a - b) < quantum:
        if within := rounded(a, b, quantum, about=about):
            return rule.verified(claim, holding("=", claim.left.rpn, claim.right.rpn, within=within))
        return rule.unknown(claim, Reason.ROUNDING, "off by less than one unit of the last digit shown")
    return _by_convention(rule, claim, context, quantum) or _under_every_reading(rule, claim, context, quantum, a, b)


def _under_every_reading(
    rule: Rule, claim: Equation, context: Context, quantum: Fraction, a: Fraction, b: Fraction
) -> Verdict:
    """REFUTED when no reading holds, nothing excuses it, and no rounding explains it."""
    text = context.step.text
    about = claim.relation == "≈" or approximate(text, claim.start, claim.end)
    lefts = readings(text, claim.left, context.budget, result=False)
    rights = readings(text, claim.right, context.budget, result=True)
    if why := _excuse(claim, context, lefts, rights, quantum):
        return rule.unknown(claim, Reason.AMBIGUOUS, why)
    if explained(claim, a, b, quantum, about=about):
        return rule.unknown(claim, Reason.ROUNDING, "off by what unstated rounding could explain")
    evidence = failing("=", lefts, rights, modes(claim.left.rpn, claim.right.rpn), quantum)
    return rule.refuted(claim, evidence, _message(claim, text, a), offending=first_wrong(text, claim, a))


def _message(claim: Equation, text: str, value: Fraction) -> str:
    source = text[claim.left.start : claim.left.end][:80]
    stated = text[claim.right.start : claim.right.end][:80]
    if claim.relation == "≈":
        return f"{source} is {show(value)}: no rounding gives {stated}"
    return f"{source} is {show(value)}, not {stated}"


def _exact_by_nature(claim: Equation, text: str, *, about: bool) -> bool:
    """Whether nobody would round this result without saying so.

    A sum of typeset fractions, a sum of decimals, a product in money.
    """
    if about:
        return False
    rpn, source = claim.left.rpn, text[claim.left.start : claim.right.end]
    if rpn[-1] in ("+", "-") and "frac" in source:
        return True
    operators = {item for item in rpn if isinstance(item, str)}
    return operators <= _SUM or (operators <= _PRODUCT and "$" in source and "\\" not in source)


_SUM = frozenset({"+", "-", "neg"})
_PRODUCT = _SUM | {"*"}


def _by_convention(rule: Rule, claim: Equation, context: Context, quantum: Fraction) -> Verdict | None:
    """VERIFIED when a documented convention makes the sides equal."""
    text, left, right = context.step.text, claim.left.rpn, claim.right.rpn
    for pair in modes(left, right)[1:]:
        half = quantum * 50 if pair[1] == 1 else Fraction(0)
        difference = Fraction(*evaluate(left, pair[0])) - Fraction(*evaluate(right, pair[1]))
        if abs(difference) <= half:
            within = (-half, half) if difference else None
            return rule.verified(claim, holding("=", left, right, pair, within))
    lefts = [left, *conventional(text, claim.left, context.budget)]
    rights = [right, *conventional(text, claim.right, context.budget)]
    if "$" in text[max(0, claim.start - 1) : claim.left.end] and _CENTS.match(text, claim.right.end):
        rights.append((*right, 100, "/"))
    for a in lefts:
        for b in rights:
            if values([a], 100) == values([b], 100) != []:
                return rule.verified(claim, holding("=", a, b))
    return None


def _excuse(claim: Equation, context: Context, lefts: list[Rpn], rights: list[Rpn], quantum: Fraction) -> str:
    """Why a failing equation may still be right, or ``""``."""
    text = context.step.text
    if _reads_true(claim, lefts, rights, quantum):
        return "another reading of the text holds"
    for why, applies in _EXCUSES:
        if applies(claim, text):
            return why
    return doubted(text, claim.start, claim.end, context.problem)


def _reads_true(claim: Equation, lefts: list[Rpn], rights: list[Rpn], quantum: Fraction) -> bool:
    """Whether some reading holds, up to the last digit shown."""
    for a, b in modes(claim.left.rpn, claim.right.rpn):
        slack = quantum * 100 if b == 1 else quantum
        for left in values(lefts, a):
            if any(left == right or abs(left - right) < slack for right in values(rights, b)):
                return True
    return False


def _converts(claim: Equation, text: str) -> bool:
    """``90 = 1.5 minutes``: the sides differ by a factor between units that the text names."""
    left, right = evaluate(claim.left.rpn), evaluate(claim.right.rpn)
    window = text[claim.start : claim.end + UNIT_WINDOW]
    return right[0] != 0 and conversion(Fraction(*left) / Fraction(*right), window)


def _adds_units(claim: Equation, text: str) -> bool:
    """``4 feet - 40 inches``: units of one family added without conversion."""
    sums = "+" in claim.left.rpn or "-" in claim.left.rpn
    return sums and mixed_units(text[claim.start : claim.end + UNIT_WINDOW])


def _counts_differently(claim: Equation, text: str) -> bool:
    """``21 coins = 30 tokens`` is an exchange, no arithmetic."""
    if claim.name or _says_its_label_again(claim, text):
        return False
    return units_differ(text, claim.left.end, claim.right.start, claim.right.end, claim.left.start)


def _says_its_label_again(claim: Equation, text: str) -> bool:
    """``Area = 10 * 15 Area = 150 square inches``: no unit, but the name of what is computed."""
    between = _LABEL.fullmatch(text, claim.left.end, claim.right.start)
    before = text[max(0, claim.start - 120) : claim.start].rstrip(" \n$")
    return between is not None and before.endswith("=") and before[:-1].rstrip().endswith(between[1])


def _names_something(claim: Equation, text: str) -> bool:
    """``Week 1 = 35 + 35``, ``Weeks 1-2 = 96 - 70``: the left side may only name something."""
    if (
        claim.right.bare
        or claim.link
        or not (claim.left.bare or _RANGE.fullmatch(text, claim.left.start, claim.left.end))
    ):
        return False
    return counted(text, claim.left.end) or labelled(text, claim.start) or tried(text, claim.start)


def _names_a_share(claim: Equation, _text: str) -> bool:
    """``40% = 240 students``, ``2/5 = 12 hectares``: a share of something unnamed."""
    rpn = claim.left.rpn
    if claim.relation != "=" or not claim.right.bare or not (rpn[1:] == ("%",) or _proper_fraction(rpn)):
        return False
    return any(abs(value) > 1 for value in values([claim.right.rpn], 100))


def _proper_fraction(rpn: Rpn) -> bool:
    if len(rpn) != 3 or rpn[2] != "/":  # noqa: PLR2004  # n d /
        return False
    top, bottom = rpn[0], rpn[1]
    return isinstance(top, int) and isinstance(bottom, int) and 0 < top < bottom


_RATE = re.compile(r"[A-Za-z]/[0-9]")  # 3 degrees/5% increase
_CENTS = re.compile(r"\s*(?:cents?\b|¢)")


def _rates(claim: Equation, text: str) -> bool:
    """``3 degrees/5% increase``: a rate per several units."""
    return _RATE.search(text, claim.left.start, claim.left.end) is not None


_EXCUSES: tuple[tuple[str, Callable[[Equation, str], bool]], ...] = (
    ("the sides may be in different units", _converts),
    ("a sum of different units", _adds_units),
    ("a rate may be per several units", _rates),
    ("the sides count different things", _counts_differently),
    ("the left side may be a share of something", _names_a_share),
    ("the left side may be a label, a trial value, or belong to what stands before it", _names_something),
)
_LABEL = re.compile(r"\s+((?:[A-Za-z]+\s){0,7}[A-Za-z]+)\s*=[\s$]*")
_RANGE = re.compile(r"[0-9]+[-–][0-9]+")
