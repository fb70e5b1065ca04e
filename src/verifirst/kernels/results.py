"""What a mask demands of the side being written: a result that is exactly right.

A *demand* is read off the state, so that it needs no memory of its own. Behind an equals sign the side
must come to the value on the left, behind ``<`` or ``>`` to one that the sign allows:

- behind one operator (``62 / 20 =``, ``25% of $90 =``) or in a chain (``= 3.1 =``), as one number;
- behind more, as any expression that has that value (``2 * (3 + 4) = 2 * 7``);
- behind ``<`` and ``>``, beginning with a number for which the comparison holds.

A demanded number is written in full: it may have zeros at its end, and commas and a currency sign. A
value that no decimal of up to ``PLACES`` digits spells is correctly rounded to ``CENTS`` digits or more, or a
fraction in lowest terms. A share below 1 may be a percentage.
"""

from __future__ import annotations

from verifirst.kernels.equations import ORDER
from verifirst.kernels.grammar import Mode
from verifirst.kernels.layout import DIGITS, GROUP, At, Line, Of, Operator, Side
from verifirst.kernels.state import Row
from verifirst.kernels.terms import add_term, literal

PLACES = 6
"""Digits behind the point of a result that must be exact."""
CENTS = 2
"""Digits behind the point that a rounded result has at least."""
LITERAL = frozenset(
    (Mode.WHOLE, Mode.COMMA, Mode.GROUP1, Mode.GROUP2, Mode.GROUP3, Mode.POINT, Mode.DECIMALS, Mode.SPOT)
)
"""Modes within a literal."""
WHOLE = frozenset((Mode.WHOLE, Mode.COMMA, Mode.GROUP1, Mode.GROUP2, Mode.GROUP3))
"""Those in front of its point."""
PARTIAL = frozenset((Mode.GROUP1, Mode.GROUP2))
"""Those in which it may not end."""
OPEN = frozenset((Mode.BEGINNING, Mode.PRICED, Mode.SIGNED, Mode.OWED))
"""Modes in front of one."""
BEHIND = frozenset((Mode.TOUCHING, Mode.AFTER))
"""Modes behind an operand."""
CLOSED = frozenset((Mode.SPOT, Mode.STOP, Mode.BREAK))
"""Modes out of which a side can only end."""
ENDS = (LITERAL - PARTIAL) | BEHIND | {Mode.STOP, Mode.BREAK, Mode.SIGN_X}
"""Modes in which a side may end."""
_MISSING = {Mode.COMMA: GROUP, Mode.GROUP1: 2, Mode.GROUP2: 1, Mode.GROUP3: 0}
_HUNDRED = 100


def demanded(row: Row) -> bool:
    """Whether the side being written must have a certain value."""
    left, line = row[At.LEFT_SIDE], row[At.LINE]
    if not left & Side.EXISTS or line & (Line.DOUBT | Line.DEAD):
        return False
    whose = left & Side.OF and row[At.LEFT_OPERATORS] == 1 and not left & (Side.TIED | Side.BRACKETS)
    if left & Side.LOOSE and not whose:
        return False
    if left & ORDER:
        return not line & Line.UNITS
    if row[At.LEFT_OPERATORS] > 1:
        return True
    if row[At.LEFT_OPERATORS] == 0 and line & Line.UNITS:  # 120 = 2 hours
        return False
    share = left & Side.RATIO and 0 < row[At.LEFT_N] < row[At.LEFT_D]  # 2/5 = 12 hectares
    return not share and width(row[At.LEFT_N], row[At.LEFT_D]) <= DIGITS


def places(d: int) -> int:
    """Digits behind the point of a fraction with the denominator ``d``; one more than ``PLACES`` if too many."""
    found = 0
    while found <= PLACES and 10**found % d:
        found += 1
    return found


def width(n: int, d: int) -> int:
    """Digits of the decimal that ``n / d`` must be written with."""
    behind = places(d)
    return digits_of(abs(n) // d) + (CENTS if behind > PLACES else behind)


def digits_of(whole: int) -> int:
    """Digits of a whole number that is not negative."""
    count = 1
    while whole >= 10:  # noqa: PLR2004
        whole //= 10
        count += 1
    return count


def single(row: Row) -> bool:
    """Whether the value must be one number."""
    return row[At.LEFT_OPERATORS] <= 1 or bool(row[At.LEFT_SIDE] & ORDER)


def negative(row: Row) -> bool:
    """Whether the first literal has a sign."""
    return row[At.LEVELS + Of.OPERATOR] == Operator.MINUS


def value(row: Row) -> tuple[int, int]:
    """What the side has come to, if it ends here: ``n, d``; ``d`` is 0 where that is too wide."""
    side = list(row)
    if row[At.MODE] in LITERAL:
        literal(side)
    add_term(side)
    if side[At.MODE] == Mode.DEAD:
        return 0, 0
    return side[At.LEVELS + Of.SUM_N], side[At.LEVELS + Of.SUM_D]


def holds(row: Row, n: int, d: int) -> bool:
    """Whether the relation to the left side holds for ``n / d``."""
    left = row[At.LEFT_SIDE]
    before, behind = row[At.LEFT_N] * d, n * row[At.LEFT_D]
    if left & ORDER:
        ordered = before < behind if left & Side.LESS else before > behind
        return ordered or (bool(left & Side.OR_EQUAL) and before == behind)
    return bool(before == behind)


def complete(row: Row) -> bool:
    """Whether the side may end here."""
    if row[At.DEPTH] or row[At.MODE] not in ENDS:
        return False
    n, d = value(row)
    if d and holds(row, n, d):
        return True
    if not d or row[At.LEFT_SIDE] & ORDER or row[At.OPERATORS]:
        return False
    if row[At.SIDE] & Side.PERCENT:  # (5 / 20) * 100 = 25%
        return row[At.LEFT_D] == 1 and n * _HUNDRED == row[At.LEFT_N] * d
    return row[At.SIDE] & Side.BRACKETS == 0 and rounded(row)


def endless(row: Row) -> bool:
    """Whether no decimal spells the value on the left."""
    return places(row[At.LEFT_D]) > PLACES


def rounded(row: Row) -> bool:
    """Whether the literal is the value on the left, which no decimal spells, correctly rounded."""
    scale, n, d = max(row[At.SCALE], 0), abs(row[At.LEFT_N]), row[At.LEFT_D]
    if not endless(row) or scale < CENTS or negative(row) != (row[At.LEFT_N] < 0):
        return False
    exact = n * 10**scale
    near = 2 * abs(row[At.NUMBER] * d - exact) <= d
    return near or (row[At.COUNT] == DIGITS and row[At.NUMBER] == exact // d)


def numerator(row: Row) -> bool:
    """Whether the value on the left may be written as a fraction."""
    left = row[At.LEFT_SIDE]
    chain = row[At.LEFT_OPERATORS] == 0 or left & Side.RATIO
    fits = digits_of(abs(row[At.LEFT_N])) <= DIGITS and digits_of(row[At.LEFT_D]) <= DIGITS
    return not left & ORDER and row[At.LEFT_D] > 1 and fits and (bool(chain) or endless(row))


def hundredfold(row: Row) -> bool:
    """Whether the value on the left may be written as a percentage."""
    n, d, left = row[At.LEFT_N], row[At.LEFT_D], row[At.LEFT_SIDE]
    share = row[At.LEFT_OPERATORS] == 0 or (left & Side.DIVIDED and n < d)
    return not left & ORDER and bool(share) and n > 0 and places(d) <= PLACES and width(n * _HUNDRED, d) <= DIGITS


def becomes(row: Row) -> bool:
    """Whether the first literal of a side, which is being written, can become what is demanded."""
    if row[At.LEFT_SIDE] & ORDER:
        return reaches(row)
    n, d = row[At.LEFT_N], row[At.LEFT_D]
    if negative(row) != (n < 0):
        return False
    n = abs(n)
    if spells(row, n, d) or rounded(row):
        return True
    begun = row[At.MODE] not in (Mode.COMMA, Mode.SPOT)  # more must follow: a sign
    share = begun and hundredfold(row) and spells(row, n * _HUNDRED, d)
    return share or (row[At.MODE] == Mode.WHOLE and numerator(row) and spells(row, n, 1))


def spells(row: Row, n: int, d: int) -> bool:
    """Whether the literal is ``n / d`` in digits, or its beginning; ``n / d`` is not negative."""
    mode, count, number = row[At.MODE], row[At.COUNT], row[At.NUMBER]
    whole, behind = n // d, places(d)
    if mode in WHOLE:
        rest = digits_of(whole) - count
        same = rest >= 0 and whole // 10 ** max(rest, 0) == number
        ends = mode == Mode.WHOLE or (mode == Mode.COMMA and rest == 0 and behind == 0)
        return same and (ends or groups(row, Mode(mode), rest))
    if mode == Mode.POINT:
        return number == whole
    scale = max(row[At.SCALE], 0)
    more = behind <= PLACES or count < DIGITS
    begun = mode == Mode.DECIMALS and more and number == n * 10**scale // d
    return bool(begun or number * d == n * 10**scale)


def groups(row: Row, mode: Mode, rest: int) -> bool:
    """Whether the ``rest`` digits to come make whole groups behind commas."""
    missing = _MISSING[mode]
    first = row[At.SCALE] < 0 or row[At.COUNT] <= GROUP
    return first and rest >= missing and (rest - missing) % GROUP == 0


def reaches(row: Row) -> bool:
    """Whether the literal can still become one for which a comparison holds."""
    grows = bool(row[At.LEFT_SIDE] & Side.LESS) != negative(row)
    number, scale = most(row) if grows else least(row)
    return scale >= 0 and holds(row, -number if negative(row) else number, 10**scale)


def least(row: Row) -> tuple[int, int]:
    """The least that the literal can become: digits, and how many of them behind the point."""
    scale = max(row[At.SCALE], 0)
    zeros = _MISSING[Mode(row[At.MODE])] if row[At.MODE] in PARTIAL else 0
    return (row[At.NUMBER] * 10**zeros, scale) if row[At.COUNT] + zeros <= DIGITS else (0, -1)


def most(row: Row) -> tuple[int, int]:
    """The most that it can become; a scale below 0 where it cannot end."""
    mode, scale, room = row[At.MODE], max(row[At.SCALE], 0), DIGITS - row[At.COUNT]
    if mode == Mode.SPOT:
        return row[At.NUMBER], scale
    if mode in WHOLE and mode != Mode.WHOLE:
        missing = _MISSING[Mode(mode)]
        if missing > room and mode in PARTIAL:
            return 0, -1
        first = row[At.SCALE] < 0 or row[At.COUNT] <= GROUP
        room = missing + (room - missing) // GROUP * GROUP if first and room >= missing else 0
    number = (row[At.NUMBER] + 1) * 10**room - 1
    return number, scale if mode in WHOLE else scale + room
