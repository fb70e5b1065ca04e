"""Rounding: what the digits shown, and digits that look rounded, can explain."""

from __future__ import annotations

from fractions import Fraction

from verifirst.claims import lexicon
from verifirst.claims.equation import Equation
from verifirst.claims.side import Side
from verifirst.solvers.rational import Item, spread

LOOSE = Fraction(1, 20)  # an estimate with one or two digits may be off by this share
CLOSE = Fraction(1, 200)  # an estimate with more digits, by this
FEW_DIGITS = 2


def last_digit(side: Side, text: str) -> Fraction | None:
    """One unit of the last digit shown, when the side is one literal (perhaps scaled)."""
    rpn = side.rpn
    item = rpn[0]
    scale = 1
    if len(side.numbers) == 2 and len(rpn) == 3 and rpn[2] == "*":  # noqa: PLR2004  # 1.5 million
        word = text[side.numbers[1][0] : side.numbers[1][1]].split(" ", maxsplit=1)[0].lower()
        scale = lexicon.SCALES.get(word, 0)
    elif len(side.numbers) != 1:
        return None
    if isinstance(item, str) or not scale:
        return None
    quantum = Fraction(scale, item[1] if isinstance(item, tuple) else 1)
    return quantum / 100 if "%" in rpn else quantum


def coarse_digit(side: Side, quantum: Fraction) -> Fraction:
    """One unit of the last digit that is no trailing zero: ``400`` may be to the hundred."""
    return quantum * 10 ** _digits(side)[0] if side.bare else quantum


def rounded(left: Fraction, right: Fraction, quantum: Fraction, *, about: bool) -> tuple[Fraction, Fraction] | None:
    """Bounds for ``left - right`` by which ``right`` is ``left`` rounded or cut at ``quantum``.

    None when that is not so, or when whole numbers are shown and no rounding is announced.
    """
    if quantum >= 1 and not about:
        return None
    difference, half = left - right, quantum / 2
    if abs(difference) <= half:
        return -half, half
    if (difference > 0) == (right >= 0):  # cut towards zero
        return (Fraction(0), quantum) if difference > 0 else (-quantum, Fraction(0))
    return None


def explained(claim: Equation, left: Fraction, right: Fraction, quantum: Fraction, *, about: bool) -> bool:
    """Whether rounded operands, or an announced or round result, explain the difference."""
    if _operands_explain(claim, quantum) and not _in_full(claim):
        return True
    difference, size = abs(left - right), abs(right)
    if not claim.right.bare:
        return about and difference <= size * LOOSE
    zeros, significant = _digits(claim.right)
    if about:
        return difference <= size * (LOOSE if significant <= FEW_DIGITS else CLOSE) or difference < quantum * 10**zeros
    return zeros >= 3 and difference <= quantum * 10**zeros / 2  # noqa: PLR2004  # rounded to thousands


def _in_full(claim: Equation) -> bool:
    """Whether a product of decimals shows as many digits as it has: nothing was rounded on the way."""
    if not claim.right.bare or any(item not in ("*", "neg") for item in claim.left.rpn if isinstance(item, str)):
        return False
    places = [_places(item) for item in claim.left.rpn if not isinstance(item, str)]
    shown = _places(claim.right.rpn[0])
    digits = str(abs(claim.right.rpn[0][0])) if isinstance(claim.right.rpn[0], tuple) else ""
    return sum(map(bool, places)) > 1 and sum(places) == shown and len(set(digits[-3:])) > 1


def _places(item: Item) -> int:
    """The decimal places of a literal."""
    return len(str(item[1])) - 1 if isinstance(item, tuple) else 0


def _operands_explain(claim: Equation, quantum: Fraction) -> bool:
    for a in (100, 1) if "%" in claim.left.rpn else (100,):
        try:
            low, high = spread(claim.left.rpn, a)
            bottom, top = spread(claim.right.rpn)
        except ArithmeticError:
            continue
        if (low != high or bottom != top) and low - quantum < top and bottom < high + quantum:
            return True
    return False


def _digits(side: Side) -> tuple[int, int]:
    """Trailing zeros and significant digits of a literal."""
    item = side.rpn[0]
    digits = str(abs(item[0] if isinstance(item, tuple) else int(item))).lstrip("0")
    bare = digits.rstrip("0")
    return len(digits) - len(bare), len(bare)
