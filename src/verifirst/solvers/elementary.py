r"""Normal forms of terms: proofs of identities between elementary functions.

    >>> from verifirst.core.budget import Budget
    >>> left, right = (2, "$x", "*", "sin"), (2, "$x", "sin", "*", "$x", "cos", "*")
    >>> identical(left, right, Budget(10_000))
    True

Sines and cosines become exponentials, exponentials of sums become products, logarithms and
roots of rational numbers are taken apart into primes, factorials are moved to one argument,
and everything is a fraction in a :class:`Tower`. What has no such form (a floor, a function
that the trace names, the logarithm of a symbol) stands for itself: equal operands, equal
values.

The rewritings hold wherever both sides are defined, over the real numbers, and over the
complex ones where the term holds ``i``; none of them chooses a branch. So *zero* is a proof,
provided the sides are defined anywhere at all, which the caller must know. *Not zero* proves
nothing, unless every generator is free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flint import fmpq, fmpq_poly

from verifirst.core.budget import Budget
from verifirst.solvers import exact
from verifirst.solvers.exact import IrrationalError
from verifirst.solvers.powers import Powers, content
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Bound, Item, Term, arity, is_bound, substitute, symbols
from verifirst.solvers.tower import Fraction, Restart, Settings, Tower

MAX_RESTARTS = 24
MAX_GENERATORS = 32
MAX_UNROLLED = 64  # summands of a sum that is written out
MAX_SUMMED_POWER = 16
_FREE = frozenset({"symbol", "prime", "pi", "log", "unity"})  # kinds of generators that hide no index
_MAX_SHIFT = 24  # (n + 24)! is still seen beside n!
_COST = 24  # budget units an operation on fractions

Found = TypeVar("Found")


def identical(left: Term, right: Term, budget: Budget, *, positive: bool = False) -> bool:
    """Whether two checked terms are proved to be the same function wherever both are defined.

    ``positive=True`` proves it where all symbols are positive.
    Raises :class:`TooLargeError` or :class:`UndefinedError`.
    """

    def judge(algebra: Algebra, a: Fraction, b: Fraction) -> bool:
        return algebra.tower.is_zero(algebra.tower.add(a, algebra.tower.negate(b)))

    return in_tower((left, right), judge, budget, positive=positive)


def in_tower(terms: tuple[Term, ...], use: Callable[..., Found], budget: Budget, *, positive: bool = False) -> Found:
    """What ``use`` makes of an algebra and the normal forms of ``terms`` in its tower.

    Raises :class:`TooLargeError` or :class:`UndefinedError`.
    """
    settings = Settings()
    for _ in range(MAX_RESTARTS):
        algebra = Algebra(Tower(settings, budget), budget, real=not mentions_i(*terms), positive=positive)
        try:
            return use(algebra, *(algebra.evaluate(term) for term in terms))
        except Restart:
            if settings.size > MAX_GENERATORS:
                break
    raise TooLargeError("too many independent parts")


def mentions_i(*terms: Term) -> bool:
    """Whether a term speaks of complex numbers."""
    return any(not {"i", "re", "im", "conj", "arg"}.isdisjoint(term) for term in terms)


class Algebra(Powers):
    """The operators of terms on the fractions of one tower."""

    def __init__(self, tower: Tower, budget: Budget, *, real: bool, positive: bool) -> None:
        super().__init__(tower, real=real, positive=positive)
        self._budget = budget
        self._index: dict[str, Fraction] = {}

    def evaluate(self, term: Term) -> Fraction:
        """The normal form of a checked term."""
        stack: list[Fraction] = []
        for item in term:
            self._budget.spend(_COST)
            taken = arity(item)
            found = stack[len(stack) - taken :]
            del stack[len(stack) - taken :]
            stack.append(self._apply(item, found))
        return stack[-1]

    def _apply(self, item: Item, found: list[Fraction]) -> Fraction:
        if isinstance(item, int):
            return self.tower.number(item)
        if isinstance(item, tuple):
            return self._fold(item, *found) if is_bound(item) else self.tower.number(fmpq(*item))
        if item[0] == "$":
            return self._index.get(item[1:]) or self.tower.symbol(item[1:])
        return self._named(item, found)

    def _named(self, item: str, found: list[Fraction]) -> Fraction:
        if item in _RING:
            return _RING[item](self.tower, *found)
        rationals = [number for value in found if (number := self.tower.constant(value)) is not None]
        if found and item[0] != "@" and len(rationals) == len(found):
            try:
                return self.tower.number(exact.apply(item, rationals))
            except (IrrationalError, TooLargeError):
                pass  # a root, a logarithm
        return _ELEMENTARY[item](self, *found) if item in _ELEMENTARY else self.unknown(item, found)

    def _fold(self, item: Bound, low: Fraction, high: Fraction) -> Fraction:
        kind, index, body = item
        first, last = self.tower.constant(low), self.tower.constant(high)
        if first is None or last is None or last - first >= MAX_UNROLLED:
            if kind == "sum" and (closed := self._sum_of_powers(index, body, low, high)) is not None:
                return closed
            renamed = substitute(body, {index: ("$\0",)})
            free = [self._apply(f"${name}", []) for name in sorted(symbols(renamed) - {"\0"})]
            return self.unknown((kind, renamed), [low, high, *free])
        total = self.tower.number(0 if kind == "sum" else 1)
        outer = self._index
        for k in exact.indices(first, last):
            self._index = {**outer, index: self.tower.number(k)}
            value = self.evaluate(body)
            total = self.tower.add(total, value) if kind == "sum" else self.tower.multiply(total, value)
        self._index = outer
        return total

    def _sum_of_powers(self, index: str, body: Term, low: Fraction, high: Fraction) -> Fraction | None:
        """A sum whose summand is a polynomial in the index, by Faulhaber's formula; None for other sums."""
        outer, variable = self._index, self.tower.symbol(f"\0{index}")
        self._index = {**outer, index: variable}
        value = self.tower.canonical(self.evaluate(body))
        self._index = outer
        at = self.tower.keys.index(("symbol", f"\0{index}"))
        kinds = {self.tower.keys[other][0] for m in value.top.monoms() for other, _ in self.tower.factors(m)}
        if self.tower.involves(value.bottom, at) or not kinds <= _FREE:
            return None
        total = self.tower.number(0)
        for monomial, coefficient in value.top.terms():
            power = int(monomial[at])
            rest = tuple((other, exponent) for other, exponent in self.tower.factors(monomial) if other != at)
            summed = self.tower.add(
                self._bernoulli(power + 1, self.tower.add(high, self.tower.number(1))),
                self.tower.negate(self._bernoulli(power + 1, low)),
            )
            part = self.tower.multiply(self.tower.product(rest), summed)
            total = self.tower.add(total, self.tower.scale(part, coefficient / (power + 1)))
        return self.tower.multiply(total, self.tower.invert(Fraction(value.bottom, value.bottom**0)))

    def _bernoulli(self, degree: int, value: Fraction) -> Fraction:
        """The Bernoulli polynomial at ``value``."""
        if degree > MAX_SUMMED_POWER:
            raise TooLargeError("a sum of high powers")
        total = self.tower.number(0)
        for coefficient in reversed(fmpq_poly.bernoulli_poly(degree).coeffs()):
            total = self.tower.add(self.tower.multiply(total, value), self.tower.number(coefficient))
        return total

    def turned(self, value: Fraction) -> Fraction:
        """exp(i value)."""
        return self.exponential(self.tower.multiply(self.tower.imaginary(), value))

    def wave(self, rotated: Fraction, sign: int) -> Fraction:
        """``rotated`` plus or minus its inverse."""
        return self.tower.add(rotated, self.tower.scale(self.tower.invert(rotated), fmpq(sign)))

    def sine(self, value: Fraction) -> Fraction:
        """By exponentials."""
        double = self.tower.scale(self.tower.imaginary(), fmpq(2))
        return self.tower.multiply(self.wave(self.turned(value), -1), self.tower.invert(double))

    def cosine(self, value: Fraction) -> Fraction:
        """By exponentials."""
        return self.tower.scale(self.wave(self.turned(value), 1), fmpq(1, 2))

    def factorial(self, value: Fraction) -> Fraction:
        """The factorial, by that of the argument without its whole constant part."""
        value = self.tower.canonical(value)
        shift = _constant_part(value)
        base = self.tower.add(value, self.tower.number(-shift))
        total = self.unknown("!", [base])
        for step in range(abs(shift)):
            factor = self.tower.add(base, self.tower.number(step + 1 if shift > 0 else -step))
            total = self.tower.multiply(total, factor if shift > 0 else self.tower.invert(factor))
        return total

    def permutations(self, n: Fraction, k: Fraction) -> Fraction:
        """Falling factorials."""
        rest = self.tower.add(n, self.tower.negate(k))
        count = self.tower.constant(k)
        if count is None or not 0 <= count <= _MAX_SHIFT or count.q != 1:
            return self.tower.multiply(self.factorial(n), self.tower.invert(self.factorial(rest)))
        total = self.tower.number(1)
        for step in range(int(count.p)):
            total = self.tower.multiply(total, self.tower.add(n, self.tower.number(-step)))
        return total

    def binomial(self, n: Fraction, k: Fraction) -> Fraction:
        """Falling factorials over the factorial."""
        below = self._apply("!", [k])
        return self.tower.multiply(self.permutations(n, k), self.tower.invert(below))

    def absolute(self, value: Fraction) -> Fraction:
        """|c f| = |c| |f|, and |-f| = |f|."""
        value = self.tower.canonical(value)
        if value.top.is_zero() or self.monomial(value) is not None:
            return value
        size = content(value.top) / content(value.bottom)
        value = self.tower.scale(value, (-1 if value.top.leading_coefficient() < 0 else 1) / size)
        if self.monomial(value) is not None:
            return self.tower.scale(value, size)
        key = ("abs", self.key(value))
        self.arguments[key] = value
        return self.tower.scale(self.tower.generator(key), size)


def _constant_part(value: Fraction) -> int:
    """The integer summand of a polynomial, if it is moderate."""
    if not value.bottom.is_constant() or value.top.is_constant():
        return 0
    part = fmpq(value.top.to_dict().get((0,) * len(value.top.degrees()), 0))
    return int(part.p) if part.q == 1 and abs(part) <= _MAX_SHIFT else 0


_RING: dict[str, Callable[..., Fraction]] = {
    "+": Tower.add,
    "-": lambda tower, a, b: tower.add(a, tower.negate(b)),
    "*": Tower.multiply,
    "/": lambda tower, a, b: tower.multiply(a, tower.invert(b)),
    "neg": Tower.negate,
    "%": lambda tower, a: tower.multiply(a, tower.number(fmpq(1, 100))),
    "+%": lambda tower, a, b: tower.multiply(a, tower.add(tower.number(1), b)),
    "-%": lambda tower, a, b: tower.multiply(a, tower.add(tower.number(1), tower.negate(b))),
    "i": Tower.imaginary,
}


def _quotient(algebra: Algebra, above: Fraction, below: Fraction) -> Fraction:
    return algebra.tower.multiply(above, algebra.tower.invert(below))


def _root(algebra: Algebra, index: Fraction, value: Fraction) -> Fraction:
    degree = algebra.tower.constant(index)
    if degree is None or degree.q != 1 or degree <= 0:
        raise UndefinedError("the index of a root")
    number = algebra.tower.constant(value)
    if number is not None and number < 0 and int(degree.p) % 2:
        return algebra.tower.negate(_root(algebra, index, algebra.tower.negate(value)))
    return algebra.rational_power(value, 1 / degree) if degree != 1 else value


_ELEMENTARY: dict[str, Callable[..., Fraction]] = {
    "pi": Algebra.pi,
    "e": lambda algebra: algebra.exponential(algebra.tower.number(1)),
    "exp": Algebra.exponential,
    "ln": Algebra.logarithm,
    "log": lambda algebra, b, x: _quotient(algebra, algebra.logarithm(x), algebra.logarithm(b)),
    "^": Algebra.power,
    "sqrt": lambda algebra, x: algebra.rational_power(x, fmpq(1, 2)),
    "root": _root,
    "deg": lambda algebra, x: algebra.tower.multiply(
        algebra.pi(), algebra.tower.multiply(x, algebra.tower.number(fmpq(1, 180)))
    ),
    "sin": Algebra.sine,
    "cos": Algebra.cosine,
    "tan": lambda algebra, x: _quotient(algebra, algebra.sine(x), algebra.cosine(x)),
    "cot": lambda algebra, x: _quotient(algebra, algebra.cosine(x), algebra.sine(x)),
    "sec": lambda algebra, x: algebra.tower.invert(algebra.cosine(x)),
    "csc": lambda algebra, x: algebra.tower.invert(algebra.sine(x)),
    "sinh": lambda algebra, x: algebra.tower.scale(algebra.wave(algebra.exponential(x), -1), fmpq(1, 2)),
    "cosh": lambda algebra, x: algebra.tower.scale(algebra.wave(algebra.exponential(x), 1), fmpq(1, 2)),
    "tanh": lambda algebra, x: _quotient(
        algebra, algebra.wave(algebra.exponential(x), -1), algebra.wave(algebra.exponential(x), 1)
    ),
    "arcsin": lambda algebra, x: algebra.inverse("arcsin", x),
    "arctan": lambda algebra, x: algebra.inverse("arctan", x),
    "arccos": lambda algebra, x: algebra.tower.add(
        algebra.tower.scale(algebra.pi(), fmpq(1, 2)), algebra.tower.negate(algebra.inverse("arcsin", x))
    ),
    "!": Algebra.factorial,
    "perm": Algebra.permutations,
    "binom": Algebra.binomial,
    "abs": Algebra.absolute,
}
