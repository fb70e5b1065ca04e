"""Powers, roots, exponentials and logarithms in a tower.

Logarithms and roots of rational numbers are taken apart into primes, exponentials of sums
become products, and a generator is divided as finely as its powers ask for. What is taken
apart is known to be positive, so that no branch is chosen.
"""

from __future__ import annotations

from flint import fmpq, fmpz

from verifirst.solvers import exact
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.tower import Fraction, Key, Polynomial, Relation, Restart, Tower

_PRIME_BITS = 60  # integers up to here are factored

Factors = tuple[tuple[int, int], ...]


class Powers:
    """Powers and their inverses on the fractions of one tower.

    ``real`` reads what is unknown as real numbers, ``positive`` all symbols as positive ones.
    """

    def __init__(self, tower: Tower, *, real: bool, positive: bool) -> None:
        self.tower = tower
        self._real = real
        self._positive_symbols = positive
        self.arguments: dict[Key, Fraction] = {}  # of logarithms and absolute values, by their generators' keys

    def unknown(self, name: object, found: list[Fraction]) -> Fraction:
        """A generator for ``name`` of these operands, and for the same name of equal operands."""
        return self.tower.generator((name, *(self.key(value) for value in found)))

    def key(self, value: Fraction) -> str:
        """The text of a normal form."""
        one = self.tower.canonical(value)
        return f"{one.top}/{one.bottom}"

    def logarithm(self, value: Fraction) -> Fraction:
        """The natural logarithm, of rational numbers by their primes."""
        value = self.tower.canonical(value)
        if value.top.is_zero():
            raise UndefinedError("the logarithm of zero")
        constant = self.tower.constant(value)
        if constant is not None and constant < 0:
            return self.tower.add(
                self._logarithm_of_rational(-constant), self.tower.multiply(self.tower.imaginary(), self.pi())
            )
        coefficient, factors = self.monomial(value) or (content(value.top) / content(value.bottom), None)
        total = self._logarithm_of_rational(coefficient)
        if factors is None:
            return self.tower.add(total, self._logarithm_of_unknown(self.tower.scale(value, 1 / coefficient)))
        for at, exponent in factors:
            total = self.tower.add(total, self.tower.scale(self._logarithm_of_generator(at), fmpq(exponent)))
        return total

    def _logarithm_of_unknown(self, value: Fraction) -> Fraction:
        key = ("ln", self.key(value))
        self.arguments[key] = value
        return self.tower.generator(key)

    def monomial(self, value: Fraction) -> tuple[fmpq, Factors] | None:
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
        for prime, exponent in factored(value):
            total = self.tower.add(total, self.tower.scale(self.tower.generator(("log", prime)), fmpq(exponent)))
        return total

    def power(self, base: Fraction, exponent: Fraction) -> Fraction:
        """A power, by exponentials where the exponent is no rational number."""
        constant = self.tower.constant(exponent)
        if constant is not None:
            if constant.q == 1:
                return self.tower.power(base, moderate(constant))
            return self.rational_power(base, constant)
        number = self.tower.constant(base)
        if number is not None and number < 0:
            turned = self.exponential(self.tower.multiply(exponent, self._half_turn()))
            return self.tower.multiply(turned, self.power(self.tower.number(-number), exponent))
        return self.exponential(self.tower.multiply(exponent, self.logarithm(base)))

    def rational_power(self, base: Fraction, exponent: fmpq) -> Fraction:
        """``base`` to a power that is no integer."""
        base = self.tower.canonical(base)
        if base.top.is_zero():
            if exponent < 0:
                raise UndefinedError("zero to a negative power")
            return base
        parts = self.monomial(base)
        if parts is not None:
            coefficient, factors = parts
            total = self._power_of_rational(coefficient, exponent)
            for at, times in factors:
                total = self.tower.multiply(total, self._power_of_generator(at, exponent * times))
            return total
        size = content(base.top) / content(base.bottom)
        scale = self._power_of_rational(size, exponent)
        return self.tower.multiply(scale, self._root(self.tower.scale(base, 1 / size), exponent))

    def _root(self, base: Fraction, exponent: fmpq) -> Fraction:
        """A power of what is not known to be positive, by one root for all its powers."""
        if self.tower.constant(base) == -1 and exponent.q == 2:  # noqa: PLR2004  # the square root of -1
            return self.tower.power(self.tower.imaginary(), int(exponent.p))
        key = ("root", self.key(base))
        parts = self._parts(key, exponent)
        root = self.tower.generator(key, Relation(parts, base))
        return self.tower.power(root, moderate(exponent * parts))

    def _parts(self, key: Key, factor: fmpq) -> int:
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
        for prime, times in factored(value):
            total = self.tower.multiply(total, self._prime_power(prime, exponent * times))
        return total

    def _prime_power(self, prime: int, exponent: fmpq) -> Fraction:
        whole = exponent.floor()
        rest = exponent - whole
        total = self.tower.power(self.tower.number(prime), moderate(fmpq(whole)))
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

    def exponential(self, value: Fraction) -> Fraction:
        """Exponentials of sums are products."""
        value = self.tower.canonical(value)
        if not value.bottom.is_constant():
            factor = content(value.top) / content(value.bottom)
            if value.top.leading_coefficient() < 0:
                factor = -factor
            base = self.tower.scale(value, 1 / factor)
            return self._generator_power(("exponential", self.key(base)), factor)
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
                return self.power(self.arguments[keys[0]], self.tower.number(coefficient))
        powers = dict(zip(keys, (exponent for _, exponent in factors), strict=True))
        if powers == {("unity",): self.tower.settings.unity // 4, ("pi",): 1}:
            return self.tower.unity(coefficient / 2)
        if coefficient.q == 1:
            for key in keys:
                if key[0] in ("arcsin", "arctan") and powers == {("unity",): self.tower.settings.unity // 4, key: 1}:
                    return self.tower.power(self._on_the_circle(key), int(coefficient.p))
        return self._generator_power(("exp", factors), coefficient)

    def inverse(self, name: str, value: Fraction) -> Fraction:
        """The arcsine or the arctangent, both odd, as a generator."""
        value = self.tower.canonical(value)
        if value.top.leading_coefficient() < 0:
            return self.tower.negate(self.inverse(name, self.tower.negate(value)))
        key = (name, self.key(value))
        self.arguments[key] = value
        return self.tower.generator(key)

    def _on_the_circle(self, key: Key) -> Fraction:
        """exp(i arcsin x) = sqrt(1 - x^2) + i x, and exp(i arctan x) = (1 + i x) / sqrt(1 + x^2)."""
        one, x = self.tower.number(1), self.arguments[key]
        turned, square = self.tower.multiply(self.tower.imaginary(), x), self.tower.multiply(x, x)
        if key[0] == "arcsin":
            rest = self.tower.add(one, self.tower.negate(square))
            return self.tower.add(self.rational_power(rest, fmpq(1, 2)), turned)
        return self.tower.multiply(
            self.tower.add(one, turned), self.rational_power(self.tower.add(one, square), fmpq(-1, 2))
        )

    def _generator_power(self, key: Key, exponent: fmpq) -> Fraction:
        parts = self._parts(key, exponent)
        power = moderate(exponent * parts)
        generator = self.tower.generator(key)
        return (
            self.tower.power(generator, power) if power > 0 else self.tower.invert(self.tower.power(generator, -power))
        )

    def _half_turn(self) -> Fraction:
        return self.tower.multiply(self.tower.imaginary(), self.pi())

    def pi(self) -> Fraction:
        """The number pi."""
        return self.tower.generator(("pi",))


def moderate(value: fmpq) -> int:
    """The integer ``value``; TooLargeError for a huge one."""
    exponent = int(value.p)
    if abs(exponent) > exact.MAX_BITS:
        raise TooLargeError
    return exponent


def factored(value: fmpq) -> list[tuple[int, int]]:
    """A positive rational as primes with exponents."""
    if max(value.p.bit_length(), value.q.bit_length()) > _PRIME_BITS:
        raise TooLargeError("an integer too large to factor")
    found = [(int(prime), exponent) for prime, exponent in value.p.factor()]
    return found + [(int(prime), -exponent) for prime, exponent in value.q.factor()]


def content(polynomial: Polynomial) -> fmpq:
    """The positive rational that makes the coefficients coprime integers."""
    above, below = fmpz(0), fmpz(1)
    for coefficient in polynomial.coeffs():
        above, below = above.gcd(coefficient.p), below.lcm(coefficient.q)
    return fmpq(above, below)
