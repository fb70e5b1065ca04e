r"""Equations in one symbol: their solution sets, and how two such sets relate.

    >>> from verifirst.core.budget import Budget
    >>> square, root = (("$x", 2, "^"), (9,)), (("$x",), (3,))
    >>> relation(square, root, "x", budget=Budget(100_000))
    Change(over_reals='loses', over_complex='loses')
    >>> [str(value) for value in solve(*square, "x", Budget(100_000)).values()]
    ['-3', '3']

Fractions of polynomials are solved exactly: the numerator's irreducible factors, less those
at whose zeros something was divided by zero. Square roots and absolute values (also of
numbers, ``x = sqrt 2``) are eliminated by multiplying over the signs they could have; a real
root of that product solves the equation when enclosures rule out every other choice of signs.
Other functions are out of reach (:class:`UnsolvedError`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Literal, Never

from flint import acb, arb, fmpq, fmpq_poly, fmpz_poly

from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded
from verifirst.solvers import elementary, exact
from verifirst.solvers.compare import compare
from verifirst.solvers.outcome import Outcome
from verifirst.solvers.precision import working
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, substitute
from verifirst.solvers.tower import Fraction, Polynomial, Relation, Tower

Equation = tuple[Term, Term]
Sets = Literal["same", "gains", "loses", "disjoint", "overlap", "undecided"]
Irreducible = tuple[int, ...]
"""Coprime integer coefficients, the constant one first, the last one positive."""
Root = tuple[Irreducible, int]
"""An irreducible polynomial and which of its real zeros, counted upward."""

MAX_DEGREE = 24
MAX_SURDS = 3
MAX_HEIGHT = 1_000  # bits of a coefficient
MAX_SEPARATION = 600  # degree times bits: roots may come as close as 2 to the minus that
MAX_WORK = 40_000
_MAX_SIZE = 6_000  # degree times bits, of a product of factors
_BITS = 256
_DEGREE_COST = 400  # budget units to factor and isolate, by degree


class UnsolvedError(ArithmeticError):
    """The equation is not of a kind that is solved here."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a second equation does to the solutions of a first: *gains* some, *loses* some, ..."""

    over_reals: Sets
    over_complex: Sets


@dataclass(frozen=True, slots=True)
class Solutions:
    """A solution set, or with ``cofinite`` everything but that set.

    ``factors`` are the irreducible polynomials whose zeros are the complex solutions, None
    where only the real ones are known. ``real`` are the real ones.
    """

    cofinite: bool
    factors: frozenset[Irreducible] | None
    real: frozenset[Root]

    def values(self) -> list[fmpq | arb]:
        """The real solutions in rising order, rational ones exactly."""
        return sorted((value_of(root) for root in self.real), key=lambda value: float(arb(value)))


def value_of(root: Root) -> fmpq | arb:
    """A real root as a rational number or as a ball."""
    coefficients, at = root
    if len(coefficients) == 2:  # noqa: PLR2004  # linear
        return fmpq(-coefficients[0], coefficients[1])
    return _real_zeros(coefficients)[at]


def _roots(factors: Iterable[Irreducible]) -> list[Root]:
    return [(factor, at) for factor in factors for at in range(len(_real_zeros(factor)))]


@lru_cache(maxsize=256)
def _real_zeros(factor: Irreducible) -> tuple[arb, ...]:
    """The real zeros of an irreducible polynomial, in rising order."""
    if len(factor) <= 3:  # noqa: PLR2004  # linear or quadratic
        return _by_formula(*factor)
    height = max(abs(c).bit_length() for c in factor)
    if height * (len(factor) - 1) > MAX_SEPARATION:
        raise TooLargeError("roots that may be too close to be told apart")
    with working(_BITS):
        roots: list[tuple[acb, int]] = fmpz_poly(list(factor)).complex_roots()  # type: ignore[assignment]
        zeros = [zero.real for zero, _ in roots if zero.imag.is_zero()]
    return tuple(sorted(zeros, key=lambda zero: float(zero.mid())))


def _by_formula(c: int, b: int, a: int = 0) -> tuple[arb, ...]:
    with working(_BITS + 2 * MAX_HEIGHT):
        if not a:
            return (arb(fmpq(-c, b)),)
        discriminant = b * b - 4 * a * c
        if discriminant < 0:
            return ()
        half = arb(discriminant).sqrt()
        return (-b - half) / (2 * a), (-b + half) / (2 * a)


def relation(first: Equation, second: Equation, symbol: str, *, budget: Budget) -> Change:
    """How the solutions of ``second`` relate to those of ``first``: *loses* where some are missing."""
    try:
        a, b = solve(*first, symbol, budget), solve(*second, symbol, budget)
    except (UnsolvedError, TooLargeError, UndefinedError):
        return Change("undecided", "undecided")
    over_reals = _relate(a.real, a.cofinite, b.real, b.cofinite)
    if a.factors is None or b.factors is None:
        return Change(over_reals, "undecided")
    return Change(over_reals, _relate(a.factors, a.cofinite, b.factors, b.cofinite))


def _relate(a: Collection[object], all_but_a: bool, b: Collection[object], all_but_b: bool) -> Sets:
    """Relate two sets, each given by its members or by what it lacks."""
    one, two = set(a), set(b)
    if all_but_a and all_but_b:
        turned = _relate(b, False, a, False)
        return "overlap" if turned == "disjoint" else turned
    if all_but_a or all_but_b:
        members, lacking = (two, one) if all_but_a else (one, two)
        if members & lacking:
            return "disjoint" if members <= lacking else "overlap"
        return "loses" if all_but_a else "gains"
    if one <= two:
        return "same" if one == two else "gains"
    if two < one:
        return "loses"
    return "overlap" if one & two else "disjoint"


def satisfies(equation: Equation, values: dict[str, Term], *, budget: Budget, seed: int = 0) -> Outcome:
    """Whether an equation holds where its symbols have ``values`` (terms); *undecided* where it is undefined."""
    left, right = (substitute(side, values) for side in equation)
    return compare(left, right, budget=budget, seed=seed)


def real_roots(term: Term, symbol: str, *, budget: Budget) -> list[fmpq | arb]:
    """Where a term is zero: rational numbers and balls in rising order.

    Raises :class:`UnsolvedError` (also where it is zero everywhere), TooLargeError, UndefinedError.
    """
    found = solve(term, (0,), symbol, budget)
    if found.cofinite:
        raise UnsolvedError("zero everywhere")
    return found.values()


def solve(left: Term, right: Term, symbol: str, budget: Budget) -> Solutions:
    """The solutions of ``left = right``.

    Raises :class:`UnsolvedError`, TooLargeError, UndefinedError, or BudgetExceeded where the
    caller's budget is spent.
    """
    work = Budget(min(MAX_WORK, budget.limit - budget.spent))
    try:
        exact.check(left)
        exact.check(right)
        return elementary.in_tower((left, right), lambda *found: _Problem(found, symbol, work).solve(), work)
    except BudgetExceeded:
        raise TooLargeError("too much work") from None
    finally:
        budget.spend(work.spent)


class _Problem:
    """One equation in its tower: generator by generator a symbol, a square root, an absolute value."""

    def __init__(self, found: tuple[Any, ...], symbol: str, budget: Budget) -> None:
        algebra, left, right = found
        self.tower: Tower = algebra.tower
        self._budget = budget
        self._surds: dict[int, Fraction] = {}  # generators and their squares
        self._x = -1
        for at, key in enumerate(self.tower.keys):
            self._read(algebra, at, key, symbol)
        if len(self._surds) > MAX_SURDS:
            raise UnsolvedError("an equation with many roots")
        self._divisors = self.tower.divisors
        self._numerator = self.tower.add(left, self.tower.negate(right)).top

    def _read(self, algebra: elementary.Algebra, at: int, key: tuple[object, ...], symbol: str) -> None:
        relation = self.tower.relations.get(at)
        if key == ("symbol", symbol):
            self._x = at
        elif key[0] == "abs":
            self._surds[at] = self.tower.multiply(algebra.arguments[key], algebra.arguments[key])
            self.tower.relations[at] = Relation(2, self._surds[at])
        elif key[0] in ("prime", "root") and relation is not None and relation.degree == 2:  # noqa: PLR2004
            assert relation.value is not None, "a root has a radicand"
            self._surds[at] = relation.value
        elif key[0] != "log":  # met on the way and not used
            raise UnsolvedError(f"an equation with {key[0]}")

    def solve(self) -> Solutions:
        norm = self._norm(self._numerator)
        if norm.is_zero():
            return self._everywhere()
        factors = frozenset(self._factors(norm))
        if not self._surds:
            kept = frozenset(factor for factor in factors if not self._excluded(factor))
            return Solutions(False, kept, frozenset(_roots(kept)))
        return Solutions(False, None, frozenset(root for root in _roots(factors) if self._solves(root)))

    def _everywhere(self) -> Solutions:
        if self._surds:
            raise UnsolvedError("perhaps an identity of roots")
        lacking = frozenset(factor for divisor in self._divisors for factor in self._factors(divisor))
        return Solutions(True, lacking, frozenset(_roots(lacking)))

    def _norm(self, polynomial: Polynomial) -> Polynomial:
        """The product over the signs of all surds, free of them."""
        for at in sorted(self._surds, reverse=True):
            even, odd = self.tower.split(polynomial, at)
            square = self._surds[at]
            if not odd.is_zero():
                self._budget.spend(_DEGREE_COST)
                even = self.tower.norm(even, odd, square)
            polynomial = even
        return polynomial

    def _factors(self, polynomial: Polynomial) -> Iterator[Irreducible]:
        """The irreducible factors in the symbol, each normal."""
        for monomial, _ in polynomial.terms():
            if any(exponent and at != self._x for at, exponent in enumerate(monomial)):
                raise UnsolvedError("an equation in several symbols")
        coefficients = {int(monomial[self._x]) if self._x >= 0 else 0: c for monomial, c in polynomial.terms()}
        degree = max(coefficients)
        height = max(c.height_bits() for c in coefficients.values())
        if degree > MAX_DEGREE or height > MAX_HEIGHT or degree * height > _MAX_SIZE:
            raise TooLargeError("the degree of the equation is out of reach")
        self._budget.spend(_DEGREE_COST * (1 + degree))
        dense = fmpq_poly([coefficients.get(at, fmpq(0)) for at in range(degree + 1)])
        for factor, _ in dense.numer().factor()[1]:
            if factor.degree():
                yield tuple(int(c) for c in (factor if factor[factor.degree()] > 0 else -factor).coeffs())

    def _excluded(self, factor: Irreducible) -> bool:
        """Whether something was divided by zero at the zeros of ``factor``."""
        return any(factor in self._factors(divisor) for divisor in self._divisors)

    # Which real zeros of the product over the signs solve the equation with the signs it has.

    def _solves(self, root: Root) -> bool:
        with working(_BITS):
            values = {self._x: arb(value_of(root))}
            free: list[int] = []  # surds that are not zero here
            for at, square in self._surds.items():
                size = self._surd(square, root, values)
                if size is None:
                    return False
                if not size.is_zero():
                    free.append(at)
                values[at] = size
            return self._holds(root, values, free)

    def _surd(self, square: Fraction, root: Root, values: dict[int, arb]) -> arb | None:
        """The value of a surd at a root; None where it is not real."""
        if any(self.tower.involves(part, at) for part in (square.top, square.bottom) for at in self._surds):
            raise UnsolvedError("roots within roots")
        bottom = _value(square.bottom, values)
        value = _value(square.top, values)
        if bottom.contains(0):
            return None if root[0] in self._factors(square.bottom) else _too_close()
        if value.contains(0):
            return arb(0) if root[0] in self._factors(square.top) else _too_close()
        value /= bottom
        return value.sqrt() if value > 0 else None

    def _holds(self, root: Root, values: dict[int, arb], free: list[int]) -> bool:
        if not _value(self._numerator, values).contains(0):
            return False
        for signs in product((1, -1), repeat=len(free)):
            turned = {**values, **{at: values[at] * sign for at, sign in zip(free, signs, strict=True)}}
            if -1 in signs and _value(self._numerator, turned).contains(0):
                _too_close()
        return not any(self._vanishes(divisor, root, values) for divisor in self._divisors)

    def _vanishes(self, divisor: Polynomial, root: Root, values: dict[int, arb]) -> bool:
        if not _value(divisor, values).contains(0):
            return False
        if any(self.tower.involves(divisor, at) for at in self._surds):
            _too_close()
        return root[0] in self._factors(divisor) or _too_close()


def _too_close() -> Never:
    raise UnsolvedError("values too close to tell")


def _value(polynomial: Polynomial, values: dict[int, arb]) -> arb:
    total = arb(0)
    for monomial, coefficient in polynomial.terms():
        term = arb(coefficient)
        for at, exponent in enumerate(monomial):
            if exponent:
                if at not in values:
                    raise UnsolvedError("an equation in several symbols")
                term *= values[at] ** int(exponent)
        total += term
    return total
