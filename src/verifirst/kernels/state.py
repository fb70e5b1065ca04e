"""A row of registers: what every action reads and writes."""

from __future__ import annotations

from math import gcd

from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import DIGITS, LEVEL, LIMIT, WIDTH, At, Kind, Line, Operator

Row = list[int]


def fresh() -> Row:
    """The state before any text."""
    row = [0] * WIDTH
    clear_side(row)
    row[At.LEFT_D] = 1
    return row


def kill(row: Row, _byte: int = 0) -> None:
    """Nothing is decided on this line any more."""
    row[At.LINE] |= Line.DEAD
    row[At.MODE] = Mode.DEAD


def level(row: Row) -> int:
    """Where the registers of the innermost level begin."""
    return At.LEVELS + LEVEL * row[At.DEPTH]


def store(row: Row, at: int, n: int, d: int) -> None:
    """Put a value into two registers, in lowest terms; what is too wide kills the line."""
    divisor = gcd(n, d)
    n, d = n // divisor, d // divisor
    if abs(n) >= LIMIT or d >= LIMIT:
        kill(row)
        return
    row[at], row[at + 1] = n, d


def clear_level(row: Row, kind: Kind) -> None:
    """An empty level, opened by ``kind``."""
    at = level(row)
    row[at : at + LEVEL] = 0, 1, 0, 1, Operator.PLUS, kind, 0, 1, row[At.OPERATORS], 0


def clear_side(row: Row) -> None:
    """No side begun."""
    row[At.DEPTH] = row[At.SIDE] = row[At.OPERATORS] = row[At.OPERANDS] = row[At.FINEST] = 0
    row[At.COARSEST] = DIGITS + 1
    clear_level(row, Kind.BRACKET)
