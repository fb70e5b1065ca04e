"""Whether text may be written next: byte by byte, a side may go on while it can be right, and end when it is."""

from __future__ import annotations

from verifirst.kernels.alphabet import START, TABLE, Symbol
from verifirst.kernels.equations import ORDER
from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import DIGITS, GROUP, At, Line, Of, Operator, Side
from verifirst.kernels.reference import advance
from verifirst.kernels.results import (
    BEHIND,
    CLOSED,
    LITERAL,
    OPEN,
    becomes,
    complete,
    demanded,
    hundredfold,
    numerator,
    single,
    spells,
    value,
)
from verifirst.kernels.state import Row, level

FAILED = Line.PENDING | Line.REFUTED
_SPACE = ord(" ")
SHARE = frozenset((Mode.WHOLE, Mode.GROUP3, Mode.DECIMALS, Mode.TOUCHING))
"""Modes in front of a percent sign."""
DIGIT = b"0123456789"
PAUSES = b".,;:\n"
MOST: int = 10**DIGITS - 1
LIKE = 10
"""Numbers that are compared, one with commas, are seldom further apart than this."""


def begins(wanted: frozenset[Symbol]) -> frozenset[int]:
    """States of the alphabet inside a character or command that may still be one of ``wanted``."""
    found: set[int] = set()
    while True:
        more = {
            state
            for state, row in enumerate(TABLE)
            if state != START and any(symbol in wanted or (to in found and not again) for symbol, to, again in row)
        }
        if more == found:
            return frozenset(found)
        found = more


MONEY = begins(frozenset((Symbol.MONEY,)))
MINUS = begins(frozenset((Symbol.MINUS,)))
FOLLOWED = BEHIND | {Mode.WHOLE, Mode.GROUP3, Mode.DECIMALS}
"""Modes in which an operator may follow."""
PERCENT = begins(frozenset((Symbol.PERCENT,)))
FRACTIONS = begins(frozenset((Symbol.FRACTION,)))
OPERATORS = begins(frozenset((Symbol.MINUS, Symbol.TIMES, Symbol.OVER)))


def allowed(row: Row, text: bytes) -> bool:
    """Whether ``text`` may be written next; ``row`` stays as it is."""
    for byte in text:
        further = written(row, byte, due=demanded(row))
        if further is None:
            return False
        row = further
    return True


def written(row: Row, byte: int, *, due: bool) -> Row | None:
    """The state behind one more byte, None where it may not be written; ``due``: what ``demanded`` says of ``row``."""
    further = list(row)
    advance(further, bytes((byte,)))
    if failures(further) > failures(row) or (due and not follows(row, further, byte)):
        return None
    return further


def failures(row: Row) -> int:
    """How many lines were refuted, the one at hand included."""
    return row[At.REFUTED] + bool(row[At.LINE] & FAILED)


def follows(before: Row, row: Row, byte: int) -> bool:
    """Whether the side that has a demand, ``before``, may go on or end with ``byte``."""
    related = row[At.MODE] == Mode.BEGINNING and before[At.MODE] != Mode.BEGINNING and not row[At.DEPTH]
    if related or not row[At.LEFT_SIDE] & Side.EXISTS or row[At.LINE] & Line.DEAD:
        return finished(before, byte)
    if before[At.MODE] == Mode.BEGINNING and byte == _SPACE and before[At.SIDE] & Side.SPACED:  # one is enough
        return False
    return alone(before, row) if single(row) else among(row)


def finished(before: Row, byte: int) -> bool:
    """Whether the side may end with ``byte``, or give way to what is not read."""
    if before[At.MODE] == Mode.BEGINNING and not before[At.DEPTH]:  # 5 < x
        return bool(before[At.LEFT_SIDE] & ORDER) and not before[At.OPERATORS] and byte not in PAUSES
    if single(before) and before[At.MODE] == Mode.OPERAND and before[At.OPERATORS] == 1:  # $15/day
        return not fraction(before)
    return byte not in DIGIT and complete(before)


def alone(before: Row, row: Row) -> bool:
    """Whether the side, which must be one number, can still be the right one."""
    if row[At.DEPTH] or row[At.SIDE] & Side.BRACKETS:
        return False
    if row[At.OPERATORS]:
        return joined(before, row)
    mode, inside = row[At.MODE], row[At.LEXER]
    if inside != START and mode == Mode.BEGINNING:
        return opens(row, inside)
    if inside != START:
        return complete(row) or (inside in PERCENT and share(row))
    return opened(row) if mode in OPEN else begun(row)


def opened(row: Row) -> bool:
    """Whether the right number can follow."""
    mode, left = row[At.MODE], row[At.LEFT_SIDE]
    if mode == Mode.PRICED:
        return roomy(row) if left & ORDER else row[At.LEFT_N] >= 0
    return mode == Mode.BEGINNING or row[At.LEFT_N] < 0 or bool(left & Side.MORE)


def begun(row: Row) -> bool:
    """Whether the number can still be the right one."""
    mode = row[At.MODE]
    if mode in LITERAL:
        return becomes(row) and (mode != Mode.COMMA or not row[At.LEFT_SIDE] & ORDER or alike(row) or complete(row))
    return complete(row) or (mode in BEHIND and (share(row) or upper(row)))


def opens(row: Row, inside: int) -> bool:
    """Whether a side can begin with what the alphabet is inside of."""
    if row[At.LEFT_SIDE] & ORDER:
        return True
    algebra = row[At.LINE] & (Line.CROSS | Line.SINGLE)
    return inside in MINUS if row[At.LEFT_N] < 0 else inside in MONEY and not algebra


def roomy(row: Row) -> bool:
    """Whether a comparison holds for some number without a sign."""
    n, d = row[At.LEFT_N], row[At.LEFT_D]
    if row[At.LEFT_SIDE] & Side.LESS:
        return n < MOST * d
    return n > 0 or (n == 0 and bool(row[At.LEFT_SIDE] & Side.OR_EQUAL))


def alike(row: Row) -> bool:
    """Whether a comma may group digits: else a number that is too small as it stands ends there, by all likelihood."""
    number: int = row[At.NUMBER] * 10**GROUP
    return number <= MOST and number * row[At.LEFT_D] <= LIKE * abs(row[At.LEFT_N])


def share(row: Row) -> bool:
    """Whether the number is a percentage that lacks its sign; no space stands in front of one."""
    if row[At.MODE] not in SHARE or not hundredfold(row) or row[At.SIDE] & Side.PERCENT:
        return False
    n, d = value(row)
    return d > 0 and n * row[At.LEFT_D] == row[At.LEFT_N] * 100 * d


def upper(row: Row) -> bool:
    """Whether the number is the numerator of a fraction."""
    n, d = value(row)
    return numerator(row) and (n, d) == (row[At.LEFT_N], 1)


def fraction(row: Row) -> bool:
    """Whether the side is a numerator and a sign of division."""
    at = level(row)
    over = row[at + Of.OPERATOR] == Operator.OVER and row[At.OPERATORS] == 1
    return over and numerator(row) and row[at + Of.TERM_N] == row[At.LEFT_N] and row[at + Of.TERM_D] == 1


def joined(before: Row, row: Row) -> bool:
    """Whether an operator, and what follows it, may stand behind a number that should be alone."""
    mode, inside = row[At.MODE], row[At.LEXER]
    if row[At.LEFT_SIDE] & ORDER:
        return among(row)
    if fraction(row):
        if inside != START:
            return complete(row)
        return mode == Mode.OPERAND or (mode in LITERAL and spells(row, row[At.LEFT_D], 1))
    if before[At.MODE] == Mode.OPERAND or mode != Mode.OPERAND:
        return mode == Mode.OPERAND or complete(row)
    return before[At.MODE] != Mode.AFTER and complete(before)


def among(row: Row) -> bool:
    """Whether a side that may have more numbers can still be the right one: it can go on, or may end."""
    mode, inside = row[At.MODE], row[At.LEXER]
    if mode in LITERAL | BEHIND and not value(row)[1]:  # too wide to be judged
        return False
    if inside != START:
        return goes_on(row, inside) or complete(row)
    if mode in CLOSED:
        return complete(row)
    if mode == Mode.SIGN_X:
        return not (row[At.LINE] & Line.MONEY or row[level(row) + Of.DIVIDED]) or complete(row)
    if mode == Mode.COMMA:
        first = row[At.SCALE] < 0 or row[At.COUNT] <= GROUP
        return (first and row[At.COUNT] + GROUP <= DIGITS and not row[At.OPERATORS]) or complete(row)
    return mode != Mode.POINT or row[At.COUNT] < DIGITS or complete(row)


def goes_on(row: Row, inside: int) -> bool:
    """Whether what the alphabet is inside of can be an operator, or begin an operand, where one may stand."""
    mode = row[At.MODE]
    if mode in FOLLOWED:
        return inside in (MINUS if row[level(row) + Of.DIVIDED] else OPERATORS)
    if mode == Mode.BEGINNING:
        return inside in FRACTIONS or inside in MINUS
    return mode == Mode.OPERAND and inside in FRACTIONS
