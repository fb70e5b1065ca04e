"""``kernels.equations`` on a device; actions that share a part are joined, so that it is compiled once."""

import triton
import triton.language as tl

from verifirst.kernels import equations, layout
from verifirst.kernels.device.registers import clear_side, dead, get, has, kill, level, put, raised
from verifirst.kernels.device.terms import add_term, begin, power_of_ten

ORDER = tl.constexpr(int(equations.ORDER))
COMPARED = tl.constexpr(int(layout.Line.UNDECIDED | layout.Line.COMPARED))


@triton.jit
def start(s, opens, label):
    """A side begins with nothing to its left; ``Total = ...``: words stand left of the sign."""
    single = has(s, layout.At.LINE, layout.Line.SINGLE)
    words_ = has(s, layout.At.LINE, layout.Line.WORDS)
    other = has(s, layout.At.LINE, layout.Line.NUMBERS | layout.Line.PENDING | layout.Line.UNDECIDED)
    return tl.where((opens & single) | (label & (~words_ | other)), kill(s), begin(s))


@triton.jit
def complete(s):
    """The sum of the side; it may have no open bracket."""
    if get(s, layout.At.DEPTH) > 0:
        s = kill(s)
    else:
        s = add_term(s)
    return s


@triton.jit
def rounded(s, gap, over_):
    """Whether digits that are not shown may explain a difference of ``gap / over``."""
    side = get(s, layout.At.SIDE)
    left = get(s, layout.At.LEFT_SIDE)
    shown = (side & layout.Side.DECIMAL) != 0
    near = shown & (gap < over_)
    close_ = tl.where(near, gap, 0) * 2 * power_of_ten(get(s, layout.At.FINEST)) < 3 * over_
    operators = get(s, layout.At.LEFT_OPERATORS)
    divided = (((left | side) & layout.Side.DECIMAL) != 0) | (operators > 1) | (gap < over_)
    slack = (get(s, layout.At.LEFT_OPERANDS) + 3) * over_
    places = tl.minimum(get(s, layout.At.LEFT_COARSEST), equations.PLACES)
    within = (gap <= slack) & (tl.where(gap <= slack, gap, 0) * power_of_ten(places) <= slack)
    decimals = ((left & layout.Side.DECIMAL) != 0) & (((left & layout.Side.MULTIPLIED) != 0) | within)
    return tl.where((left & layout.Side.DIVIDED) != 0, divided, (near & close_) | decimals)


@triton.jit
def fails(s, a, b, n, d):
    """Whether nothing explains that ``a / b`` is not ``n / d``."""
    side = get(s, layout.At.SIDE)
    left = get(s, layout.At.LEFT_SIDE)
    number = get(s, layout.At.NUMBER)
    plain = (get(s, layout.At.OPERATORS) == 0) & ((side & layout.Side.BRACKETS) == 0)
    plain = plain & (get(s, layout.At.LEFT_OPERATORS) > 0)
    loose = (((side | left) & layout.Side.LOOSE) != 0) | ((number != 0) & (number % equations.ROUND == 0))
    share = ((left & layout.Side.DIVIDED) != 0) & (a > 0) & (a < b)
    p = a * d
    q = n * b
    zero = (p == 0) | (q == 0)
    converts = zero | (p % tl.where(q == 0, 1, q) == 0) | (q % tl.where(p == 0, 1, p) == 0)
    certain = plain & ~loose & ~share & ~converts & (b * d < layout.LIMIT)
    found = certain
    if certain:
        found = ~rounded(s, tl.abs(p - q), b * d)
    return found


@triton.jit
def compare(s):
    """Judge ``left = side``."""
    at = level(s)
    n = get(s, at + layout.Of.SUM_N)
    d = get(s, at + layout.Of.SUM_D)
    a = get(s, layout.At.LEFT_N)
    b = get(s, layout.At.LEFT_D)
    left = get(s, layout.At.LEFT_SIDE)
    alone = (get(s, layout.At.LEFT_OPERATORS) == 0) & ((left & layout.Side.BRACKETS) == 0)
    line = get(s, layout.At.LINE)
    if (left & ORDER) != 0:
        line = line | layout.Line.COMPARED
    elif alone:
        line = line | layout.Line.UNDECIDED
    elif (a == n) & (b == d):
        line = line | layout.Line.VERIFIED
    elif fails(s, a, b, n, d):
        line = line | layout.Line.PENDING | tl.where((left & layout.Side.ADDED) != 0, layout.Line.SUMS, 0)
    else:
        line = line | layout.Line.UNDECIDED
    return put(s, layout.At.LINE, line)


@triton.jit
def relate(s, order):
    """One side ends and another begins; ``order``: it is compared, LESS or MORE, rather than equated."""
    s = complete(s)
    if not dead(s):
        linked = has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS)
        if (not linked) & (order == 0) & (get(s, layout.At.OPERATORS) == 0):
            s = kill(s)
        else:
            if linked:
                s = compare(s)
            at = level(s)
            s = put(s, layout.At.LEFT_N, get(s, at + layout.Of.SUM_N))
            s = put(s, layout.At.LEFT_D, get(s, at + layout.Of.SUM_D))
            s = put(s, layout.At.LEFT_SIDE, get(s, layout.At.SIDE) | layout.Side.EXISTS | order)
            s = raised(s, layout.At.LINE, tl.where(order != 0, COMPARED, 0))
            s = put(s, layout.At.LEFT_OPERATORS, get(s, layout.At.OPERATORS))
            s = put(s, layout.At.LEFT_OPERANDS, get(s, layout.At.OPERANDS))
            s = put(s, layout.At.LEFT_COARSEST, get(s, layout.At.COARSEST))
            s = clear_side(s)
    return s


@triton.jit
def or_equal(s):
    """``3 <=``: the sign goes on."""
    good = has(s, layout.At.LEFT_SIDE, ORDER) & ~has(s, layout.At.LEFT_SIDE, layout.Side.OR_EQUAL)
    good = good & ~has(s, layout.At.SIDE, layout.Side.SPACED)
    return tl.where(good, raised(s, layout.At.LEFT_SIDE, layout.Side.OR_EQUAL), kill(s))


@triton.jit
def end_expression(s):
    """What stands there is a claim, where something stands to its left."""
    s = complete(s)
    if not dead(s):
        if has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS):
            s = compare(s)
        s = raised(put(s, layout.At.LEFT_SIDE, 0), layout.At.LINE, layout.Line.NUMBERS)
        s = clear_side(s)
    return s
