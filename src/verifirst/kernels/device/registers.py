"""One row in the registers of a warp: a vector of ``ROW`` integers, read and written by place."""

import triton
import triton.language as tl

from verifirst.kernels import grammar, layout

ROW = tl.constexpr(128)
"""A power of two, at least ``layout.WIDTH``."""


@triton.jit
def get(s, at):
    """Register ``at``: a gather of one, since a masked sum takes several times the instructions."""
    return tl.sum(tl.gather(s, tl.zeros([1], tl.int32) + at, 0))


@triton.jit
def put(s, at, value):
    """The row with register ``at`` changed."""
    return tl.where(tl.arange(0, ROW) == at, value, s)


@triton.jit
def has(s, at, flags):
    """Whether register ``at`` has one of ``flags``."""
    return (get(s, at) & flags) != 0


@triton.jit
def raised(s, at, flags):
    """The row with ``flags`` set in register ``at``."""
    return put(s, at, get(s, at) | flags)


@triton.jit
def kill(s):
    """Nothing is decided on this line any more."""
    return put(raised(s, layout.At.LINE, layout.Line.DEAD), layout.At.MODE, grammar.Mode.DEAD)


@triton.jit
def dead(s):
    """Whether the line was killed."""
    return get(s, layout.At.MODE) == grammar.Mode.DEAD


@triton.jit
def level(s):
    """Where the registers of the innermost level begin."""
    return layout.At.LEVELS + layout.LEVEL * get(s, layout.At.DEPTH)


@triton.jit
def common_divisor(n, d):
    """The greatest one, by Euclid; ``d > 0``."""
    a = tl.abs(n)
    b = d
    while b != 0:
        rest = a % b
        a = b
        b = rest
    return a


@triton.jit
def store(s, at, n, d):
    """Put a value into two registers, in lowest terms; what is too wide kills the line."""
    divisor = common_divisor(n, d)
    n = n // divisor
    d = d // divisor
    wide = (tl.abs(n) >= layout.LIMIT) | (d >= layout.LIMIT)
    return tl.where(wide, kill(s), put(put(s, at, n), at + 1, d))


@triton.jit
def clear_level(s, kind):
    """An empty level, opened by ``kind``."""
    place = tl.arange(0, ROW) - level(s)
    one = (place == layout.Of.SUM_D) | (place == layout.Of.TERM_D) | (place == layout.Of.TOP_D)
    empty = tl.where(one, 1, 0) + tl.where(place == layout.Of.KIND, kind, 0)
    empty += tl.where(place == layout.Of.OPERATORS, get(s, layout.At.OPERATORS), 0)
    return tl.where((place >= 0) & (place < layout.LEVEL), empty, s)


@triton.jit
def clear_side(s):
    """No side begun."""
    place = tl.arange(0, ROW)
    zero = (place == layout.At.DEPTH) | (place == layout.At.SIDE) | (place == layout.At.OPERATORS)
    zero = zero | (place == layout.At.OPERANDS) | (place == layout.At.FINEST)
    s = put(tl.where(zero, 0, s), layout.At.COARSEST, layout.DIGITS + 1)
    return clear_level(s, layout.Kind.BRACKET)
