"""Arithmetic of numbers with numbers and with polynomials, without making polynomials of them.

A constant polynomial costs about a microsecond to make and another for each operation, and
most items of a term are whole numbers. Each function gives what the ring's own operation
gives, or None where that has to be asked.
"""

from __future__ import annotations

from collections.abc import Callable

from verifirst.solvers.quotients import MAX_BITS, MAX_DEGREE, Quotients, Value, integer_power, lowest


def _add(ring: Quotients, a: Value, b: Value) -> Value | None:
    if isinstance(a[0], int) and isinstance(b[0], int):
        return lowest(a[0] * b[1] + b[0] * a[1], a[1] * b[1])
    return (a[0] + b[0], ring.one) if _plain(ring, a) and _plain(ring, b) else None


def _subtract(ring: Quotients, a: Value, b: Value) -> Value | None:
    return _add(ring, a, (-b[0], b[1]))


def _multiply(ring: Quotients, a: Value, b: Value) -> Value | None:
    if isinstance(a[0], int):
        if isinstance(b[0], int):
            return lowest(a[0] * b[0], a[1] * b[1])
    elif not isinstance(b[0], int):
        return None
    return (ring.guard(a[0] * b[0]), ring.one) if _plain(ring, a) and _plain(ring, b) else None


def _divide(_: Quotients, a: Value, b: Value) -> Value | None:
    if isinstance(a[0], int) and isinstance(b[0], int):
        return lowest(a[0] * b[1], a[1] * b[0])
    return None


def _negate(_: Quotients, a: Value) -> Value:
    return -a[0], a[1]


def _power(ring: Quotients, base: Value, exponent: Value) -> Value | None:
    """A whole power; a number's where it cannot grow too large."""
    n = exponent[0]
    if not isinstance(n, int) or exponent[1] != 1:
        return None
    if not isinstance(base[0], int):
        return integer_power(ring, base, n)
    small = 0 < n <= MAX_DEGREE and n * max(base[0].bit_length(), base[1].bit_length()) <= MAX_BITS
    return (base[0] ** n, base[1] ** n) if small else None


def _plain(ring: Quotients, value: Value) -> bool:
    """Whether there is no denominator."""
    return value[1] is ring.one or (isinstance(value[1], int) and value[1] == 1)


QUICK: dict[str, Callable[..., Value | None]] = {
    "+": _add, "-": _subtract, "*": _multiply, "/": _divide, "neg": _negate, "^": _power,
}  # fmt: skip
