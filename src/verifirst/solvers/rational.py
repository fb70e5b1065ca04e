"""Exact rational evaluation of a small expression in postfix (RPN) form.

An expression is a tuple of items, operands before their operator:

- a number: ``int``, or ``(n, d)`` for the decimal ``n / d`` with ``d`` a power of ten (kept
  unreduced, so that the number of decimals shown is known);
- an operator: ``+ - * / ^`` (binary), ``+%`` and ``-%`` (binary: ``a`` raised or lowered by
  the share ``b`` of itself), ``neg`` and ``sqrt`` (unary), ``%`` (per cent).

A value is a pair ``(n, d)`` of ints with ``d > 0``, not reduced: no gcd is taken, because a
comparison is one cross-multiplication. Nothing here recurses and nothing grows past
``MAX_BITS``.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

Value = tuple[int, int]
Item = int | Value | str
Rpn = tuple[Item, ...]

MAX_BITS = 4096
MAX_EXPONENT = 1024


class TooLargeError(ArithmeticError):
    """The value is wider than ``MAX_BITS``."""


class UndefinedError(ArithmeticError):
    """No rational value: division by zero, an irrational root, a fractional power."""


def evaluate(rpn: Rpn, percent: int = 100) -> Value:
    """The exact value of ``rpn``; ``a %`` is ``a / percent`` (``percent=1`` reads it as is).

    Raises :class:`TooLargeError` or :class:`UndefinedError`.
    """
    stack: list[Value] = []
    push, pop = stack.append, stack.pop
    for item in rpn:
        if item.__class__ is int:
            push((item, 1))
        elif item.__class__ is tuple:
            push(item)
        elif item == "%":
            n, d = pop()
            push((n, d * percent))
        elif item == "neg":
            n, d = pop()
            push((-n, d))
        elif item == "sqrt":
            push(_sqrt(pop()))
        else:
            right = pop()
            push(_apply(item, pop(), right))  # type: ignore[arg-type]
    return stack[-1]


def _apply(op: str, a: Value, b: Value) -> Value:
    n, d = a
    m, e = b
    if op == "*":
        n, d = n * m, d * e
    elif op == "/":
        n, d = _divide(n, d, m, e)
    elif op == "^":
        return _power(n, d, m, e)
    elif op in ("+%", "-%"):
        n, d = n * (e + m if op == "+%" else e - m), d * e
    elif d == e:
        n = n + m if op == "+" else n - m
    else:
        n = n * e + m * d if op == "+" else n * e - m * d
        d *= e
    if n.bit_length() > MAX_BITS or d.bit_length() > MAX_BITS:
        raise TooLargeError
    return n, d


def _divide(n: int, d: int, m: int, e: int) -> Value:
    if m == 0:
        raise UndefinedError("division by zero")
    if m < 0:
        n, m = -n, -m
    return n * e, d * m


def _power(n: int, d: int, m: int, e: int) -> Value:
    if m % e:
        return _root_power(n, d, m, e)
    exponent = m // e
    if exponent < 0:
        if n == 0:
            raise UndefinedError("zero to a negative power")
        n, d = (d, n) if n > 0 else (-d, -n)
        exponent = -exponent
    if exponent > MAX_EXPONENT or max(n.bit_length(), d.bit_length()) * exponent > MAX_BITS:
        raise TooLargeError
    return n**exponent, d**exponent


def _root_power(n: int, d: int, m: int, e: int) -> Value:
    """A half-integer power of a square; any other fractional power is undefined here."""
    if m % e * 2 != e:
        raise UndefinedError("fractional power")
    root = _sqrt((n, d))
    return _power(*root, 2 * m, e)


def _sqrt(value: Value) -> Value:
    exact = Fraction(*value)
    if exact < 0:
        raise UndefinedError("root of a negative number")
    n, d = isqrt(exact.numerator), isqrt(exact.denominator)
    if n * n != exact.numerator or d * d != exact.denominator:
        raise UndefinedError("irrational root")
    return n, d


def spread(rpn: Rpn, percent: int = 100) -> tuple[Fraction, Fraction]:
    """Bounds of the value when its rounded-looking literals are off by one last digit.

    A literal looks rounded when it shows two or more decimals and is no multiple of 0.05.
    Raises like :func:`evaluate`, and :class:`UndefinedError` where bounds are not simple.
    """
    stack: list[tuple[Fraction, Fraction]] = []
    for item in rpn:
        if isinstance(item, int):
            stack.append((Fraction(item), Fraction(item)))
        elif isinstance(item, tuple):
            slack = Fraction(1, item[1]) if looks_rounded(item) else Fraction(0)
            stack.append((Fraction(*item) - slack, Fraction(*item) + slack))
        elif item == "%":
            low, high = stack.pop()
            if low == high and low in _ROUNDED_PERCENTS:
                low, high = low - 1, high + 1
            stack.append((low / percent, high / percent))
        elif item == "neg":
            low, high = stack.pop()
            stack.append((-high, -low))
        else:
            right = None if item == "sqrt" else stack.pop()
            stack.append(_spread_apply(item, stack.pop(), right))
    return stack[-1]


_ROUNDED_PERCENTS = frozenset({11, 14, 16, 17, 33, 66, 67, 83})


def looks_rounded(literal: Value) -> bool:
    """Whether a decimal shows two or more decimals and is no multiple of 0.05."""
    n, d = literal
    return d >= 100 and (n * 20) % d != 0  # noqa: PLR2004  # two decimals


def _spread_apply(
    op: str, a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction] | None
) -> tuple[Fraction, Fraction]:
    if b is None or (a[0] == a[1] and b[0] == b[1]):
        exact = Fraction(*_exact(op, a[0], b[0] if b else None))
        if b is None and a[0] != a[1]:
            raise UndefinedError("root of a range")
        return exact, exact
    if (op == "^" and b[0] != b[1]) or (op == "/" and b[0] <= 0 <= b[1]):
        raise UndefinedError("range")
    corners = [Fraction(*_exact(op, x, y)) for x in a for y in b]
    return min(corners), max(corners)


def _exact(op: str, a: Fraction, b: Fraction | None) -> Value:
    left = a.as_integer_ratio()
    return _sqrt(left) if b is None else _apply(op, left, b.as_integer_ratio())
