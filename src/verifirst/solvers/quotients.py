"""Quotients of integer polynomials, over symbols and atoms: the ground of :mod:`polynomials`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache
from math import gcd
from typing import Any, ClassVar

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from verifirst.solvers.terms import Term, arity, is_bound, substitute

Fraction = tuple[fmpz_mpoly, fmpz_mpoly]
Number = tuple[int, int]
"""Numerator and denominator in lowest terms, the denominator positive."""
Value = tuple[Any, Any]
"""A ``Fraction`` or a ``Number``: a number becomes a polynomial only where it meets one."""

NARROW, WIDE = 10, 30  # generators: a narrow ring is faster
MAX_TERMS = 400  # of a polynomial
MAX_DEGREE = 48
MAX_BITS = 2_000
MAX_SUMMANDS = 40


class OutsideError(ArithmeticError):
    """The term is too large for the ring, or is no expression of real numbers (a division by zero)."""


class FullError(OutsideError):
    """The ring has no generator left for another symbol."""


@lru_cache(maxsize=2)
def _context(width: int) -> fmpz_mpoly_ctx:
    return fmpz_mpoly_ctx.get(tuple(f"x{i}" for i in range(width)), Ordering.degrevlex)


class Quotients:
    """Symbols and atoms seen so far, in one ring; ``fraction`` adds to them.

    ``operations`` says what each named item does; one that is missing makes an opaque atom.
    ``quick`` are those that numbers do not need polynomials for (None: they do here).
    """

    operations: ClassVar[Mapping[str, Callable[..., Fraction]]] = {}
    quick: ClassVar[Mapping[str, Callable[..., Value | None]]] = {}

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
        return self.lifted(self._value(term))

    def _value(self, term: Term) -> Value:
        """The same, or a number as it is."""
        stack: list[Value] = []
        for item in term:
            if isinstance(item, int):
                stack.append((item, 1))
            elif isinstance(item, tuple):
                if is_bound(item):
                    high, low = self.lifted(stack.pop()), self.lifted(stack.pop())
                    stack.append(self._fold(item, low, high))
                else:
                    stack.append(self._number(*item))
            elif item[0] == "$":
                stack.append((self.atom(item), self.one))
            else:
                count = arity(item)
                operands = stack[len(stack) - count :]
                del stack[len(stack) - count :]
                quick = self.quick.get(item)
                found = quick(self, *operands) if quick is not None else None
                stack.append(found or self._apply(item, [self.lifted(operand) for operand in operands]))
        return stack[-1]

    def lifted(self, value: Value) -> Fraction:
        """A number as a quotient of constant polynomials."""
        n, d = value
        if isinstance(n, int):
            return self.context.constant(n), self.one if d == 1 else self.context.constant(d)
        return n, d

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

    def _number(self, n: int, d: int) -> Number:
        if n.bit_length() > MAX_BITS:
            raise OutsideError("too large")
        return lowest(n, d)

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
        handler = self.operations.get(name)
        if handler is not None:
            return handler(self, *operands)
        return self.opaque(name, *operands)

    def opaque(self, name: str, *operands: Fraction) -> Fraction:
        """An atom without relations: only equal to itself on equal arguments."""
        return self.atom((name, *(key_of(operand) for operand in operands))), self.one

    def _fold(self, item: tuple[str, str, Term], low: Fraction, high: Fraction) -> Fraction:
        kind, index, body = item
        first, last = self.integer(low), self.integer(high)
        if first is None or last is None or last - first >= MAX_SUMMANDS:
            return self.atom((kind, index, body, key_of(low), key_of(high))), self.one
        found = self.number(int(kind == "prod"))
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
        return self.lifted(self._number(n, d))


def _generators(polynomials: Iterable[fmpz_mpoly]) -> set[int]:
    """The generators that occur, by number."""
    return {i for polynomial in polynomials for i, degree in enumerate(polynomial.degrees()) if degree}


def lowest(n: int, d: int) -> Number:
    """The number ``n / d``."""
    if not d:
        raise OutsideError("division by zero")
    if d == 1:
        return n, d
    shared = gcd(n, d) if d > 0 else -gcd(n, d)
    return n // shared, d // shared


def key_of(value: Fraction) -> tuple[str, str]:
    """What a quotient is known by: equal quotients have equal keys."""
    return str(value[0]), str(value[1])


def add(ring: Quotients, a: Fraction, b: Fraction) -> Fraction:
    """The sum."""
    one = ring.one
    if a[1] is one and b[1] is one:
        return a[0] + b[0], one
    if a[1] == b[1]:
        return ring.quotient(a[0] + b[0], a[1])
    return ring.quotient(a[0] * b[1] + b[0] * a[1], a[1] * b[1])


def negate(_: Quotients, a: Fraction) -> Fraction:
    """Minus."""
    return -a[0], a[1]


def subtract(ring: Quotients, a: Fraction, b: Fraction) -> Fraction:
    """The difference."""
    return add(ring, a, negate(ring, b))


def multiply(ring: Quotients, a: Fraction, b: Fraction) -> Fraction:
    """The product."""
    if len(a[0]) * len(b[0]) > 4 * MAX_TERMS or len(a[1]) * len(b[1]) > 4 * MAX_TERMS:
        raise OutsideError("too large")
    one = ring.one
    if a[1] is one and b[1] is one:
        return ring.guard(a[0] * b[0]), one
    return ring.quotient(a[0] * b[0], a[1] * b[1])


def divide(ring: Quotients, a: Fraction, b: Fraction) -> Fraction:
    """The quotient; dividing by zero is outside."""
    return multiply(ring, a, (b[1], b[0]))


def integer_power(ring: Quotients, base: Fraction, n: int) -> Fraction:
    """A whole power, negative ones too."""
    if n < 0:
        base, n = (base[1], base[0]), -n
    if not base[1] or not (n or base[0]):
        raise OutsideError("division by zero, or zero to the power of zero")
    known = ring.constant(base)
    if known is not None and known[1] < 0:  # turned over
        known = -known[0], -known[1]
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
    if base[1] is ring.one:
        return ring.guard(base[0] ** n), ring.one
    return ring.quotient(base[0] ** n, base[1] ** n)
