"""``kernels.writing`` on a device: whether bytes may be written next."""

import triton
import triton.language as tl

from verifirst.kernels import alphabet, grammar, layout, results, writing
from verifirst.kernels.device.advance import read
from verifirst.kernels.device.equations import ORDER
from verifirst.kernels.device.registers import dead, get, has, level
from verifirst.kernels.device.results import (
    HUNDRED,
    LITERAL,
    becomes,
    bits,
    complete,
    demanded,
    first_group,
    hundredfold,
    numerator,
    one_of,
    places,
    settled,
    single,
    spells,
    within,
)

SPACE = tl.constexpr(ord(" "))
ZERO, NINE = tl.constexpr(ord("0")), tl.constexpr(ord("9"))
DOT, COMMA, SEMICOLON, COLON, NEWLINE = (tl.constexpr(pause) for pause in writing.PAUSES)
FAILED = tl.constexpr(int(writing.FAILED))
OPEN = tl.constexpr(bits(results.OPEN))
BEHIND = tl.constexpr(bits(results.BEHIND))
CLOSED = tl.constexpr(bits(results.CLOSED))
NUMBER = tl.constexpr(bits(results.LITERAL | results.BEHIND))
SHARE = tl.constexpr(bits(writing.SHARE))
FOLLOWED = tl.constexpr(bits(writing.FOLLOWED))
TO_MONEY = tl.constexpr(bits(writing.MONEY))
TO_MINUS = tl.constexpr(bits(writing.MINUS))
TO_PERCENT = tl.constexpr(bits(writing.PERCENT))
TO_FRACTION = tl.constexpr(bits(writing.FRACTIONS))
TO_OPERATOR = tl.constexpr(bits(writing.OPERATORS))
ALGEBRA = tl.constexpr(int(layout.Line.CROSS | layout.Line.SINGLE))
MOST = tl.constexpr(writing.MOST)
LIKE = tl.constexpr(writing.LIKE)
THOUSAND = tl.constexpr(10**layout.GROUP)


@triton.jit
def failures(s):
    """How many lines were refuted, the one at hand included."""
    return get(s, layout.At.REFUTED) + tl.where(has(s, layout.At.LINE, FAILED), 1, 0)


@triton.jit
def permits(s, at, last, texts, alphabet_table, grammar_table, hashes, meanings, prefixes):
    """Whether the bytes from ``at`` to ``last`` may be written next; a first turn reads none, to see what has been."""
    good = at <= last
    done = at > last
    at = at - 1
    first = at
    while (at < last) & good:
        byte = tl.load(texts + at, mask=at > first, other=0).to(tl.int64)
        byte = tl.where(at > first, byte, -1)
        before = s
        due = demanded(s)
        s = read(s, byte, alphabet_table, grammar_table, hashes, meanings, prefixes)
        n = tl.full([], 0, tl.int64)
        d = tl.full([], 1, tl.int64)
        wide = at > last
        behind = tl.full([], 0, tl.int64)
        now = wide
        if has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS):
            ended = settled(s)
            wide = dead(ended)
            n = tl.where(wide, 0, get(ended, layout.At.LEVELS + layout.Of.SUM_N))
            d = tl.where(wide, 0, get(ended, layout.At.LEVELS + layout.Of.SUM_D))
            behind = places(get(s, layout.At.LEFT_D))
            now = complete(s, n, d, wide, behind)
        if at > first:
            good = failures(s) <= failures(before)
            if good & due:
                good = follows(before, s, byte, done, now, wide, n, d, behind)
        done = now
        at += 1
    return good


@triton.jit
def follows(before, s, byte, done, now, wide, n, d, behind):
    """Whether the side that has a demand, ``before``, may go on or end with ``byte``.

    ``done`` and ``now``: whether it may end, before and behind the byte. There it has come to ``n / d``, unless that is
    too ``wide``; ``behind``: places of the value on the left.
    """
    begins = get(s, layout.At.MODE) == grammar.Mode.BEGINNING
    began = get(before, layout.At.MODE) == grammar.Mode.BEGINNING
    related = begins & ~began & (get(s, layout.At.DEPTH) == 0)
    gone = ~has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS) | has(s, layout.At.LINE, layout.Line.DEAD)
    stalls = began & (byte == SPACE) & has(before, layout.At.SIDE, layout.Side.SPACED)
    if related | gone:
        good = finished(before, byte, done)
    elif stalls:
        good = byte < 0
    elif single(s):
        good = alone(before, s, done, now, wide, n, d, behind)
    else:
        good = among(s, now, wide)
    return good


@triton.jit
def finished(before, byte, done):
    """Whether the side may end with ``byte``, or give way to what is not read."""
    mode = get(before, layout.At.MODE)
    operators = get(before, layout.At.OPERATORS)
    pause = (byte == DOT) | (byte == COMMA) | (byte == SEMICOLON) | (byte == COLON) | (byte == NEWLINE)
    nothing = has(before, layout.At.LEFT_SIDE, ORDER) & (operators == 0) & ~pause
    behind = places(get(before, layout.At.LEFT_D))
    unit = single(before) & (mode == grammar.Mode.OPERAND) & (operators == 1)
    ends = ((byte < ZERO) | (byte > NINE)) & done
    ends = tl.where(unit, ~fraction(before, behind), ends)
    return tl.where((mode == grammar.Mode.BEGINNING) & (get(before, layout.At.DEPTH) == 0), nothing, ends)


@triton.jit
def fraction(s, behind):
    """Whether the side is a numerator and a sign of division."""
    at = level(s)
    over = (get(s, at + layout.Of.OPERATOR) == layout.Operator.OVER) & (get(s, layout.At.OPERATORS) == 1)
    same = get(s, at + layout.Of.TERM_N) == get(s, layout.At.LEFT_N)
    return over & numerator(s, behind) & same & (get(s, at + layout.Of.TERM_D) == 1)


@triton.jit
def alone(before, s, done, now, wide, n, d, behind):
    """Whether the side, which must be one number, can still be the right one."""
    inside = get(s, layout.At.LEXER)
    begins = get(s, layout.At.MODE) == grammar.Mode.BEGINNING
    if (get(s, layout.At.DEPTH) > 0) | has(s, layout.At.SIDE, layout.Side.BRACKETS):
        good = get(s, layout.At.DEPTH) < 0
    elif get(s, layout.At.OPERATORS) > 0:
        good = joined(before, s, done, now, wide, behind)
    elif (inside != alphabet.START) & begins:
        good = opens(s, inside)
    elif inside != alphabet.START:
        good = now | (one_of(inside, TO_PERCENT) & share(s, n, d, behind))
    elif within(OPEN, s):
        good = opened(s)
    else:
        good = begun(s, now, n, d, behind)
    return good


@triton.jit
def opened(s):
    """Whether the right number can follow."""
    mode = get(s, layout.At.MODE)
    n = get(s, layout.At.LEFT_N)
    left = get(s, layout.At.LEFT_SIDE)
    priced = tl.where((left & ORDER) != 0, roomy(s), n >= 0)
    signed = (mode == grammar.Mode.BEGINNING) | (n < 0) | ((left & layout.Side.MORE) != 0)
    return tl.where(mode == grammar.Mode.PRICED, priced, signed)


@triton.jit
def begun(s, now, n, d, behind):
    """Whether the number can still be the right one."""
    pause = (get(s, layout.At.MODE) == grammar.Mode.COMMA) & has(s, layout.At.LEFT_SIDE, ORDER)
    good = now
    if within(LITERAL, s):
        good = becomes(s, behind) & (~pause | alike(s) | now)
    elif within(BEHIND, s):
        upper = numerator(s, behind) & (n == get(s, layout.At.LEFT_N)) & (d == 1)
        good = now | upper | share(s, n, d, behind)
    return good


@triton.jit
def opens(s, inside):
    """Whether a side can begin with what the alphabet is inside of."""
    money = one_of(inside, TO_MONEY) & ~has(s, layout.At.LINE, ALGEBRA)
    found = tl.where(get(s, layout.At.LEFT_N) < 0, one_of(inside, TO_MINUS), money)
    return has(s, layout.At.LEFT_SIDE, ORDER) | found


@triton.jit
def roomy(s):
    """Whether a comparison holds for some number without a sign."""
    n = get(s, layout.At.LEFT_N)
    less = n < MOST * get(s, layout.At.LEFT_D)
    more = (n > 0) | ((n == 0) & has(s, layout.At.LEFT_SIDE, layout.Side.OR_EQUAL))
    return tl.where(has(s, layout.At.LEFT_SIDE, layout.Side.LESS), less, more)


@triton.jit
def alike(s):
    """Whether a comma may group digits of a number that is compared."""
    number = get(s, layout.At.NUMBER) * THOUSAND
    near = tl.where(number <= MOST, number, 0) * get(s, layout.At.LEFT_D) <= LIKE * tl.abs(get(s, layout.At.LEFT_N))
    return (number <= MOST) & near


@triton.jit
def share(s, n, d, behind):
    """Whether the number is a percentage that lacks its sign."""
    found = within(SHARE, s) & ~has(s, layout.At.SIDE, layout.Side.PERCENT) & (d > 0)
    if found:
        same = n * get(s, layout.At.LEFT_D) == get(s, layout.At.LEFT_N) * HUNDRED * d
        found = hundredfold(s, behind) & same
    return found


@triton.jit
def joined(before, s, done, now, wide, behind):
    """Whether an operator, and what follows it, may stand behind a number that should be alone."""
    operand = get(s, layout.At.MODE) == grammar.Mode.OPERAND
    was = get(before, layout.At.MODE)
    if has(s, layout.At.LEFT_SIDE, ORDER):
        good = among(s, now, wide)
    elif fraction(s, behind):
        lower = within(LITERAL, s) & spells(s, get(s, layout.At.LEFT_D), tl.full([], 1, tl.int64))
        good = tl.where(get(s, layout.At.LEXER) != alphabet.START, now, operand | lower)
    elif (was == grammar.Mode.OPERAND) | ~operand:
        good = operand | now
    else:
        good = (was != grammar.Mode.AFTER) & done
    return good


@triton.jit
def among(s, now, wide):
    """Whether a side that may have more numbers can still be the right one: it can go on, or may end."""
    mode = get(s, layout.At.MODE)
    count = get(s, layout.At.COUNT)
    divided = get(s, level(s) + layout.Of.DIVIDED) != 0
    inside = get(s, layout.At.LEXER)
    good = (mode != grammar.Mode.POINT) | (count < layout.DIGITS)
    comma = first_group(s) & (count + layout.GROUP <= layout.DIGITS) & (get(s, layout.At.OPERATORS) == 0)
    good = tl.where(mode == grammar.Mode.COMMA, comma, good)
    good = tl.where(mode == grammar.Mode.SIGN_X, ~(has(s, layout.At.LINE, layout.Line.MONEY) | divided), good)
    good = good & ~within(CLOSED, s)
    operator = one_of(inside, tl.where(divided, TO_MINUS, TO_OPERATOR))
    begins = (mode == grammar.Mode.BEGINNING) & one_of(inside, TO_FRACTION | TO_MINUS)
    operand = begins | ((mode == grammar.Mode.OPERAND) & one_of(inside, TO_FRACTION))
    goes_on = tl.where(within(FOLLOWED, s), operator, operand)
    narrow = ~within(NUMBER, s) | ~wide
    return narrow & (now | tl.where(inside != alphabet.START, goes_on, good))
