r"""Randomised identity testing of rational functions, with its error bound.

    >>> from verifirst.core.budget import Budget
    >>> left, right = ("$x", 1, "+", 900, "^"), (1, "$x", "+", 900, "^")
    >>> identical(left, right, seed=7, budget=Budget(10_000)).answer
    'equal'

Both sides are evaluated at secret points modulo secret primes ``p`` between 2^60 and 2^61,
derived from the seed and the terms by BLAKE2b. The difference of the sides is ``N / D`` with
integer polynomials. If ``N`` is not zero, then a random ``p`` divides all its coefficients
with probability at most ``(h / 60) / 2^54``, for its coefficients have at most ``h`` bits and
there are more than 2^54 such primes; otherwise ``N`` vanishes at a random point with
probability at most ``deg N / 2^60`` (DeMillo and Lipton 1978, Schwartz 1980, Zippel 1979).
Trials are repeated until the product of the bounds is below 2^-80.

What is no rational function (a root, a sine, a function that the trace names) stands for
itself: one unknown value for each value of its operands. Sides that are equal so are equal;
nothing follows when they are not. A difference without such parts is a proof: the sides
differ at the integers tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from hashlib import blake2b
from itertools import count
from math import ceil, floor, log2

from flint import fmpz

from verifirst.core.budget import Budget
from verifirst.solvers.exact import operands
from verifirst.solvers.outcome import Outcome, different, equal, undecided
from verifirst.solvers.terms import Item, Term, is_bound

_TARGET_BITS = 80
_MAX_DEGREE = 1 << 40
_MAX_EXPONENT = 1 << 31
_MAX_TRIALS = 12
_RETRIES = 3  # bad points (a pole) tolerated for each trial
_TRIAL_COST = 60  # a prime costs some primality tests

Residue = tuple[int, int]  # numerator and denominator


class UnusableError(ArithmeticError):
    """A pole at the point, or a term out of reach."""


def identical(left: Term, right: Term, *, seed: int, budget: Budget) -> Outcome:
    """Whether two checked terms are the same function."""
    try:
        shapes = shape(left), shape(right)
        bound = _trial_bound(*shapes)
    except UnusableError as error:
        return undecided(str(error))
    trials = ceil(_TARGET_BITS / -log2(bound))
    if trials > _MAX_TRIALS:
        return undecided("the degree is out of reach")
    done = 0
    for prime, secret in _draws(seed, left, right, trials + _RETRIES):
        budget.spend(_TRIAL_COST + 2 * (len(left) + len(right)))
        try:
            point = _Point(prime, secret)
            n, d = point.evaluate(left)
            m, e = point.evaluate(right)
        except UnusableError:
            continue
        if (n * e - m * d) % prime:
            if shapes[0].unknowns or shapes[1].unknowns:
                return undecided("unknown functions that may be related")
            return different("modular", {name: str(value) for name, value in sorted(point.values.items())})
        done += 1
        if done == trials:
            return equal("modular", Fraction(1, 1 << floor(trials * -log2(bound))))
    return undecided("every point tried is a pole")


class Shape:
    """Bounds for a term as N / D: degrees, bits of the sum of the coefficients' sizes, parts left unknown."""

    __slots__ = ("bottom", "bottom_bits", "top", "top_bits", "unknowns")

    def __init__(self, top: int, bottom: int, top_bits: float, bottom_bits: float, unknowns: int = 0) -> None:
        if max(top, bottom, top_bits, bottom_bits) > _MAX_DEGREE:
            raise UnusableError("the degree or the coefficients are out of reach")
        self.top, self.bottom, self.top_bits, self.bottom_bits = top, bottom, top_bits, bottom_bits
        self.unknowns = unknowns

    @property
    def degree(self) -> int:
        """The larger degree."""
        return max(self.top, self.bottom)


def shape(term: Term) -> Shape:
    """Degree and coefficient bounds of a checked term; UnusableError when out of reach."""
    stack: list[Shape] = []
    for item, exponent in _steps(term):
        taken = operands(item)
        found = stack[len(stack) - taken :]
        del stack[len(stack) - taken :]
        stack.append(_combined(item, exponent, found))
    return stack[-1]


def _steps(term: Term) -> Iterator[tuple[Item, int | None]]:
    """The items of ``term``; with ``^``, its exponent where that is an integer written out."""
    for at, item in enumerate(term):
        exponent = None
        if item == "^":
            last = term[at - 1]
            if isinstance(last, int):
                exponent = last
            elif last == "neg" and isinstance(before := term[at - 2], int):
                exponent = -before
        yield item, exponent


def _combined(item: Item, exponent: int | None, found: list[Shape]) -> Shape:
    if isinstance(item, int):
        return Shape(0, 0, _bits(item), 0)
    if isinstance(item, tuple):
        return _unknown(found) if is_bound(item) else Shape(0, 0, _bits(item[0]), _bits(item[1]))
    if item[0] == "$":
        return Shape(1, 0, 0, 0)
    if item == "^" and exponent is not None and abs(exponent) <= _MAX_EXPONENT:
        return _power(found[0], exponent)
    return _SHAPES[item](*found) if item in _SHAPES else _unknown(found)


def _power(base: Shape, exponent: int) -> Shape:
    one, times = (base if exponent >= 0 else _inverse(base)), abs(exponent)
    return Shape(one.top * times, one.bottom * times, one.top_bits * times, one.bottom_bits * times, one.unknowns)


def _unknown(found: list[Shape]) -> Shape:
    """One more unknown; its operands must be told apart, so their degrees count as well."""
    degree = max((one.degree for one in found), default=0)
    bits = max((max(one.top_bits, one.bottom_bits) for one in found), default=0)
    return Shape(max(1, degree), degree, bits, bits, sum(one.unknowns for one in found) + 1)


def _bits(number: object) -> float:
    assert isinstance(number, int), "the part of a decimal"
    return float(abs(number).bit_length())


def _inverse(one: Shape) -> Shape:
    return Shape(one.bottom, one.top, one.bottom_bits, one.top_bits, one.unknowns)


def _product(a: Shape, b: Shape) -> Shape:
    return Shape(
        a.top + b.top,
        a.bottom + b.bottom,
        a.top_bits + b.top_bits,
        a.bottom_bits + b.bottom_bits,
        a.unknowns + b.unknowns,
    )


def _sum(a: Shape, b: Shape) -> Shape:
    return Shape(
        max(a.top + b.bottom, b.top + a.bottom),
        a.bottom + b.bottom,
        max(a.top_bits + b.bottom_bits, b.top_bits + a.bottom_bits) + 1,
        a.bottom_bits + b.bottom_bits,
        a.unknowns + b.unknowns,
    )


_SHAPES: dict[str, Callable[..., Shape]] = {
    "neg": lambda a: a,
    "%": lambda a: _product(a, Shape(0, 0, 0, 7)),
    "+": _sum,
    "-": _sum,
    "*": _product,
    "/": lambda a, b: _product(a, _inverse(b)),
    "+%": lambda a, b: _product(a, _sum(Shape(0, 0, 0, 0), b)),
    "-%": lambda a, b: _product(a, _sum(Shape(0, 0, 0, 0), b)),
}


def _trial_bound(left: Shape, right: Shape) -> float:
    """The probability that one usable trial sees no difference although there is one.

    Every two unknowns may be confused as well. Poles are left out: a usable point is at least
    half as frequent as a point, so what is conditional on it at most doubles.
    """
    both = _sum(left, right)
    one = max(both.degree, 1) / 2**60 + max(both.top_bits, both.bottom_bits, 1) / 60 / 2**54
    bound = 2 * one * (1 + both.unknowns**2)
    if bound > 2**-10:  # pragma: no cover  # the degree limit keeps it below
        raise UnusableError("the degree is out of reach")
    return bound


def _draws(seed: int, left: Term, right: Term, wanted: int) -> Iterator[tuple[int, bytes]]:
    """Primes between 2^60 and 2^61, and a secret with each."""
    key = blake2b(f"{seed}|{left}|{right}".encode(), digest_size=32).digest()
    drawn = 0
    for number in count():
        digest = blake2b(number.to_bytes(8, "big"), key=key, digest_size=40).digest()
        candidate = 1 << 60 | int.from_bytes(digest[:8], "big") >> 4 | 1
        if fmpz(candidate).is_prime():
            yield candidate, digest[8:]
            drawn += 1
            if drawn == wanted:
                return


class _Point:
    """A secret point modulo a prime; ``values`` are the symbols' values so far."""

    def __init__(self, prime: int, secret: bytes) -> None:
        self._prime = prime
        self._secret = secret
        self.values: dict[str, int] = {}

    def evaluate(self, term: Term) -> Residue:
        """Numerator and denominator of ``term`` there; UnusableError at a pole."""
        stack: list[Residue] = []
        for item, exponent in _steps(term):
            taken = operands(item)
            found = stack[len(stack) - taken :]
            del stack[len(stack) - taken :]
            stack.append(self._apply(item, exponent, found))
        return stack[-1]

    def _apply(self, item: Item, exponent: int | None, found: list[Residue]) -> Residue:
        if not isinstance(item, str):
            return self._number(item, found)
        if item[0] == "$":
            if item[1:] not in self.values:
                self.values[item[1:]] = self._hash(item)
            return self.values[item[1:]], 1
        if item == "^" and exponent is not None and abs(exponent) <= _MAX_EXPONENT:
            return self._power(*found[0], exponent)
        if item in _SHAPES:
            return self._arithmetic(item, *(part for residue in found for part in residue))
        return self._unknown(item, found)

    def _number(self, item: Item, found: list[Residue]) -> Residue:
        if isinstance(item, int):
            return item % self._prime, 1
        if is_bound(item):
            return self._unknown(item, found)
        assert isinstance(item, tuple), "no name, no bound: a decimal"
        return int(item[0]) % self._prime, int(item[1]) % self._prime

    def _power(self, n: int, d: int, exponent: int) -> Residue:
        if exponent <= 0:
            n, d = d, self._unit(n)
        return pow(n, abs(exponent), self._prime), pow(d, abs(exponent), self._prime)

    def _arithmetic(self, name: str, n: int, d: int, m: int = 1, e: int = 1) -> Residue:  # noqa: PLR0911  # one a case
        p = self._prime
        match name:
            case "neg":
                return -n % p, d
            case "%":
                return n, d * 100 % p
            case "*":
                return n * m % p, d * e % p
            case "/":
                return n * e % p, d * self._unit(m) % p
            case "+":
                return (n * e + m * d) % p, d * e % p
            case "-":
                return (n * e - m * d) % p, d * e % p
            case "+%":
                return n * (e + m) % p, d * e % p
            case _:
                return n * (e - m) % p, d * e % p

    def _unit(self, residue: int) -> int:
        if residue % self._prime == 0:
            raise UnusableError("a pole")
        return residue

    def _unknown(self, item: Item, found: list[Residue]) -> Residue:
        inputs = [n * pow(d, -1, self._prime) % self._prime for n, d in found]
        return self._hash(f"{item}|{inputs}"), 1

    def _hash(self, text: str) -> int:
        digest = blake2b(text.encode(), key=self._secret, digest_size=16).digest()
        return int.from_bytes(digest, "big") % self._prime
