"""``kernels.terms`` on a device; actions that share a part are joined, so that it is compiled once."""

import triton
import triton.language as tl

from verifirst.kernels import grammar, layout
from verifirst.kernels.device.registers import clear_level, clear_side, dead, get, has, kill, level, put, raised, store

ASCII_ZERO = tl.constexpr(48)


@triton.jit
def begin(s):
    """A side begins, with nothing to its left."""
    line = get(s, layout.At.LINE)
    pending = (line & layout.Line.PENDING) != 0
    taken = (line & ~layout.Line.PENDING) | layout.Line.UNDECIDED
    s = put(s, layout.At.LINE, tl.where(pending, taken, line))
    s = put(clear_side(s), layout.At.LEFT_SIDE, 0)
    tied = ((line & layout.Line.LINKED) != 0) & ((line & layout.Line.NUMBERS) != 0)
    return tl.where(tied, raised(s, layout.At.SIDE, layout.Side.LOOSE | layout.Side.TIED), s)


@triton.jit
def first_digit(s, byte):
    """The first digit of a literal."""
    s = put(s, layout.At.NUMBER, byte - ASCII_ZERO)
    return put(put(s, layout.At.SCALE, 0), layout.At.COUNT, 1)


@triton.jit
def digit(s, byte, grouped, decimal):
    """One more digit of a literal; ``grouped``: the first behind a comma, ``decimal``: behind the point."""
    count = get(s, layout.At.COUNT)
    before = get(s, layout.At.SCALE)
    late = grouped & (count > layout.GROUP) & (before == 0)
    scale = tl.where(decimal, tl.maximum(before, 0) + 1, tl.where(grouped & ~late, -1, before))
    s = put(s, layout.At.SCALE, scale)
    more = put(s, layout.At.NUMBER, get(s, layout.At.NUMBER) * 10 + byte - ASCII_ZERO)
    return tl.where(late | (count == layout.DIGITS), kill(s), put(more, layout.At.COUNT, count + 1))


@triton.jit
def power_of_ten(exponent):
    """10 to a small exponent."""
    value = tl.full([], 1, tl.int64)
    while exponent > 0:
        value = value * 10
        exponent = exponent - 1
    return value


@triton.jit
def literal(s):
    """The literal is complete: an operand."""
    scale = tl.maximum(get(s, layout.At.SCALE), 0)
    s = put(s, layout.At.OPERANDS, get(s, layout.At.OPERANDS) + 1)
    if scale > 0:
        s = raised(s, layout.At.SIDE, layout.Side.DECIMAL)
        s = put(s, layout.At.FINEST, tl.maximum(get(s, layout.At.FINEST), scale))
        s = put(s, layout.At.COARSEST, tl.minimum(get(s, layout.At.COARSEST), scale))
    return operand(s, get(s, layout.At.NUMBER), power_of_ten(scale))


@triton.jit
def operand(s, n, d):
    """Join ``n / d`` to the term at hand."""
    at = level(s)
    operator = get(s, at + layout.Of.OPERATOR)
    zero = (operator == layout.Operator.OVER) & (n == 0)
    if zero:
        s = kill(s)
    else:
        if operator == layout.Operator.OVER:
            sign = tl.where(n > 0, 1, -1)
            top = d * sign
            d = n * sign
            n = top
        if operator >= layout.Operator.TIMES:
            n = get(s, at + layout.Of.TERM_N) * n
            d = get(s, at + layout.Of.TERM_D) * d
        if operator == layout.Operator.MINUS:
            n = -n
        s = store(s, at + layout.Of.TERM_N, n, d)
    return s


@triton.jit
def add_term(s):
    """The term at hand is complete."""
    at = level(s)
    a = get(s, at + layout.Of.SUM_N)
    b = get(s, at + layout.Of.SUM_D)
    c = get(s, at + layout.Of.TERM_N)
    d = get(s, at + layout.Of.TERM_D)
    return store(s, at + layout.Of.SUM_N, a * d + c * b, b * d)


@triton.jit
def additive(s, operator):
    """The term ends and another begins."""
    s = add_term(s)
    at = level(s)
    s = put(put(s, at + layout.Of.OPERATOR, operator), at + layout.Of.DIVIDED, 0)
    s = put(s, layout.At.OPERATORS, get(s, layout.At.OPERATORS) + 1)
    return raised(s, layout.At.SIDE, layout.Side.ADDED)


@triton.jit
def factor(s, over, cross, more_flags):
    """The term goes on with a sign of division (``over``), an x for a sign (``cross``) or a sign of multiplication.

    ``more_flags``: of the side, besides.
    """
    at = level(s)
    s = tl.where(cross, raised(s, layout.At.LINE, layout.Line.CROSS), s)
    divided = get(s, at + layout.Of.DIVIDED)
    more = put(s, at + layout.Of.OPERATOR, tl.where(over, layout.Operator.OVER, layout.Operator.TIMES))
    more = put(more, layout.At.OPERATORS, get(s, layout.At.OPERATORS) + 1)
    more = put(tl.where(divided != 0, kill(s), more), at + layout.Of.DIVIDED, tl.where(over, 1, divided))
    more = raised(more, layout.At.SIDE, more_flags | tl.where(over, layout.Side.DIVIDED, layout.Side.MULTIPLIED))
    return tl.where(cross & has(s, layout.At.LINE, layout.Line.MONEY), kill(s), more)


@triton.jit
def money(s):
    """A currency sign, or a delimiter of mathematics."""
    doubtful = has(s, layout.At.LINE, layout.Line.CROSS | layout.Line.SINGLE)
    return raised(tl.where(doubtful, kill(s), s), layout.At.LINE, layout.Line.MONEY)


@triton.jit
def percent(s):
    """The operand before it was a hundred times too much."""
    at = level(s)
    s = raised(s, layout.At.SIDE, layout.Side.LOOSE | layout.Side.PERCENT)
    below = get(s, at + layout.Of.OPERATOR) == layout.Operator.OVER
    n = get(s, at + layout.Of.TERM_N) * tl.where(below, 100, 1)
    d = get(s, at + layout.Of.TERM_D) * tl.where(below, 1, 100)
    return store(s, at + layout.Of.TERM_N, n, d)


@triton.jit
def enter(s, kind):
    """One level more."""
    depth = get(s, layout.At.DEPTH)
    if depth == layout.DEPTH:
        s = kill(s)
    else:
        s = clear_level(put(s, layout.At.DEPTH, depth + 1), kind)
        s = raised(s, layout.At.SIDE, layout.Side.BRACKETS)
    return s


@triton.jit
def return_value(s, at):
    """The level at ``at`` is complete: its value is an operand of the one around it."""
    s = put(s, layout.At.DEPTH, get(s, layout.At.DEPTH) - 1)
    if not dead(s):
        s = operand(s, get(s, at + layout.Of.SUM_N), get(s, at + layout.Of.SUM_D))
    return s


@triton.jit
def close(s):
    """A closing bracket."""
    at = level(s)
    open_ = (get(s, layout.At.DEPTH) > 0) & (get(s, at + layout.Of.KIND) == layout.Kind.BRACKET)
    if open_:
        alone = get(s, at + layout.Of.OPERATORS) == get(s, layout.At.OPERATORS)
        s = add_term(tl.where(alone, raised(s, layout.At.SIDE, layout.Side.LOOSE), s))
        s = return_value(s, at)
    else:
        s = kill(s)
    return s


@triton.jit
def end(s):
    """A closing brace, of a numerator or of a denominator."""
    at = level(s)
    kind = get(s, at + layout.Of.KIND)
    open_ = (get(s, layout.At.DEPTH) > 0) & (kind != layout.Kind.BRACKET)
    if open_:
        s = add_term(s)
        if not dead(s):
            n = get(s, at + layout.Of.SUM_N)
            d = get(s, at + layout.Of.SUM_D)
            if kind == layout.Kind.NUMERATOR:
                s = put(put(s, at + layout.Of.TOP_N, n), at + layout.Of.TOP_D, d)
                s = put(s, layout.At.MODE, grammar.Mode.BOTTOM)
            elif n == 0:
                s = kill(s)
            else:
                sign = tl.where(n > 0, 1, -1)
                top = get(s, at + layout.Of.TOP_N) * d * sign
                s = store(s, at + layout.Of.SUM_N, top, get(s, at + layout.Of.TOP_D) * n * sign)
                s = return_value(s, at)
    else:
        s = kill(s)
    return s


@triton.jit
def bottom(s):
    """The brace of a denominator."""
    at = level(s)
    n = get(s, at + layout.Of.TOP_N)
    d = get(s, at + layout.Of.TOP_D)
    s = clear_level(s, layout.Kind.DENOMINATOR)
    return put(put(s, at + layout.Of.TOP_N, n), at + layout.Of.TOP_D, d)
