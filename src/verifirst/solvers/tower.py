r"""Fractions of polynomials over the rationals in generators, some bound by a relation.

    >>> from verifirst.core.budget import Budget
    >>> tower = Tower(Settings(4), Budget(1000))
    >>> x, i = tower.symbol("x"), tower.imaginary()
    >>> tower.is_zero(tower.add(tower.multiply(i, i), tower.number(fmpq(1))))
    True

A generator is a free symbol, a constant such as pi, a root (``g^k = N/D``), a root of unity
(``g`` is a zero of a cyclotomic polynomial), or a part that is left unknown. A fraction whose
numerator reduces to zero is zero. The converse holds while all generators are free: relations
between roots are not complete.

Sizes are estimated before each product: :class:`TooLargeError`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb, gcd
from typing import Any

from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx, fmpz_poly

from verifirst.core.budget import Budget
from verifirst.solvers.rational import TooLargeError, UndefinedError

Polynomial = fmpq_mpoly
Key = tuple[Any, ...]
"""What a generator is: its kind, then what tells it from others of the kind. Hashable."""

MAX_TERMS = 1_000  # of an estimated product
MAX_DEGREE = 400
MAX_UNITY = 128  # the largest order of a root of unity


class Restart(Exception):  # noqa: N818  # no error: the tower must be built again
    """A generator must be divided finer, or there are too few: the tower's settings were changed."""


@dataclass(slots=True)
class Settings:
    """What a tower learns from restarts: how finely its generators are divided."""

    size: int = 4
    unity: int = 4
    parts: dict[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fraction:
    """``top / bottom``; the bottom is not zero."""

    top: Polynomial
    bottom: Polynomial


@dataclass(frozen=True, slots=True)
class Relation:
    """``g^degree = value``; for a root of unity no value."""

    degree: int
    value: Fraction | None


class Tower:
    """Generators and the fractions over them."""

    def __init__(self, settings: Settings, budget: Budget) -> None:
        self.settings = settings
        self._budget = budget
        self.context = fmpq_mpoly_ctx.get([f"g{at}" for at in range(self.settings.size)], "lex")
        self._generators = self.context.gens()
        self.keys: list[Key] = []
        self.relations: dict[int, Relation] = {}
        self._at: dict[Key, int] = {}
        self.divisors: list[Polynomial] = []  # what was divided by: the fractions are defined where none is zero
        self._one = self.context.constant(1)

    def number(self, value: fmpq | int) -> Fraction:
        """A rational number."""
        return Fraction(self.context.constant(value), self._one)

    def symbol(self, name: str) -> Fraction:
        """A free symbol."""
        return self.generator(("symbol", name))

    def generator(self, key: Key, relation: Relation | None = None) -> Fraction:
        """The generator known by ``key``, made when it is new."""
        at = self._at.get(key)
        if at is None:
            at = len(self.keys)
            if at >= self.settings.size:
                self.settings.size *= 2
                raise Restart
            self.keys.append(key)
            self._at[key] = at
            if relation is not None:
                self.relations[at] = relation
        return Fraction(self._generators[at], self._one)

    def imaginary(self) -> Fraction:
        """The unit i, a root of unity of order four."""
        return self.unity(fmpq(1, 4))

    def unity(self, turn: fmpq) -> Fraction:
        """exp(2 pi i turn)."""
        order = self.settings.unity
        if (turn * order).q != 1:
            self.settings.unity = order * int(turn.q) // gcd(order, int(turn.q))
            if self.settings.unity > MAX_UNITY:
                raise TooLargeError("a root of unity of high order")
            raise Restart
        exponent = int((turn * order).p) % order
        if exponent * 2 == order:
            return self.number(-1)
        degree = int(fmpz_poly.cyclotomic(order).degree())
        root = self.generator(("unity",), Relation(degree, None))
        return self.reduced(Fraction(root.top**exponent, self._one))

    def add(self, a: Fraction, b: Fraction) -> Fraction:
        """The sum."""
        if a.bottom == b.bottom:
            return Fraction(a.top + b.top, a.bottom)
        return Fraction(self._times(a.top, b.bottom) + self._times(b.top, a.bottom), self._times(a.bottom, b.bottom))

    def negate(self, a: Fraction) -> Fraction:
        """The negative."""
        return Fraction(-a.top, a.bottom)

    def multiply(self, a: Fraction, b: Fraction) -> Fraction:
        """The product."""
        return Fraction(self._times(a.top, b.top), self._times(a.bottom, b.bottom))

    def scale(self, a: Fraction, factor: fmpq) -> Fraction:
        """A rational multiple."""
        return Fraction(a.top * factor, a.bottom)

    def invert(self, a: Fraction) -> Fraction:
        """The inverse; UndefinedError for zero."""
        a = self.reduced(a)
        if a.top.is_zero():
            raise UndefinedError("division by zero")
        if not a.top.is_constant():
            self.divisors.append(a.top)
        return Fraction(a.bottom, a.top)

    def power(self, a: Fraction, exponent: int) -> Fraction:
        """An integer power."""
        if exponent <= 0:
            a, exponent = self.invert(a), -exponent
        for part in (a.top, a.bottom):
            self._guard(1, part.total_degree() * exponent if not part.is_constant() else 0)
            self._guard(comb(exponent + len(part) - 1, exponent) if len(part) > 1 else 1)
            self._guard(exponent * max((c.height_bits() for c in part.coeffs()), default=0) // 16)
        return Fraction(a.top**exponent, a.bottom**exponent)

    def reduced(self, a: Fraction) -> Fraction:
        """``a`` with every relation applied to numerator and denominator."""
        if not self.relations:
            return a
        for at in sorted(self.relations, reverse=True):
            top, scale = self._reduce(a.top, at)
            bottom, other = self._reduce(a.bottom, at)
            a = Fraction(self._times(top, other), self._times(bottom, scale))
        if a.bottom.is_zero():
            raise UndefinedError("division by zero")
        return a

    def canonical(self, a: Fraction) -> Fraction:
        """``a`` reduced, in lowest terms, the denominator's leading coefficient one."""
        a = self.reduced(a)
        self._guard(len(a.top) * len(a.bottom) // 8)
        common = a.top.gcd(a.bottom)
        if not common.is_constant():
            a = Fraction(a.top / common, a.bottom / common)
        leading = a.bottom.leading_coefficient()
        return Fraction(a.top / leading, a.bottom / leading)

    def is_zero(self, a: Fraction) -> bool:
        """Whether ``a`` is proved to be zero."""
        return a.top.is_zero() or bool(self.reduced(a).top.is_zero())

    def constant(self, a: Fraction) -> fmpq | None:
        """The rational number that ``a`` is, if it is seen to be one."""
        if not (a.top.is_constant() and a.bottom.is_constant()):
            a = self.canonical(a)
            if not (a.top.is_constant() and a.bottom.is_constant()):
                return None
        return fmpq(0) if a.top.is_zero() else a.top.leading_coefficient() / a.bottom.leading_coefficient()

    def factors(self, monomial: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """A monomial's generators with their exponents."""
        return tuple((at, int(exponent)) for at, exponent in enumerate(monomial) if exponent)

    def product(self, factors: tuple[tuple[int, int], ...]) -> Fraction:
        """The monomial of ``factors``; exponents may be negative."""
        top = bottom = self._one
        for at, exponent in factors:
            if exponent > 0:
                top *= self._generators[at] ** exponent
            else:
                bottom *= self._generators[at] ** -exponent
        return Fraction(top, bottom)

    def split(self, polynomial: Polynomial, at: int) -> tuple[Polynomial, Polynomial]:
        """A multiple of ``polynomial`` as even + odd * g, for a generator ``g`` with a known square."""
        reduced, _ = self._reduce(polynomial, at)
        parts: tuple[dict[tuple[int, ...], fmpq], dict[tuple[int, ...], fmpq]] = {}, {}
        for monomial, coefficient in reduced.terms():
            parts[int(monomial[at])][(*monomial[:at], 0, *monomial[at + 1 :])] = coefficient
        return self.context.from_dict(parts[0]), self.context.from_dict(parts[1])

    def norm(self, even: Polynomial, odd: Polynomial, square: Fraction) -> Polynomial:
        """A multiple of (even + odd g) (even - odd g), where ``square`` is that of ``g``."""
        above = self._times(self._times(even, even), square.bottom)
        return above - self._times(self._times(odd, odd), square.top)

    def involves(self, polynomial: Polynomial, at: int) -> bool:
        """Whether a generator occurs in ``polynomial``."""
        return not polynomial.is_constant() and polynomial.degrees()[at] > 0

    def _times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        if a.is_one():
            return b
        if b.is_one():
            return a
        self._guard(len(a) * len(b))
        return a * b

    def _reduce(self, polynomial: Polynomial, at: int) -> tuple[Polynomial, Polynomial]:
        """``polynomial`` times a power of the relation's denominator, free of high powers; that power."""
        relation = self.relations[at]
        highest = int(polynomial.degrees()[at]) // relation.degree if not polynomial.is_constant() else 0
        if not highest:
            return polynomial, self._one
        if relation.value is None:
            return self._reduce_unity(polynomial, at), self._one
        value, bottom = relation.value.top, relation.value.bottom
        self._guard(len(polynomial) * (len(value) + len(bottom)) ** highest)
        total = self.context.constant(0)
        for monomial, coefficient in polynomial.terms():
            times, rest = divmod(int(monomial[at]), relation.degree)
            kept = (*monomial[:at], rest, *monomial[at + 1 :])
            total += self.context.from_dict({kept: coefficient}) * value**times * bottom ** (highest - times)
        return total, bottom**highest

    def _reduce_unity(self, polynomial: Polynomial, at: int) -> Polynomial:
        order = self.settings.unity
        modulus = fmpz_poly.cyclotomic(order)
        total: dict[tuple[int, ...], fmpq] = {}
        for monomial, coefficient in polynomial.terms():
            rest = fmpz_poly([0] * (int(monomial[at]) % order) + [1]) % modulus
            for exponent, factor in enumerate(rest.coeffs()):
                kept = (*monomial[:at], exponent, *monomial[at + 1 :])
                total[kept] = total.get(kept, fmpq(0)) + coefficient * factor
        return self.context.from_dict(total)

    def _guard(self, terms: int, degree: int = 0) -> None:
        """Pay for an expansion before it is done; TooLargeError for a large one."""
        if terms > MAX_TERMS or degree > MAX_DEGREE:
            raise TooLargeError("the expansion is too large")
        self._budget.spend(terms)
