"""Equations: two sides compared, and what excuses a difference."""

from __future__ import annotations

from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import LIMIT, At, Line, Of, Side
from verifirst.kernels.state import Row, clear_side, kill, level
from verifirst.kernels.terms import add_term, begin

ROUND = 1000
"""A result with three zeros at its end may be rounded to thousands."""
ORDER = Side.LESS | Side.MORE
"""Flags of a left side that is compared."""
PLACES = 3
"""Decimals of an operand that count in full; further ones would not fit into 64 bits beside a wide value."""


def label(row: Row, _byte: int = 0) -> None:
    """``Total = ...``: words stand left of the sign."""
    if not row[At.LINE] & Line.WORDS or row[At.LINE] & (Line.NUMBERS | Line.PENDING | Line.UNDECIDED):
        kill(row)
        return
    begin(row)


def equals(row: Row, _byte: int = 0) -> None:
    """One side ends and another begins."""
    relate(row, 0)


def less(row: Row, _byte: int = 0) -> None:
    """``3 <``: no verdict comes of it."""
    relate(row, Side.LESS)


def more(row: Row, _byte: int = 0) -> None:
    """``3 >``: no verdict comes of it."""
    relate(row, Side.MORE)


def or_equal(row: Row, _byte: int = 0) -> None:
    """``3 <=``: the sign goes on."""
    if not row[At.LEFT_SIDE] & ORDER or row[At.LEFT_SIDE] & Side.OR_EQUAL or row[At.SIDE] & Side.SPACED:
        kill(row)
        return
    row[At.LEFT_SIDE] |= Side.OR_EQUAL


def relate(row: Row, order: int) -> None:
    """One side ends and another begins; ``order``: it is compared, LESS or MORE, rather than equated."""
    complete(row)
    if row[At.MODE] == Mode.DEAD:
        return
    linked = row[At.LEFT_SIDE] & Side.EXISTS
    if not (linked or order or row[At.OPERATORS]):  # Week 1 = ...: a name, perhaps
        kill(row)
        return
    if linked:
        compare(row)
    at = level(row)
    row[At.LEFT_N], row[At.LEFT_D] = row[at + Of.SUM_N], row[at + Of.SUM_D]
    row[At.LEFT_SIDE] = row[At.SIDE] | Side.EXISTS | order
    row[At.LINE] |= Line.UNDECIDED | Line.COMPARED if order else 0
    row[At.LEFT_OPERATORS], row[At.LEFT_OPERANDS] = row[At.OPERATORS], row[At.OPERANDS]
    row[At.LEFT_COARSEST] = row[At.COARSEST]
    clear_side(row)


def complete(row: Row) -> None:
    """The sum of the side; it may have no open bracket."""
    if row[At.DEPTH]:
        kill(row)
        return
    add_term(row)


def end_expression(row: Row) -> None:
    """What stands there is a claim, where something stands to its left."""
    complete(row)
    if row[At.MODE] == Mode.DEAD:
        return
    if row[At.LEFT_SIDE] & Side.EXISTS:
        compare(row)
    row[At.LEFT_SIDE] = 0
    row[At.LINE] |= Line.NUMBERS
    clear_side(row)


def compare(row: Row) -> None:
    """Judge ``left = side``."""
    at = level(row)
    n, d = row[at + Of.SUM_N], row[at + Of.SUM_D]
    a, b = row[At.LEFT_N], row[At.LEFT_D]
    alone = not (row[At.LEFT_OPERATORS] or row[At.LEFT_SIDE] & Side.BRACKETS)
    if row[At.LEFT_SIDE] & ORDER:
        return
    if alone:  # 12 = 1: of different units, perhaps
        row[At.LINE] |= Line.UNDECIDED
    elif a == n and b == d:
        row[At.LINE] |= Line.VERIFIED
    elif fails(row, a, b, n, d):
        row[At.LINE] |= Line.PENDING | (Line.SUMS if row[At.LEFT_SIDE] & Side.ADDED else 0)
    else:
        row[At.LINE] |= Line.UNDECIDED


def fails(row: Row, a: int, b: int, n: int, d: int) -> bool:
    """Whether nothing explains that ``a / b`` is not ``n / d``: no other reading, no unit, no rounding."""
    side, left = row[At.SIDE], row[At.LEFT_SIDE]
    literal = row[At.LEFT_OPERATORS] and not (row[At.OPERATORS] or side & Side.BRACKETS)
    loose = (side | left) & Side.LOOSE or (row[At.NUMBER] and row[At.NUMBER] % ROUND == 0)
    share = left & Side.DIVIDED and 0 < a < b  # 2/5 = 12 hectares
    p, q = a * d, n * b
    if not literal or loose or share or converts(p, q) or b * d >= LIMIT:
        return False
    return not rounded(row, abs(p - q), b * d)


def converts(p: int, q: int) -> bool:
    """Whether a whole factor lies between the sides: of different units, perhaps."""
    return p == 0 or q == 0 or p % q == 0 or q % p == 0


def rounded(row: Row, gap: int, over: int) -> bool:
    """Whether digits that are not shown may explain a difference of ``gap / over``; ``over < LIMIT``."""
    side, left = row[At.SIDE], row[At.LEFT_SIDE]
    if left & Side.DIVIDED:
        return bool((left | side) & Side.DECIMAL) or row[At.LEFT_OPERATORS] > 1 or gap < over
    if side & Side.DECIMAL and gap < over and 2 * gap * 10 ** row[At.FINEST] < 3 * over:
        return True
    if not left & Side.DECIMAL:
        return False
    slack = (row[At.LEFT_OPERANDS] + 3) * over
    return bool(left & Side.MULTIPLIED) or (gap <= slack and gap * 10 ** min(row[At.LEFT_COARSEST], PLACES) <= slack)
