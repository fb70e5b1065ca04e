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

from flint import fmpq, fmpz

from verifirst.core.budget import Budget
from verifirst.solvers import exact
from verifirst.solvers.exact import IrrationalError
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Bound, Item, Term, arity, is_bound, substitute, symbols
from verifirst.solvers.tower import Fraction, Polynomial, Relation, Restart, Settings, Tower

MAX_RESTARTS = 24
MAX_GENERATORS = 32
MAX_UNROLLED = 64  # summands of a sum that is written out
_MAX_SHIFT = 24  # (n + 24)! is still seen beside n!
_PRIME_BITS = 60  # integers up to here are factored
_COST = 24  # budget units an operation on fractions

Factors = tuple[tuple[int, int], ...]


def identical(left: Term, right: Term, budget: Budget, *, positive: bool = False) -> bool:
    """Whether two checked terms are proved to be the same function wherever both are defined.

    ``positive=True`` proves it where all symbols are positive.
    Raises :class:`TooLargeError` or :class:`UndefinedError`.
    """
    settings = Settings(4, 4, {})
    for _ in range(MAX_RESTARTS):
        algebra = _Algebra(Tower(settings.size, settings), budget, real=not mentions_i(left, right), positive=positive)
        try:
            found = algebra.evaluate(left), algebra.evaluate(right)
            return algebra.tower.is_zero(algebra.tower.add(found[0], algebra.tower.negate(found[1])))
        except Restart:
            if settings.size > MAX_GENERATORS:
                break
    raise TooLargeError("too many independent parts")


def mentions_i(*terms: Term) -> bool:
    """Whether a term speaks of complex numbers."""
    return any(not {"i", "re", "im", "conj", "arg"}.isdisjoint(term) for term in terms)


class _Algebra:
    """Operators on the fractions of one tower."""

    def __init__(self, tower: Tower, budget: Budget, *, real: bool, positive: bool) -> None:
        self.tower = tower
        self._budget = budget
        self._real = real
        self._positive_symbols = positive
        self._arguments: dict[object, Fraction] = {}  # of what a logarithm is taken, by its generator's key
        self._index: dict[str, Fraction] = {}

    def evaluate(self, term: Term) -> Fraction:
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
        return _ELEMENTARY[item](self, *found) if item in _ELEMENTARY else self._unknown(item, found)

    def _fold(self, item: Bound, low: Fraction, high: Fraction) -> Fraction:
        kind, index, body = item
        first, last = self.tower.constant(low), self.tower.constant(high)
        if first is None or last is None or last - first >= MAX_UNROLLED:
            renamed = substitute(body, {index: ("$\0",)})
            free = [self._apply(f"${name}", []) for name in sorted(symbols(renamed) - {"\0"})]
            return self._unknown((kind, renamed), [low, high, *free])
        total = self.tower.number(0 if kind == "sum" else 1)
        outer = self._index
        for k in exact.indices(first, last):
            self._index = {**outer, index: self.tower.number(k)}
            value = self.evaluate(body)
            total = self.tower.add(total, value) if kind == "sum" else self.tower.multiply(total, value)
        self._index = outer
        return total

    def _unknown(self, name: object, found: list[Fraction]) -> Fraction:
        """A generator for ``name`` of these operands, and for the same name of equal operands."""
        return self.tower.generator((name, *(self._key(value) for value in found)))

    def _key(self, value: Fraction) -> str:
        one = self.tower.canonical(value)
        return f"{one.top}/{one.bottom}"

    # Logarithms, powers and roots.

    def logarithm(self, value: Fraction) -> Fraction:
        value = self.tower.canonical(value)
        if value.top.is_zero():
            raise UndefinedError("the logarithm of zero")
        constant = self.tower.constant(value)
        if constant is not None and constant < 0:
            return self.tower.add(self._logarithm_of_rational(-constant), self.tower.multiply(self._i(), self.pi()))
        coefficient, factors = self._monomial(value) or (_content(value.top) / _content(value.bottom), None)
        total = self._logarithm_of_rational(coefficient)
        if factors is None:
            return self.tower.add(total, self._logarithm_of_unknown(self.tower.scale(value, 1 / coefficient)))
        for at, exponent in factors:
            total = self.tower.add(total, self.tower.scale(self._logarithm_of_generator(at), fmpq(exponent)))
        return total

    def _logarithm_of_unknown(self, value: Fraction) -> Fraction:
        key = ("ln", self._key(value))
        self._arguments[key] = value
        return self.tower.generator(key)

    def _monomial(self, value: Fraction) -> tuple[fmpq, Factors] | None:
        """``value`` as a positive rational times positive generators to integer powers, if it is that."""
        if len(value.top) != 1 or len(value.bottom) != 1:
            return None
        ((above, c),), ((below, d),) = value.top.terms(), value.bottom.terms()
        factors = self.tower.factors(tuple(int(p) - int(q) for p, q in zip(above, below, strict=True)))
        coefficient = c / d
        if coefficient <= 0 or not all(self._positive(at) for at, _ in factors):
            return None
        return coefficient, factors

    def _positive(self, at: int) -> bool:
        """Whether a generator is positive wherever it is defined."""
        key = self.tower.keys[at]
        if key[0] == "exp":
            return all(self._is_real(other) for other, _ in key[1])
        return key[0] in ("prime", "pi") or (key[0] == "symbol" and self._positive_symbols)

    def _is_real(self, at: int) -> bool:
        """Whether a generator is real without a choice of branch."""
        kind = self.tower.keys[at][0]
        return kind in ("prime", "pi", "log") or (self._real and kind not in ("unity", "ln"))

    def _logarithm_of_generator(self, at: int) -> Fraction:
        key = self.tower.keys[at]
        if key[0] == "prime":
            return self.tower.scale(self.tower.generator(("log", key[1])), fmpq(1, self.tower.settings.parts[key]))
        if key[0] == "exp":
            return self.tower.scale(self.tower.product(key[1]), fmpq(1, self.tower.settings.parts[key]))
        return self._logarithm_of_unknown(self.tower.product(((at, 1),)))

    def _logarithm_of_rational(self, value: fmpq) -> Fraction:
        total = self.tower.number(0)
        for prime, exponent in _factored(value):
            total = self.tower.add(total, self.tower.scale(self.tower.generator(("log", prime)), fmpq(exponent)))
        return total

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        constant = self.tower.constant(exponent)
        if constant is not None:
            if constant.q == 1:
                return self.tower.power(base, _moderate(constant))
            return self.rational_power(base, constant)
        number = self.tower.constant(base)
        if number is not None and number < 0:
            turned = self.exponential(self.tower.multiply(exponent, self.tower.multiply(self._i(), self.pi())))
            return self.tower.multiply(turned, self.power(self.tower.number(-number), exponent))
        return self.exponential(self.tower.multiply(exponent, self.logarithm(base)))

    def rational_power(self, base: Fraction, exponent: fmpq) -> Fraction:
        """``base`` to a power that is no integer."""
        base = self.tower.canonical(base)
        if base.top.is_zero():
            if exponent < 0:
                raise UndefinedError("zero to a negative power")
            return base
        parts = self._monomial(base)
        if parts is not None:
            coefficient, factors = parts
            total = self._power_of_rational(coefficient, exponent)
            for at, times in factors:
                total = self.tower.multiply(total, self._power_of_generator(at, exponent * times))
            return total
        content = _content(base.top) / _content(base.bottom)
        scale = self._power_of_rational(content, exponent)
        return self.tower.multiply(scale, self._root(self.tower.scale(base, 1 / content), exponent))

    def _root(self, base: Fraction, exponent: fmpq) -> Fraction:
        """A power of what is not known to be positive, by one root for all its powers."""
        if self.tower.constant(base) == -1 and exponent.q == 2:  # noqa: PLR2004  # the square root of -1
            return self.tower.power(self._i(), int(exponent.p))
        key = ("root", self._key(base))
        parts = self._parts(key, exponent)
        root = self.tower.generator(key, Relation(parts, base))
        return self.tower.power(root, _moderate(exponent * parts))

    def _parts(self, key: tuple[object, ...], factor: fmpq) -> int:
        """How finely the generator of ``key`` is divided, made fine enough for ``factor``."""
        parts = self.tower.settings.parts
        have = parts.setdefault(key, 1)
        if (factor * have).q != 1:
            parts[key] = have * int((factor * have).q)
            if parts[key] > 1 << 10:
                raise TooLargeError("a root of high index")
            raise Restart
        return have

    def _power_of_rational(self, value: fmpq, exponent: fmpq) -> Fraction:
        total = self.tower.number(1)
        for prime, times in _factored(value):
            total = self.tower.multiply(total, self._prime_power(prime, exponent * times))
        return total

    def _prime_power(self, prime: int, exponent: fmpq) -> Fraction:
        whole = exponent.floor()
        rest = exponent - whole
        total = self.tower.power(self.tower.number(prime), _moderate(fmpq(whole)))
        if rest == 0:
            return total
        key = ("prime", prime)
        parts = self._parts(key, rest)
        root = self.tower.generator(key, Relation(parts, self.tower.number(prime)))
        return self.tower.multiply(total, self.tower.power(root, int((rest * parts).p)))

    def _power_of_generator(self, at: int, exponent: fmpq) -> Fraction:
        key = self.tower.keys[at]
        if key[0] == "prime":
            return self._prime_power(key[1], exponent / self.tower.settings.parts[key])
        if key[0] == "exp":
            return self._exponential_of(key[1], exponent / self.tower.settings.parts[key])
        if exponent.q == 1:
            return self.tower.product(((at, int(exponent.p)),))
        return self._root(self.tower.product(((at, 1),)), exponent)

    # Exponentials.

    def exponential(self, value: Fraction) -> Fraction:
        value = self.tower.canonical(value)
        if not value.bottom.is_constant():
            factor = _content(value.top) / _content(value.bottom)
            if value.top.leading_coefficient() < 0:
                factor = -factor
            base = self.tower.scale(value, 1 / factor)
            return self._generator_power(("exponential", self._key(base)), factor)
        total = self.tower.number(1)
        for monomial, coefficient in value.top.terms():
            total = self.tower.multiply(total, self._exponential_of(self.tower.factors(monomial), coefficient))
        return total

    def _exponential_of(self, factors: Factors, coefficient: fmpq) -> Fraction:
        """exp(coefficient * the monomial)."""
        keys = [self.tower.keys[at] for at, _ in factors]
        if [exponent for _, exponent in factors] == [1]:
            if keys[0][0] == "log":
                return self._prime_power(keys[0][1], coefficient)
            if keys[0][0] == "ln":
                return self.power(self._arguments[keys[0]], self.tower.number(coefficient))
        powers = dict(zip(keys, (exponent for _, exponent in factors), strict=True))
        if powers == {("unity",): self.tower.settings.unity // 4, ("pi",): 1}:
            return self.tower.unity(coefficient / 2)
        return self._generator_power(("exp", factors), coefficient)

    def _generator_power(self, key: tuple[object, ...], exponent: fmpq) -> Fraction:
        parts = self._parts(key, exponent)
        power = _moderate(exponent * parts)
        generator = self.tower.generator(key)
        return (
            self.tower.power(generator, power) if power > 0 else self.tower.invert(self.tower.power(generator, -power))
        )

    def _i(self) -> Fraction:
        return self.tower.imaginary()

    def pi(self) -> Fraction:
        return self.tower.generator(("pi",))

    def turned(self, value: Fraction) -> Fraction:
        """exp(i value)."""
        return self.exponential(self.tower.multiply(self._i(), value))

    def wave(self, rotated: Fraction, sign: int) -> Fraction:
        """``rotated`` plus or minus its inverse."""
        return self.tower.add(rotated, self.tower.scale(self.tower.invert(rotated), fmpq(sign)))

    def sine(self, value: Fraction) -> Fraction:
        double = self.tower.scale(self._i(), fmpq(2))
        return self.tower.multiply(self.wave(self.turned(value), -1), self.tower.invert(double))

    def cosine(self, value: Fraction) -> Fraction:
        return self.tower.scale(self.wave(self.turned(value), 1), fmpq(1, 2))

    # Counting.

    def factorial(self, value: Fraction) -> Fraction:
        """The factorial, by that of the argument without its whole constant part."""
        value = self.tower.canonical(value)
        shift = _constant_part(value)
        base = self.tower.add(value, self.tower.number(-shift))
        total = self._unknown("!", [base])
        for step in range(abs(shift)):
            factor = self.tower.add(base, self.tower.number(step + 1 if shift > 0 else -step))
            total = self.tower.multiply(total, factor if shift > 0 else self.tower.invert(factor))
        return total

    def permutations(self, n: Fraction, k: Fraction) -> Fraction:
        rest = self.tower.add(n, self.tower.negate(k))
        count = self.tower.constant(k)
        if count is None or not 0 <= count <= _MAX_SHIFT or count.q != 1:
            return self.tower.multiply(self.factorial(n), self.tower.invert(self.factorial(rest)))
        total = self.tower.number(1)
        for step in range(int(count.p)):
            total = self.tower.multiply(total, self.tower.add(n, self.tower.number(-step)))
        return total

    def binomial(self, n: Fraction, k: Fraction) -> Fraction:
        below = self._apply("!", [k])
        return self.tower.multiply(self.permutations(n, k), self.tower.invert(below))

    def absolute(self, value: Fraction) -> Fraction:
        """|c f| = |c| |f|, and |-f| = |f|."""
        value = self.tower.canonical(value)
        if value.top.is_zero() or self._monomial(value) is not None:
            return value
        content = _content(value.top) / _content(value.bottom)
        value = self.tower.scale(value, (-1 if value.top.leading_coefficient() < 0 else 1) / content)
        rest = value if self._monomial(value) is not None else self._unknown("abs", [value])
        return self.tower.scale(rest, content)


def _moderate(value: fmpq) -> int:
    exponent = int(value.p)
    if abs(exponent) > exact.MAX_BITS:
        raise TooLargeError
    return exponent


def _factored(value: fmpq) -> list[tuple[int, int]]:
    """A positive rational as primes with exponents."""
    if max(value.p.bit_length(), value.q.bit_length()) > _PRIME_BITS:
        raise TooLargeError("an integer too large to factor")
    found = [(int(prime), exponent) for prime, exponent in value.p.factor()]
    return found + [(int(prime), -exponent) for prime, exponent in value.q.factor()]


def _content(polynomial: Polynomial) -> fmpq:
    """The positive rational that makes the coefficients coprime integers."""
    above, below = fmpz(0), fmpz(1)
    for coefficient in polynomial.coeffs():
        above, below = above.gcd(coefficient.p), below.lcm(coefficient.q)
    return fmpq(above, below)


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


def _quotient(algebra: _Algebra, above: Fraction, below: Fraction) -> Fraction:
    return algebra.tower.multiply(above, algebra.tower.invert(below))


def _root(algebra: _Algebra, index: Fraction, value: Fraction) -> Fraction:
    degree = algebra.tower.constant(index)
    if degree is None or degree.q != 1 or degree <= 0:
        raise UndefinedError("the index of a root")
    number = algebra.tower.constant(value)
    if number is not None and number < 0 and int(degree.p) % 2:
        return algebra.tower.negate(_root(algebra, index, algebra.tower.negate(value)))
    return algebra.rational_power(value, 1 / degree) if degree != 1 else value


_ELEMENTARY: dict[str, Callable[..., Fraction]] = {
    "pi": _Algebra.pi,
    "e": lambda algebra: algebra.exponential(algebra.tower.number(1)),
    "exp": _Algebra.exponential,
    "ln": _Algebra.logarithm,
    "log": lambda algebra, b, x: _quotient(algebra, algebra.logarithm(x), algebra.logarithm(b)),
    "^": _Algebra.power,
    "sqrt": lambda algebra, x: algebra.rational_power(x, fmpq(1, 2)),
    "root": _root,
    "deg": lambda algebra, x: algebra.tower.multiply(
        algebra.pi(), algebra.tower.multiply(x, algebra.tower.number(fmpq(1, 180)))
    ),
    "sin": _Algebra.sine,
    "cos": _Algebra.cosine,
    "tan": lambda algebra, x: _quotient(algebra, algebra.sine(x), algebra.cosine(x)),
    "cot": lambda algebra, x: _quotient(algebra, algebra.cosine(x), algebra.sine(x)),
    "sec": lambda algebra, x: algebra.tower.invert(algebra.cosine(x)),
    "csc": lambda algebra, x: algebra.tower.invert(algebra.sine(x)),
    "sinh": lambda algebra, x: algebra.tower.scale(algebra.wave(algebra.exponential(x), -1), fmpq(1, 2)),
    "cosh": lambda algebra, x: algebra.tower.scale(algebra.wave(algebra.exponential(x), 1), fmpq(1, 2)),
    "tanh": lambda algebra, x: _quotient(
        algebra, algebra.wave(algebra.exponential(x), -1), algebra.wave(algebra.exponential(x), 1)
    ),
    "!": _Algebra.factorial,
    "perm": _Algebra.permutations,
    "binom": _Algebra.binomial,
    "abs": _Algebra.absolute,
}
