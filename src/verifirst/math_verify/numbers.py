"""Are two expressions the same? Exactly, or to the decimals that one of them is written with."""

from __future__ import annotations

from fractions import Fraction

from verifirst.claims.formula.cursor import OpaqueError
from verifirst.claims.formula.lexer import Tokens
from verifirst.claims.formula.style import STYLES, Style
from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded
from verifirst.math_verify.answers import Expression
from verifirst.math_verify.outcome import SAME, Outcome, differs, unsure
from verifirst.math_verify.reading import USUAL, term
from verifirst.solvers.rational import UndefinedError
from verifirst.solvers.terms import Term, symbols

_AS_GOOD = (USUAL._replace(natural_log=True), USUAL._replace(plain_degrees=False))
"""Readings as usual as ours: what is equal in one of them is equal."""

_ELSE = (Style(), *(style._replace(plain_degrees=True) for style in STYLES[1:]))
"""Readings in which answers must differ, too, before they are called different."""

_NEGATIVE = ((-1, 3), (-1, 1), (-2, 1), (-7, 1), (-100, 1), (-(10**6), 1))
_RELATIVE = 3  # digits to which a rounded number agrees at least, however small it is


def same(gold: Expression, target: Expression, rounding: int, budget: Budget) -> Outcome:
    """Whether two expressions are equal; ``rounding`` decimals where one is a decimal number."""
    if doubt := _counted_alike(gold, target):
        return unsure(doubt)
    first = equal(gold.term, target.term, budget)
    if first.verified or _rounds(gold, target, rounding, budget):
        return SAME
    if fraction(gold.term) is not None and fraction(target.term) is not None:
        return first
    return _otherwise(gold, target, first, budget)


def _counted_alike(gold: Expression, target: Expression) -> str:
    """Why two numbers cannot be compared as numbers, or ``""``."""
    if gold.unit and target.unit and gold.unit != target.unit:
        return f"units differ: {gold.unit} and {target.unit}"
    if target.unit == "percent" and not gold.unit and target.decimal:
        return "a percentage for a number"
    return "the bases differ" if gold.base != target.base else ""


def equal(left: Term, right: Term, budget: Budget) -> Outcome:
    """Whether two terms are equal."""
    if left == right:
        return SAME
    if "inf" in left or "inf" in right:
        alone = len(left) <= 2 and len(right) <= 2  # noqa: PLR2004  # a sign
        return differs("infinity is not that") if alone else unsure("infinity within an expression")
    a, b = fraction(left), fraction(right)
    if a is not None and b is not None:
        return SAME if a == b else differs("the values differ")
    return _compared(left, right, budget)


def _compared(left: Term, right: Term, budget: Budget) -> Outcome:
    from verifirst.solvers.compare import compare  # noqa: PLC0415  # loads flint: 80 ms, for what plain fractions leave

    found = compare(left, right, budget=budget)
    if found.answer == "equal":
        return SAME
    if found.answer == "different":
        return differs("the values differ")
    if found.only_where == "for positive values" and _undefined_below_zero(left, right, budget):
        return SAME
    return unsure(found.only_where or found.reason or "not decided")


def _undefined_below_zero(left: Term, right: Term, budget: Budget) -> bool:
    """Whether neither side has a real value where its one symbol is negative, as far as points tell."""
    from flint import fmpq  # noqa: PLC0415  # 80 ms

    from verifirst.solvers.ball import UndecidedError, enclose  # noqa: PLC0415  # loads flint

    names = symbols(left) | symbols(right)
    if len(names) != 1:
        return False
    for side in (left, right):
        for point in _NEGATIVE:
            try:
                enclose(side, 64, budget, dict.fromkeys(names, fmpq(*point)), real=True)
            except UndefinedError:
                continue
            except UndecidedError:
                pass
            return False
    return True


def fraction(value: Term) -> Fraction | None:
    """The value of a plain number or a quotient of two, with a sign; None for anything else."""
    sign = 1
    if value[-1] == "neg":
        value, sign = value[:-1], -1
    if len(value) == 1:
        return None if (found := _number(value[0])) is None else sign * found
    if len(value) == 3 and value[2] == "/":  # noqa: PLR2004  # a / b
        top, bottom = _number(value[0]), _number(value[1])
        if top is not None and bottom:
            return sign * top / bottom
    return None


def _number(item: object) -> Fraction | None:
    if isinstance(item, int):
        return Fraction(item)
    if isinstance(item, tuple) and len(item) == 2:  # noqa: PLR2004  # a decimal
        return Fraction(item[0], item[1])
    return None


def _rounds(gold: Expression, target: Expression, rounding: int, budget: Budget) -> bool:
    """Whether a decimal number stands for the other value, rounded."""
    if not (gold.decimal or target.decimal):
        return False
    slack = Fraction(1, 2 * 10**rounding)
    a, b = fraction(gold.term), fraction(target.term)
    relative = Fraction(1, 10 ** (min(rounding, _RELATIVE + 1) - 1)) if rounding > 0 else Fraction(1)
    if a is not None and b is not None:
        return abs(a - b) <= min(slack, relative * max(abs(a), abs(b)))
    known = a if a is not None else b
    if known is None or not _closed(gold.term) or not _closed(target.term):
        return False
    from verifirst.solvers.compare import close  # noqa: PLC0415  # loads flint

    return close(gold.term, target.term, min(slack, relative * abs(known)), budget=budget) == "true"


def _closed(value: Term) -> bool:
    return not any(isinstance(item, str) and item[0] in "$@" for item in value)


def _otherwise(gold: Expression, target: Expression, first: Outcome, budget: Budget) -> Outcome:
    """Read both in other conventions: equal in one as good is equal, unequal is unequal in each."""
    if gold.tokens is None or target.tokens is None:
        return first
    seen = {(gold.term, target.term)}
    for style in (*_AS_GOOD, *_ELSE):
        found = _in_style(gold.tokens, target.tokens, style)
        if found is None or found in seen:
            continue
        seen.add(found)
        try:
            alike = equal(*found, budget)
        except BudgetExceeded:
            return unsure("too much work")
        if alike.verified:
            return SAME if style in _AS_GOOD else unsure("equal in another convention only")
    return first


def _in_style(gold: Tokens, target: Tokens, style: Style) -> tuple[Term, Term] | None:
    try:
        return term(gold, style), term(target, style)
    except OpaqueError:
        return None
