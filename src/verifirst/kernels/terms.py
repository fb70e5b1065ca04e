"""Literals, terms, brackets and fractions: the value of one side of an equation."""

from __future__ import annotations

from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import DEPTH, DIGITS, GROUP, At, Kind, Line, Of, Operator, Side
from verifirst.kernels.state import Row, clear_level, clear_side, kill, level, store


def start(row: Row, byte: int) -> None:
    """A side begins in prose, with a digit."""
    begin(row)
    first_digit(row, byte)


def begin(row: Row) -> None:
    """A side begins, with nothing to its left."""
    line = row[At.LINE]
    if line & Line.PENDING:  # 5 feet 3 inches: the claim may go on with this number
        row[At.LINE] = (line & ~Line.PENDING) | Line.UNDECIDED
    clear_side(row)
    row[At.LEFT_SIDE] = 0
    if line & Line.LINKED and line & Line.NUMBERS:
        row[At.SIDE] |= Side.LOOSE | Side.TIED


def first_digit(row: Row, byte: int) -> None:
    """The first digit of a literal."""
    row[At.NUMBER], row[At.SCALE], row[At.COUNT] = byte - 48, 0, 1


def digit(row: Row, byte: int) -> None:
    """One more digit of a literal."""
    if row[At.COUNT] == DIGITS:
        kill(row)
        return
    row[At.NUMBER] = row[At.NUMBER] * 10 + byte - 48
    row[At.COUNT] += 1


def grouped(row: Row, byte: int) -> None:
    """``1,234``: before the first comma stand three digits at most, before another one multiples of three."""
    if row[At.COUNT] > GROUP and row[At.SCALE] == 0:
        kill(row)
        return
    row[At.SCALE] = -1  # grouped
    digit(row, byte)


def decimal(row: Row, byte: int) -> None:
    """One more digit behind the point."""
    row[At.SCALE] = max(row[At.SCALE], 0) + 1
    digit(row, byte)


def literal(row: Row, _byte: int = 0) -> None:
    """The literal is complete: an operand."""
    scale = max(row[At.SCALE], 0)
    row[At.OPERANDS] += 1
    if scale:
        row[At.SIDE] |= Side.DECIMAL
        row[At.FINEST] = max(row[At.FINEST], scale)
        row[At.COARSEST] = min(row[At.COARSEST], scale)
    operand(row, row[At.NUMBER], 10**scale)


def operand(row: Row, n: int, d: int) -> None:
    """Join ``n / d`` to the term at hand."""
    at = level(row)
    operator = row[at + Of.OPERATOR]
    if operator >= Operator.TIMES:
        a, b = row[at + Of.TERM_N], row[at + Of.TERM_D]
        if operator == Operator.OVER:
            if n == 0:
                kill(row)
                return
            n, d = (d, n) if n > 0 else (-d, -n)
        n, d = a * n, b * d
    elif operator == Operator.MINUS:
        n = -n
    store(row, at + Of.TERM_N, n, d)


def add_term(row: Row) -> None:
    """The term at hand is complete."""
    at = level(row)
    a, b, c, d = row[at + Of.SUM_N : at + Of.TERM_D + 1]
    store(row, at + Of.SUM_N, a * d + c * b, b * d)


def plus(row: Row, _byte: int = 0) -> None:
    """A plus sign."""
    additive(row, Operator.PLUS)


def minus(row: Row, _byte: int = 0) -> None:
    """A minus sign between operands."""
    additive(row, Operator.MINUS)


def additive(row: Row, operator: Operator) -> None:
    """The term ends and another begins."""
    add_term(row)
    at = level(row)
    row[at + Of.OPERATOR], row[at + Of.DIVIDED] = operator, 0
    row[At.OPERATORS] += 1
    row[At.SIDE] |= Side.ADDED


def times(row: Row, _byte: int = 0) -> None:
    """A sign of multiplication."""
    multiplicative(row, Operator.TIMES)
    row[At.SIDE] |= Side.MULTIPLIED


def cross(row: Row, byte: int = 0) -> None:
    """``3 x 4``: between dollar signs the x may be an unknown."""
    row[At.LINE] |= Line.CROSS
    if row[At.LINE] & Line.MONEY:
        kill(row)
        return
    times(row, byte)


def money(row: Row, _byte: int = 0) -> None:
    """A currency sign, or a delimiter of mathematics."""
    if row[At.LINE] & (Line.CROSS | Line.SINGLE):
        kill(row)
    row[At.LINE] |= Line.MONEY


def over(row: Row, _byte: int = 0) -> None:
    """A sign of division."""
    multiplicative(row, Operator.OVER)
    row[level(row) + Of.DIVIDED] = 1
    row[At.SIDE] |= Side.DIVIDED


def ratio(row: Row, _byte: int = 0) -> None:
    """``2/5``: a sign of division, or a fraction."""
    over(row)
    row[At.SIDE] |= Side.RATIO


def of(row: Row, _byte: int = 0) -> None:
    """``25% of``: a sign of multiplication."""
    times(row)
    row[At.SIDE] |= Side.OF


def multiplicative(row: Row, operator: Operator) -> None:
    """The term goes on."""
    at = level(row)
    if row[at + Of.DIVIDED]:  # a / b * c, a / b / c
        kill(row)
        return
    row[at + Of.OPERATOR] = operator
    row[At.OPERATORS] += 1


def spaced(row: Row, _byte: int) -> None:
    """A space in front of a side."""
    row[At.SIDE] |= Side.SPACED


def sign(row: Row, _byte: int = 0) -> None:
    """A minus sign before the first operand."""
    row[level(row) + Of.OPERATOR] = Operator.MINUS


def percent(row: Row, _byte: int = 0) -> None:
    """The operand before it was a hundred times too much; a percentage may be of anything, so nothing fails."""
    at = level(row)
    row[At.SIDE] |= Side.LOOSE | Side.PERCENT
    if row[at + Of.OPERATOR] == Operator.OVER:
        store(row, at + Of.TERM_N, row[at + Of.TERM_N] * 100, row[at + Of.TERM_D])
    else:
        store(row, at + Of.TERM_N, row[at + Of.TERM_N], row[at + Of.TERM_D] * 100)


def start_bracket(row: Row, _byte: int = 0) -> None:
    """A side begins in prose, with a bracket."""
    if row[At.LINE] & Line.SINGLE:
        kill(row)
        return
    begin(row)
    enter(row, Kind.BRACKET)


def bracket(row: Row, _byte: int = 0) -> None:
    """An opening bracket."""
    enter(row, Kind.BRACKET)


def enter(row: Row, kind: Kind) -> None:
    """One level more."""
    if row[At.DEPTH] == DEPTH:
        kill(row)
        return
    row[At.DEPTH] += 1
    clear_level(row, kind)
    row[At.SIDE] |= Side.BRACKETS


def close(row: Row, _byte: int = 0) -> None:
    """A closing bracket."""
    at = level(row)
    if not row[At.DEPTH] or row[at + Of.KIND] != Kind.BRACKET:
        kill(row)
        return
    if row[at + Of.OPERATORS] == row[At.OPERATORS]:  # 3 + (7): in accounting, 3 - 7
        row[At.SIDE] |= Side.LOOSE
    leave(row)


def leave(row: Row) -> None:
    """The innermost level is complete: its value is an operand of the one around it."""
    add_term(row)
    at = level(row)
    row[At.DEPTH] -= 1
    if row[At.MODE] != Mode.DEAD:
        operand(row, row[at + Of.SUM_N], row[at + Of.SUM_D])


def start_fraction(row: Row, byte: int) -> None:
    """A side begins in prose, with a fraction."""
    if row[At.LINE] & Line.SINGLE:
        kill(row)
        return
    begin(row)
    fraction(row, byte)


def fraction(row: Row, _byte: int = 0) -> None:
    """A fraction command."""
    row[At.SIDE] |= Side.LOOSE


def top(row: Row, _byte: int = 0) -> None:
    """The brace of a numerator."""
    enter(row, Kind.NUMERATOR)


def end(row: Row, _byte: int = 0) -> None:
    """A closing brace, of a numerator or of a denominator."""
    at = level(row)
    if not row[At.DEPTH] or row[at + Of.KIND] == Kind.BRACKET:
        kill(row)
        return
    add_term(row)
    if row[At.MODE] == Mode.DEAD:
        return
    n, d = row[at + Of.SUM_N], row[at + Of.SUM_D]
    if row[at + Of.KIND] == Kind.NUMERATOR:
        row[at + Of.TOP_N], row[at + Of.TOP_D] = n, d
        row[At.MODE] = Mode.BOTTOM
        return
    if n == 0:
        kill(row)
        return
    store(row, at + Of.SUM_N, row[at + Of.TOP_N] * d * (1 if n > 0 else -1), row[at + Of.TOP_D] * abs(n))
    row[At.DEPTH] -= 1
    if row[At.MODE] != Mode.DEAD:
        operand(row, row[at + Of.SUM_N], row[at + Of.SUM_D])


def bottom(row: Row, _byte: int = 0) -> None:
    """The brace of a denominator."""
    at = level(row)
    n, d = row[at + Of.TOP_N], row[at + Of.TOP_D]
    clear_level(row, Kind.DENOMINATOR)
    row[at + Of.TOP_N], row[at + Of.TOP_D] = n, d
