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

from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from math import comb, factorial, gcd, isqrt, lcm

from flint import Ordering, fmpz, fmpz_mpoly, fmpz_mpoly_ctx

from verifirst.solvers.terms import Term, arity, is_bound, substitute

Fraction = tuple[fmpz_mpoly, fmpz_mpoly]

NARROW, WIDE = 10, 30  # generators: a narrow ring is faster
MAX_TERMS = 400  # of a polynomial
MAX_DEGREE = 48
MAX_BITS = 2_000
MAX_ROOT = 10**9  # radicands are factored below this
MAX_FACTORIAL = 60
MAX_SUMMANDS = 40


class OutsideError(ArithmeticError):
    """The term is too large for the ring, or is no expression of real numbers (a division by zero)."""


class FullError(OutsideError):
    """The ring has no generator left for another symbol."""


@lru_cache(maxsize=2)
def _context(width: int) -> fmpz_mpoly_ctx:
    return fmpz_mpoly_ctx.get(tuple(f"x{i}" for i in range(width)), Ordering.degrevlex)


class Ring:
    """Symbols and atoms seen so far, in one ring; ``fraction`` adds to them."""

    def __init__(self, width: int = WIDE) -> None:
        self.width = width
        self.context = _context(width)
        self.one: fmpz_mpoly = self.context.constant(1)  # the one denominator of polynomials: compared by identity
        self.relations: list[fmpz_mpoly] = []
        self.atoms: dict[Hashable, fmpz_mpoly] = {}

    def related(self, polynomials: Iterable[fmpz_mpoly]) -> list[fmpz_mpoly]:
        """The relations of the atoms in ``polynomials``, and of the atoms in those."""
        if not self.relations:
            return []
        reach = _generators(polynomials)
        left, found = [(relation, _generators((relation,))) for relation in self.relations], []
        grown = True
        while grown:
            grown = False
            for item in left:
                if reach & item[1]:
                    found.append(item[0])
                    reach |= item[1]
                    grown = True
            left = [item for item in left if not any(item[0] is relation for relation in found)]
        return found

    def numerator(self, left: Term, right: Term) -> fmpz_mpoly:
        """The polynomial that is zero where ``left = right`` and both are defined. Raises OutsideError."""
        a, b = self.fraction(left), self.fraction(right)
        found = a[0] - b[0] if a[1] is b[1] or a[1] == b[1] else a[0] * b[1] - b[0] * a[1]
        return self.guard(found)

    def fraction(self, term: Term) -> Fraction:
        """Numerator and denominator of ``term``, in lowest terms. Raises OutsideError."""
        stack: list[Fraction] = []
        for item in term:
            if item.__class__ is int:
                found = self.context.constant(item), self.one
            elif item.__class__ is tuple:
                if is_bound(item):
                    high, low = stack.pop(), stack.pop()
                    found = self._fold(item, low, high)
                else:
                    found = self._number(*item)
            elif item[0] == "$":
                found = self.atom(item), self.one
            else:
                count = arity(item)
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                found = self._apply(item, operands)
            stack.append(found)
        return stack[-1]

    def atom(self, key: Hashable, relation: Callable[[fmpz_mpoly], fmpz_mpoly] | None = None) -> fmpz_mpoly:
        """The generator that stands for ``key``; ``relation`` gives, once, a polynomial that is zero."""
        found = self.atoms.get(key)
        if found is None:
            if len(self.atoms) == self.width:
                raise FullError("too many symbols")
            found = self.atoms[key] = self.context.gen(len(self.atoms))
            if relation is not None and (zero := relation(found)):
                self.relations.append(zero)
        return found

    def _number(self, n: int, d: int) -> Fraction:
        if n.bit_length() > MAX_BITS:
            raise OutsideError("too large")
        if d == 1:
            return self.context.constant(n), self.one
        shared = gcd(n, d)
        low = d // shared
        return self.context.constant(n // shared), self.one if low == 1 else self.context.constant(low)

    def guard(self, polynomial: fmpz_mpoly) -> fmpz_mpoly:
        """``polynomial``, unless it is too large."""
        if len(polynomial) > MAX_TERMS or polynomial.total_degree() > MAX_DEGREE:
            raise OutsideError("too large")
        return polynomial

    def _lowest(self, n: fmpz_mpoly, d: fmpz_mpoly) -> Fraction:
        """The quotient in lowest terms, the denominator's leading coefficient positive."""
        if not d:
            raise OutsideError("division by zero")
        self.guard(n)
        self.guard(d)
        if d != self.one:
            shared = n.gcd(d)
            if shared != self.one:
                n, d = n // shared, d // shared
            if d.leading_coefficient() < 0:
                n, d = -n, -d
        return n, (self.one if d == self.one else d)

    def _apply(self, name: str, operands: list[Fraction]) -> Fraction:
        handler = _OPERATIONS.get(name)
        if handler is not None:
            return handler(self, *operands)
        return self.opaque(name, *operands)

    def opaque(self, name: str, *operands: Fraction) -> Fraction:
        """An atom without relations: only equal to itself on equal arguments."""
        return self.atom((name, *(_key(operand) for operand in operands))), self.one

    def _fold(self, item: tuple[str, str, Term], low: Fraction, high: Fraction) -> Fraction:
        kind, index, body = item
        first, last = self.integer(low), self.integer(high)
        if first is None or last is None or last - first >= MAX_SUMMANDS:
            return self.atom((kind, index, body, _key(low), _key(high))), self.one
        found = self._number(int(kind == "prod"), 1)
        for k in range(first, last + 1):
            value = self.fraction(substitute(body, {index: (k,)}))
            found = add(self, found, value) if kind == "sum" else multiply(self, found, value)
        return found

    def constant(self, value: Fraction) -> tuple[int, int] | None:
        """``n, d`` where ``value`` is a rational number."""
        n, d = value
        if not (n.is_constant() and d.is_constant()):
            return None
        return (int(n.leading_coefficient()) if n else 0), int(d.leading_coefficient())

    def integer(self, value: Fraction) -> int | None:
        """The integer that ``value`` is, or None."""
        found = self.constant(value)
        return found[0] if found and found[1] == 1 else None

    def quotient(self, n: fmpz_mpoly, d: fmpz_mpoly) -> Fraction:
        """``n / d`` in lowest terms."""
        return self._lowest(n, d)

    def number(self, n: int, d: int = 1) -> Fraction:
        """A rational number."""
        return self._number(n, d)


def _generators(polynomials: Iterable[fmpz_mpoly]) -> set[int]:
    """The generators that occur, by number."""
    return {i for polynomial in polynomials for i, degree in enumerate(polynomial.degrees()) if degree}


def _key(value: Fraction) -> tuple[str, str]:
    return str(value[0]), str(value[1])


def add(ring: Ring, a: Fraction, b: Fraction) -> Fraction:
    """The sum."""
    one = ring.one
    if a[1] is one and b[1] is one:
        return a[0] + b[0], one
    if a[1] == b[1]:
        return ring.quotient(a[0] + b[0], a[1])
    return ring.quotient(a[0] * b[1] + b[0] * a[1], a[1] * b[1])


def negate(_: Ring, a: Fraction) -> Fraction:
    """Minus."""
    return -a[0], a[1]


def _subtract(ring: Ring, a: Fraction, b: Fraction) -> Fraction:
    return add(ring, a, negate(ring, b))


def multiply(ring: Ring, a: Fraction, b: Fraction) -> Fraction:
    """The product."""
    if len(a[0]) * len(b[0]) > 4 * MAX_TERMS or len(a[1]) * len(b[1]) > 4 * MAX_TERMS:
        raise OutsideError("too large")
    one = ring.one
    if a[1] is one and b[1] is one:
        return ring.guard(a[0] * b[0]), one
    return ring.quotient(a[0] * b[0], a[1] * b[1])


def divide(ring: Ring, a: Fraction, b: Fraction) -> Fraction:
    """The quotient; dividing by zero is outside."""
    return multiply(ring, a, (b[1], b[0]))


def power(ring: Ring, base: Fraction, exponent: Fraction) -> Fraction:
    """Integer powers are products, half-integer ones roots, ``b^(n + 2)`` splits its exponent."""
    known = ring.constant(exponent)
    if known is None:
        return _symbolic_power(ring, base, exponent)
    n, d = known
    if d == 1:
        return _integer_power(ring, base, n)
    if abs(n) > MAX_DEGREE or d > MAX_DEGREE:
        raise OutsideError("too large")
    return _integer_power(ring, root(ring, ring.number(d), base), n)


def _integer_power(ring: Ring, base: Fraction, n: int) -> Fraction:
    if n < 0:
        base, n = (base[1], base[0]), -n
    if not base[1] or not (n or base[0]):
        raise OutsideError("division by zero, or zero to the power of zero")
    known = ring.constant(base)
    if known is not None:
        size = max(abs(known[0]), known[1]).bit_length()
        if size > 1 and n * size > MAX_BITS:
            raise OutsideError("too large")
        return ring.number(
            known[0] ** min(n, 2 + n % 2) if size == 1 else known[0] ** n, known[1] ** n if size > 1 else 1
        )
    degree = max(base[0].total_degree(), base[1].total_degree())
    if n * degree > MAX_DEGREE or max(len(base[0]), len(base[1])) ** min(n, 3) > 20 * MAX_TERMS:
        raise OutsideError("too large")
    return ring.quotient(base[0] ** n, base[1] ** n)


def _symbolic_power(ring: Ring, base: Fraction, exponent: Fraction) -> Fraction:
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
            atom = ring.atom(("^", _key(base), tuple(powers))), ring.one
            found = multiply(ring, found, _integer_power(ring, atom, whole))
        else:
            found = multiply(ring, found, _integer_power(ring, base, whole))
    return found


def _sqrt(ring: Ring, value: Fraction) -> Fraction:
    return root(ring, ring.number(2), value)


def root(ring: Ring, index: Fraction, value: Fraction) -> Fraction:
    """A root of a number splits into roots of primes; any other root is an atom ``r^k = value``."""
    k = ring.integer(index)
    if k is None or not 2 <= k <= MAX_DEGREE:  # noqa: PLR2004  # roots begin at two
        return ring.opaque("root", index, value)
    known = ring.constant(value)
    if known is None:
        n, d = value
        atom = ring.atom(("root", k, _key(value)), lambda r: r**k * d - n)
        return atom, ring.one
    return _numeric_root(ring, k, *known)


def _numeric_root(ring: Ring, k: int, n: int, d: int) -> Fraction:
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
            found = multiply(ring, found, _integer_power(ring, _prime_root(ring, k // shared, prime), rest // shared))
    return divide(ring, multiply(ring, sign, found), ring.number(d))


def _prime_root(ring: Ring, k: int, prime: int) -> Fraction:
    return ring.atom(("root", k, prime), lambda r: r**k - prime), ring.one


def _factors(n: int) -> list[tuple[int, int]]:
    """Prime factors with multiplicities; a large number must be a square, or is outside."""
    if n > MAX_ROOT:
        whole = isqrt(n)
        if whole * whole != n or whole > MAX_ROOT:
            raise OutsideError("too large to factor")
        return [(prime, 2 * count) for prime, count in _factors(whole)]
    return [(int(prime), int(count)) for prime, count in fmpz(n).factor()]


def imaginary(ring: Ring) -> Fraction:
    """The imaginary unit."""
    return ring.atom("i", lambda i: i**2 + 1), ring.one


def _pi(ring: Ring) -> Fraction:
    return ring.atom("pi"), ring.one


def _napier(ring: Ring) -> Fraction:
    return ring.atom("e"), ring.one


def _degrees(ring: Ring, value: Fraction) -> Fraction:
    return multiply(ring, value, divide(ring, _pi(ring), ring.number(180)))


def _absolute(ring: Ring, value: Fraction) -> Fraction:
    known = ring.constant(value)
    if known is not None:
        return ring.number(abs(known[0]), known[1])
    n, d = value
    return ring.atom(("abs", _key(value)), lambda a: a**2 * d**2 - n**2), ring.one


def _percent(ring: Ring, value: Fraction) -> Fraction:
    return divide(ring, value, ring.number(100))


def _factorial(ring: Ring, value: Fraction) -> Fraction:
    n = ring.integer(value)
    if n is None:
        return ring.opaque("!", value)
    if not 0 <= n <= MAX_FACTORIAL:
        raise OutsideError("too large")
    return ring.number(factorial(n))


def _binomial(ring: Ring, n: Fraction, k: Fraction) -> Fraction:
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


def _integers(name: str, function: Callable[[int, int], int]) -> Callable[[Ring, Fraction, Fraction], Fraction]:
    def apply(ring: Ring, a: Fraction, b: Fraction) -> Fraction:
        m, n = ring.integer(a), ring.integer(b)
        if m is None or n is None:
            return ring.opaque(name, a, b)
        if name == "mod" and not n:
            raise OutsideError("division by zero")
        return ring.number(function(m, n))

    return apply


def _rounded(name: str, up: bool) -> Callable[[Ring, Fraction], Fraction]:
    def apply(ring: Ring, value: Fraction) -> Fraction:
        known = ring.constant(value)
        if known is None:
            return ring.opaque(name, value)
        return ring.number(-(-known[0] // known[1]) if up else known[0] // known[1])

    return apply


def _ln(ring: Ring, value: Fraction) -> Fraction:
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


def _log(ring: Ring, base: Fraction, value: Fraction) -> Fraction:
    return divide(ring, _ln(ring, value), _ln(ring, base))


_QUARTERS = {0: (0, 1, 0), 1: (6, -2, 4), 2: (1, 0, 2), 3: (2, 0, 2), 4: (3, 0, 2), 5: (6, 2, 4), 6: (1, 0, 1)}
"""Sine of k * 15 degrees as (sqrt a + sign * sqrt |b|) / c; the entries for 0, 30, 90 are exact numbers."""


def _sine_of(ring: Ring, k: int) -> Fraction:
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


def _fifteens(ring: Ring, angle: Fraction) -> int | None:
    """``k`` where ``angle`` is k * pi / 12."""
    return ring.integer(divide(ring, multiply(ring, angle, ring.number(12)), _pi(ring)))


def _sin(ring: Ring, angle: Fraction) -> Fraction:
    k = _fifteens(ring, angle)
    return _sine_of(ring, k) if k is not None else _circle(ring, angle)[0]


def _cos(ring: Ring, angle: Fraction) -> Fraction:
    k = _fifteens(ring, angle)
    return _sine_of(ring, k + 6) if k is not None else _circle(ring, angle)[1]


def _circle(ring: Ring, angle: Fraction) -> tuple[Fraction, Fraction]:
    """Atoms for the sine and the cosine of ``angle``, on the unit circle; odd and even under a sign."""
    flipped = bool(angle[0]) and angle[0].leading_coefficient() < 0
    if flipped:
        angle = negate(ring, angle)
    cosine = ring.atom(("cos", _key(angle)))
    sine = ring.atom(("sin", _key(angle)), lambda s: s**2 + cosine**2 - 1)
    return (-sine if flipped else sine, ring.one), (cosine, ring.one)


def _tan(ring: Ring, angle: Fraction) -> Fraction:
    return divide(ring, _sin(ring, angle), _cos(ring, angle))


def _inverse(function: Callable[[Ring, Fraction], Fraction]) -> Callable[[Ring, Fraction], Fraction]:
    def apply(ring: Ring, angle: Fraction) -> Fraction:
        return divide(ring, ring.number(1), function(ring, angle))

    return apply


_OPERATIONS: dict[str, Callable[..., Fraction]] = {
    "+": add, "-": _subtract, "*": multiply, "/": divide, "^": power, "neg": negate, "sqrt": _sqrt, "root": root,
    "%": _percent, "!": _factorial, "abs": _absolute, "binom": _binomial, "pi": _pi, "e": _napier, "i": imaginary,
    "deg": _degrees, "gcd": _integers("gcd", gcd), "lcm": _integers("lcm", lcm), "mod": _integers("mod", lambda m, n: m % abs(n)),
    "floor": _rounded("floor", up=False), "ceil": _rounded("ceil", up=True), "ln": _ln, "log": _log, "sin": _sin, "cos": _cos,
    "tan": _tan, "cot": _inverse(_tan), "sec": _inverse(_cos), "csc": _inverse(_sin),
}  # fmt: skip
