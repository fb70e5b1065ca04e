"""``kernels.results`` on a device: what a mask demands of the side being written."""

from collections.abc import Collection

import triton
import triton.language as tl

from verifirst.kernels import grammar, layout, results
from verifirst.kernels.device.equations import ORDER
from verifirst.kernels.device.registers import get, has
from verifirst.kernels.device.terms import add_term, literal, power_of_ten


def bits(states: Collection[int]) -> int:
    """A set of modes, or of states of the alphabet, as one integer; both count below 63."""
    return sum(1 << state for state in states)


LITERAL = tl.constexpr(bits(results.LITERAL))
WHOLE = tl.constexpr(bits(results.WHOLE))
PARTIAL = tl.constexpr(bits(results.PARTIAL))
ENDS = tl.constexpr(bits(results.ENDS))
SIGNLESS = tl.constexpr(bits((grammar.Mode.COMMA, grammar.Mode.SPOT)))
EXCUSED = tl.constexpr(int(layout.Line.DOUBT | layout.Line.DEAD))
STRANGE = tl.constexpr(int(layout.Side.TIED | layout.Side.BRACKETS))
PLACES, CENTS = tl.constexpr(results.PLACES), tl.constexpr(results.CENTS)
TEN, HUNDRED = tl.constexpr(10), tl.constexpr(100)


@triton.jit
def one_of(state, states):
    """Whether ``state`` is in a set made by ``bits``."""
    lone = tl.full([], 1, tl.int64) << state
    return (lone & states) != 0


@triton.jit
def within(modes, s):
    """Whether the mode is one of ``modes``."""
    return one_of(get(s, layout.At.MODE), modes)


@triton.jit
def places(d):
    """Digits behind the point of a fraction with the denominator ``d``; one more than ``PLACES`` if too many."""
    found = tl.full([], 0, tl.int64)
    power = tl.full([], 1, tl.int64)
    while (found <= PLACES) & (power % d != 0):
        power = power * TEN
        found += 1
    return found


@triton.jit
def digits_of(whole):
    """Digits of a whole number that is not negative."""
    count = tl.full([], 1, tl.int64)
    while whole >= TEN:
        whole = whole // TEN
        count += 1
    return count


@triton.jit
def width(n, d, behind):
    """Digits of the decimal that ``n / d`` must be written with; ``behind``: its places."""
    return digits_of(tl.abs(n) // d) + tl.where(behind > PLACES, CENTS, behind)


@triton.jit
def demanded(s):
    """Whether the side being written must have a certain value."""
    left = get(s, layout.At.LEFT_SIDE)
    line = get(s, layout.At.LINE)
    n = get(s, layout.At.LEFT_N)
    d = get(s, layout.At.LEFT_D)
    operators = get(s, layout.At.LEFT_OPERATORS)
    whose = ((left & layout.Side.OF) != 0) & (operators == 1) & ((left & STRANGE) == 0)
    known = ((left & layout.Side.EXISTS) != 0) & ((line & EXCUSED) == 0)
    known = known & (((left & layout.Side.LOOSE) == 0) | whose)
    plain = (line & layout.Line.UNITS) == 0
    share = ((left & layout.Side.RATIO) != 0) & (n > 0) & (n < d)
    found = known & plain
    if known & ((left & ORDER) == 0):
        alone = ((operators > 0) | plain) & ~share & (width(n, d, places(d)) <= layout.DIGITS)
        found = (operators > 1) | alone
    return found


@triton.jit
def single(s):
    """Whether the value must be one number."""
    return (get(s, layout.At.LEFT_OPERATORS) <= 1) | has(s, layout.At.LEFT_SIDE, ORDER)


@triton.jit
def negative(s):
    """Whether the first literal has a sign."""
    return get(s, layout.At.LEVELS + layout.Of.OPERATOR) == layout.Operator.MINUS


@triton.jit
def settled(s):
    """The state with the side added up, as if it ended here."""
    if within(LITERAL, s):
        s = literal(s)
    return add_term(s)


@triton.jit
def holds(s, n, d):
    """Whether the relation to the left side holds for ``n / d``."""
    left = get(s, layout.At.LEFT_SIDE)
    before = get(s, layout.At.LEFT_N) * d
    behind = n * get(s, layout.At.LEFT_D)
    less = (left & layout.Side.LESS) != 0
    ordered = (less & (before < behind)) | (~less & (before > behind))
    ordered = ordered | (((left & layout.Side.OR_EQUAL) != 0) & (before == behind))
    return tl.where((left & ORDER) != 0, ordered, before == behind)


@triton.jit
def complete(s, n, d, wide, behind):
    """Whether the side, which has come to ``n / d`` unless that is too ``wide``, may end here."""
    side = get(s, layout.At.SIDE)
    left_n = get(s, layout.At.LEFT_N)
    left_d = get(s, layout.At.LEFT_D)
    hundred = (left_d == 1) & (n * HUNDRED == left_n * d)
    bare = ((side & layout.Side.BRACKETS) == 0) & rounded(s, behind)
    other = tl.where((side & layout.Side.PERCENT) != 0, hundred, bare)
    other = other & ~has(s, layout.At.LEFT_SIDE, ORDER) & (get(s, layout.At.OPERATORS) == 0)
    return (get(s, layout.At.DEPTH) == 0) & within(ENDS, s) & ~wide & (holds(s, n, d) | other)


@triton.jit
def rounded(s, behind):
    """Whether the literal is the value on the left, which no decimal spells, correctly rounded."""
    scale = tl.maximum(get(s, layout.At.SCALE), 0)
    n = get(s, layout.At.LEFT_N)
    d = get(s, layout.At.LEFT_D)
    number = get(s, layout.At.NUMBER)
    good = (behind > PLACES) & (scale >= CENTS) & (negative(s) == (n < 0))
    exact = tl.abs(n) * power_of_ten(scale)
    near = 2 * tl.abs(number * d - exact) <= d
    return good & (near | ((get(s, layout.At.COUNT) == layout.DIGITS) & (number == exact // d)))


@triton.jit
def numerator(s, behind):
    """Whether the value on the left may be written as a fraction."""
    left = get(s, layout.At.LEFT_SIDE)
    n = get(s, layout.At.LEFT_N)
    d = get(s, layout.At.LEFT_D)
    chain = (get(s, layout.At.LEFT_OPERATORS) == 0) | ((left & layout.Side.RATIO) != 0)
    fits = (digits_of(tl.abs(n)) <= layout.DIGITS) & (digits_of(d) <= layout.DIGITS)
    return ((left & ORDER) == 0) & (d > 1) & fits & (chain | (behind > PLACES))


@triton.jit
def hundredfold(s, behind):
    """Whether the value on the left may be written as a percentage."""
    left = get(s, layout.At.LEFT_SIDE)
    n = get(s, layout.At.LEFT_N)
    d = get(s, layout.At.LEFT_D)
    share = (get(s, layout.At.LEFT_OPERATORS) == 0) | (((left & layout.Side.DIVIDED) != 0) & (n < d))
    good = ((left & ORDER) == 0) & share & (n > 0) & (behind <= PLACES)
    return good & (width(n * HUNDRED, d, behind) <= layout.DIGITS)


@triton.jit
def becomes(s, behind):
    """Whether the first literal of a side, which is being written, can become what is demanded."""
    found = has(s, layout.At.LEFT_SIDE, ORDER)
    if found:
        found = reaches(s)
    else:
        n = get(s, layout.At.LEFT_N)
        d = get(s, layout.At.LEFT_D)
        size = tl.abs(n)
        found = (spells(s, size, d) & (negative(s) == (n < 0))) | rounded(s, behind)
        if (negative(s) == (n < 0)) & ~within(SIGNLESS, s):
            if hundredfold(s, behind):
                found = found | spells(s, size * HUNDRED, d)
            if (get(s, layout.At.MODE) == grammar.Mode.WHOLE) & numerator(s, behind):
                found = found | spells(s, size, tl.full([], 1, tl.int64))
    return found


@triton.jit
def missing_of(mode):
    """Digits that the group begun behind a comma lacks."""
    missing = tl.where(mode == grammar.Mode.COMMA, layout.GROUP, 0)
    return tl.where(mode == grammar.Mode.GROUP1, 2, tl.where(mode == grammar.Mode.GROUP2, 1, missing))


@triton.jit
def first_group(s):
    """Whether a comma may stand in the literal."""
    return (get(s, layout.At.SCALE) < 0) | (get(s, layout.At.COUNT) <= layout.GROUP)


@triton.jit
def spells(s, n, d):
    """Whether the literal is ``n / d`` in digits, or its beginning; ``n / d`` is not negative."""
    mode = get(s, layout.At.MODE)
    count = get(s, layout.At.COUNT)
    number = get(s, layout.At.NUMBER)
    whole = n // d
    behind = places(d)
    rest = digits_of(whole) - count
    same = (rest >= 0) & (whole // power_of_ten(tl.maximum(rest, 0)) == number)
    ends = (mode == grammar.Mode.WHOLE) | ((mode == grammar.Mode.COMMA) & (rest == 0) & (behind == 0))
    missing = missing_of(mode)
    groups = first_group(s) & (rest >= missing) & ((rest - missing) % layout.GROUP == 0)
    exact = n * power_of_ten(tl.maximum(get(s, layout.At.SCALE), 0))
    more = (mode == grammar.Mode.DECIMALS) & ((behind <= PLACES) | (count < layout.DIGITS))
    decimals = (more & (number == exact // d)) | (number * d == exact)
    decimals = tl.where(mode == grammar.Mode.POINT, number == whole, decimals)
    return tl.where(within(WHOLE, s), same & (ends | groups), decimals)


@triton.jit
def reaches(s):
    """Whether the literal can still become one for which a comparison holds."""
    minus = negative(s)
    grows = has(s, layout.At.LEFT_SIDE, layout.Side.LESS) != minus
    mode = get(s, layout.At.MODE)
    number = get(s, layout.At.NUMBER)
    scale = tl.maximum(get(s, layout.At.SCALE), 0)
    room = layout.DIGITS - get(s, layout.At.COUNT)
    missing = missing_of(mode)
    part = within(PARTIAL, s)
    commas = within(WHOLE, s) & (mode != grammar.Mode.WHOLE)
    more = tl.where(first_group(s) & (room >= missing), missing + (room - missing) // layout.GROUP * layout.GROUP, 0)
    more = tl.where(mode == grammar.Mode.SPOT, 0, tl.where(commas, more, room))
    good = ~part | (missing <= room)
    more = tl.where(good, more, 0)
    zeros = power_of_ten(tl.where(part & good, missing, 0))
    reached = tl.where(grows, (number + 1) * power_of_ten(more) - 1, number * zeros)
    reached_scale = scale + tl.where(grows & ~within(WHOLE, s), more, 0)
    return good & holds(s, tl.where(minus, -reached, reached), power_of_ten(reached_scale))
