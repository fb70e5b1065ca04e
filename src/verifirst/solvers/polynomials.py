r"""A polynomial ring for terms: symbols, and atoms for what is not a polynomial.

    >>> ring = Ring()
    >>> ring.fraction((8, "sqrt"))  # 2 * sqrt 2, where sqrt 2 is the atom x0
    (2*x0, 1)
    >>> ring.relations
    [x0^2 - 2]

A term becomes a quotient of two integer polynomials. Roots, logarithms, trigonometric
functions, powers with symbolic exponents and calls become *atoms*, one for each canonical
argument, together with the polynomial relations that they satisfy (``s^2 = 2``, ``s^2 + c^2 =
1``). Every relation is true of the real functions, and more may be true than is listed: what
the ring proves equal is equal where both sides are defined, what it does not prove is open.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial, gcd, isqrt, lcm
from typing import ClassVar

from flint import fmpz

from verifirst.solvers.numbers import QUICK
from verifirst.solvers.quotients import (
    MAX_DEGREE,
    NARROW,
    WIDE,
    Fraction,
    FullError,
    OutsideError,
    Quotients,
    add,
    divide,
    integer_power,
    key_of,
    multiply,
    negate,
    subtract,
)

__all__ = ["NARROW", "WIDE", "Fraction", "FullError", "OutsideError", "Ring"]

MAX_ROOT = 10**9  # radicands are factored below this
MAX_FACTORIAL = 60


def power(ring: Quotients, base: Fraction, exponent: Fraction) -> Fraction:
    """Integer powers are products, half-integer ones roots, ``b^(n + 2)`` splits its exponent."""
    known = ring.constant(exponent)
    if known is None:
        return _symbolic_power(ring, base, exponent)
    n, d = known
    if d == 1:
        return integer_power(ring, base, n)
    if abs(n) > MAX_DEGREE or d > MAX_DEGREE:
        raise OutsideError("too large")
    return integer_power(ring, root(ring, ring.number(d), base), n)


def _symbolic_power(ring: Quotients, base: Fraction, exponent: Fraction) -> Fraction:
    """``2^(3k + 1)`` is ``2 * (2^k)^3``: one atom for each base and monomial of the exponent."""
    n, d = exponent
    if not d.is_constant():
        return ring.opaque("^", base, exponent)
    scale = d.leading_coefficient()
    found = ring.number(1)
    for powers, coefficient in n.to_dict().items():
        if coefficient % scale:
            return ring.opaque("^", base, exponent)
        whole = int(coefficient // scale)
        if any(powers):
            if abs(whole) > MAX_DEGREE:
                raise OutsideError("too large")
            atom = ring.atom(("^", key_of(base), tuple(powers))), ring.one
            found = multiply(ring, found, integer_power(ring, atom, whole))
        else:
            found = multiply(ring, found, integer_power(ring, base, whole))
    return found


def _sqrt(ring: Quotients, value: Fraction) -> Fraction:
    return root(ring, ring.number(2), value)


def root(ring: Quotients, index: Fraction, value: Fraction) -> Fraction:
    """A root of a number splits into roots of primes; any other root is an atom ``r^k = value``."""
    k = ring.integer(index)
    if k is None or not 2 <= k <= MAX_DEGREE:  # noqa: PLR2004  # roots begin at two
        return ring.opaque("root", index, value)
    known = ring.constant(value)
    if known is None:
        n, d = value
        atom = ring.atom(("root", k, key_of(value)), lambda r: r**k * d - n)
        return atom, ring.one
    return _numeric_root(ring, k, *known)


def _numeric_root(ring: Quotients, k: int, n: int, d: int) -> Fraction:
    sign = ring.number(1)
    if n < 0:
        if k == 2:  # noqa: PLR2004  # a square root
            sign = imaginary(ring)
        elif k % 2:
            sign = ring.number(-1)
        else:
            raise OutsideError("a root of a negative number")
        n = -n
    radicand = n * d ** (k - 1)
    if not radicand:
        return ring.number(0)
    found = ring.number(1)
    for prime, count in _factors(radicand):
        whole, rest = divmod(count, k)
        found = multiply(ring, found, ring.number(prime**whole))
        if rest:
            shared = gcd(rest, k)
            found = multiply(ring, found, integer_power(ring, _prime_root(ring, k // shared, prime), rest // shared))
    return divide(ring, multiply(ring, sign, found), ring.number(d))


def _prime_root(ring: Quotients, k: int, prime: int) -> Fraction:
    return ring.atom(("root", k, prime), lambda r: r**k - prime), ring.one


def _factors(n: int) -> list[tuple[int, int]]:
    """Prime factors with multiplicities; a large number must be a square, or is outside."""
    if n > MAX_ROOT:
        whole = isqrt(n)
        if whole * whole != n or whole > MAX_ROOT:
            raise OutsideError("too large to factor")
        return [(prime, 2 * count) for prime, count in _factors(whole)]
    return [(int(prime), int(count)) for prime, count in fmpz(n).factor()]


def imaginary(ring: Quotients) -> Fraction:
    """The imaginary unit."""
    return ring.atom("i", lambda i: i**2 + 1), ring.one


def _pi(ring: Quotients) -> Fraction:
    return ring.atom("pi"), ring.one


def _napier(ring: Quotients) -> Fraction:
    return ring.atom("e"), ring.one


def _degrees(ring: Quotients, value: Fraction) -> Fraction:
    return multiply(ring, value, divide(ring, _pi(ring), ring.number(180)))


def _absolute(ring: Quotients, value: Fraction) -> Fraction:
    known = ring.constant(value)
    if known is not None:
        return ring.number(abs(known[0]), known[1])
    n, d = value
    return ring.atom(("abs", key_of(value)), lambda a: a**2 * d**2 - n**2), ring.one


def _percent(ring: Quotients, value: Fraction) -> Fraction:
    return divide(ring, value, ring.number(100))


def _factorial(ring: Quotients, value: Fraction) -> Fraction:
    n = ring.integer(value)
    if n is None:
        return ring.opaque("!", value)
    if not 0 <= n <= MAX_FACTORIAL:
        raise OutsideError("too large")
    return ring.number(factorial(n))


def _binomial(ring: Quotients, n: Fraction, k: Fraction) -> Fraction:
    lower, upper = ring.integer(k), ring.integer(n)
    if upper is not None and lower is not None:
        if not 0 <= lower <= upper <= 10 * MAX_FACTORIAL:
            raise OutsideError("too large")
        return ring.number(comb(upper, lower))
    if lower is None or not 0 <= lower <= 6:  # noqa: PLR2004  # short products only
        return ring.opaque("binom", n, k)
    found = ring.number(1, factorial(lower))
    for i in range(lower):
        found = multiply(ring, found, add(ring, n, ring.number(-i)))
    return found


def _integers(name: str, function: Callable[[int, int], int]) -> Callable[[Quotients, Fraction, Fraction], Fraction]:
    def apply(ring: Quotients, a: Fraction, b: Fraction) -> Fraction:
        m, n = ring.integer(a), ring.integer(b)
        if m is None or n is None:
            return ring.opaque(name, a, b)
        if name == "mod" and not n:
            raise OutsideError("division by zero")
        return ring.number(function(m, n))

    return apply


def _rounded(name: str, up: bool) -> Callable[[Quotients, Fraction], Fraction]:
    def apply(ring: Quotients, value: Fraction) -> Fraction:
        known = ring.constant(value)
        if known is None:
            return ring.opaque(name, value)
        return ring.number(-(-known[0] // known[1]) if up else known[0] // known[1])

    return apply


def _ln(ring: Quotients, value: Fraction) -> Fraction:
    """The logarithm of a positive rational is a sum over its primes."""
    known = ring.constant(value)
    if known is None:
        if value == _napier(ring):
            return ring.number(1)
        return ring.opaque("ln", value)
    if known[0] <= 0:
        raise OutsideError("the logarithm of what is not positive")
    found = ring.number(0)
    for part, sign in ((known[0], 1), (known[1], -1)):
        for prime, count in _factors(part) if part > 1 else ():
            found = add(ring, found, multiply(ring, ring.number(sign * count), (ring.atom(("ln", prime)), ring.one)))
    return found


def _log(ring: Quotients, base: Fraction, value: Fraction) -> Fraction:
    return divide(ring, _ln(ring, value), _ln(ring, base))


_QUARTERS = {0: (0, 1, 0), 1: (6, -2, 4), 2: (1, 0, 2), 3: (2, 0, 2), 4: (3, 0, 2), 5: (6, 2, 4), 6: (1, 0, 1)}
"""Sine of k * 15 degrees as (sqrt a + sign * sqrt |b|) / c; the entries for 0, 30, 90 are exact numbers."""


def _sine_of(ring: Quotients, k: int) -> Fraction:
    """The sine of ``k`` times 15 degrees."""
    k %= 24
    if k >= 12:  # noqa: PLR2004  # half a turn
        return negate(ring, _sine_of(ring, k - 12))
    k = min(k, 12 - k)
    if k == 0:
        return ring.number(0)
    a, b, c = _QUARTERS[k]
    top = _sqrt(ring, ring.number(a))
    if b:
        other = _sqrt(ring, ring.number(abs(b)))
        top = add(ring, top, other if b > 0 else negate(ring, other))
    return divide(ring, top, ring.number(c))


def _fifteens(ring: Quotients, angle: Fraction) -> int | None:
    """``k`` where ``angle`` is k * pi / 12."""
    return ring.integer(divide(ring, multiply(ring, angle, ring.number(12)), _pi(ring)))


def _sin(ring: Quotients, angle: Fraction) -> Fraction:
    k = _fifteens(ring, angle)
    return _sine_of(ring, k) if k is not None else _circle(ring, angle)[0]


def _cos(ring: Quotients, angle: Fraction) -> Fraction:
    k = _fifteens(ring, angle)
    return _sine_of(ring, k + 6) if k is not None else _circle(ring, angle)[1]


def _circle(ring: Quotients, angle: Fraction) -> tuple[Fraction, Fraction]:
    """Atoms for the sine and the cosine of ``angle``, on the unit circle; odd and even under a sign."""
    flipped = bool(angle[0]) and angle[0].leading_coefficient() < 0
    if flipped:
        angle = negate(ring, angle)
    cosine = ring.atom(("cos", key_of(angle)))
    sine = ring.atom(("sin", key_of(angle)), lambda s: s**2 + cosine**2 - 1)
    return (-sine if flipped else sine, ring.one), (cosine, ring.one)


def _tan(ring: Quotients, angle: Fraction) -> Fraction:
    return divide(ring, _sin(ring, angle), _cos(ring, angle))


def _inverse(function: Callable[[Quotients, Fraction], Fraction]) -> Callable[[Quotients, Fraction], Fraction]:
    def apply(ring: Quotients, angle: Fraction) -> Fraction:
        return divide(ring, ring.number(1), function(ring, angle))

    return apply


_OPERATIONS: dict[str, Callable[..., Fraction]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "^": power, "neg": negate, "sqrt": _sqrt, "root": root,
    "%": _percent, "!": _factorial, "abs": _absolute, "binom": _binomial, "pi": _pi, "e": _napier, "i": imaginary,
    "deg": _degrees, "gcd": _integers("gcd", gcd), "lcm": _integers("lcm", lcm),
    "mod": _integers("mod", lambda m, n: m % abs(n)),
    "floor": _rounded("floor", up=False), "ceil": _rounded("ceil", up=True), "ln": _ln, "log": _log,
    "sin": _sin, "cos": _cos,
    "tan": _tan, "cot": _inverse(_tan), "sec": _inverse(_cos), "csc": _inverse(_sin),
}  # fmt: skip


class Ring(Quotients):
    """The ring of terms: quotients with every operation of :mod:`verifirst.solvers.terms` that has relations."""

    operations: ClassVar = _OPERATIONS
    quick: ClassVar = QUICK
