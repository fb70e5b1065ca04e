r"""Integers: primes, divisors, remainders of large powers, digits in a base.

    >>> from verifirst.core.budget import Budget
    >>> is_prime(2**61 - 1), factorise(360), divisors(12)
    (True, {2: 3, 3: 2, 5: 1}, [1, 2, 3, 4, 6, 12])
    >>> remainder((7, 10, 100, "^", "^"), 13, Budget(1000))
    9
    >>> in_base(from_base("3F", 16), 2)
    '111111'

Sizes are bounded; TooLargeError beyond.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from flint import fmpz

from verifirst.core.budget import Budget
from verifirst.solvers import exact
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, arity

MAX_PRIME_BITS = 256
MAX_FACTOR_BITS = 90
MAX_DIVISORS = 4_096
MAX_DIGITS = 2_000
MAX_BASE = 36
_MAX_MODULUS_BITS = 64
_MODULAR: dict[str, Callable[..., int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "neg": lambda a: -a,
}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def is_prime(number: int) -> bool:
    """Whether ``number`` is a prime: proved, not probable."""
    if number.bit_length() > MAX_PRIME_BITS:
        raise TooLargeError("too large to be proved prime")
    return number > 1 and bool(fmpz(number).is_prime())


def factorise(number: int) -> dict[int, int]:
    """The primes of a positive integer with their exponents."""
    if number < 1:
        raise UndefinedError("only positive integers are factored")
    if number.bit_length() > MAX_FACTOR_BITS:
        raise TooLargeError("too large to factor")
    return {int(prime): int(exponent) for prime, exponent in fmpz(number).factor()}


def count_divisors(number: int) -> int:
    """How many positive divisors a positive integer has."""
    return prod(exponent + 1 for exponent in factorise(number).values())


def sum_divisors(number: int) -> int:
    """The sum of the positive divisors."""
    return prod((p ** (e + 1) - 1) // (p - 1) for p, e in factorise(number).items())


def divisors(number: int) -> list[int]:
    """The positive divisors in rising order."""
    found = [1]
    for prime, exponent in factorise(number).items():
        if len(found) * (exponent + 1) > MAX_DIVISORS:
            raise TooLargeError("too many divisors")
        found = [one * prime**times for one in found for times in range(exponent + 1)]
    return sorted(found)


def remainder(term: Term, modulus: int, budget: Budget) -> int:
    """The least non-negative remainder of a closed integer term, however large its powers.

    Sums, differences, products and powers are taken modulo ``modulus``, exponents that are
    too large to write modulo its totient (by Euler, in the form for any base). Everything
    else must be within the reach of :func:`exact.exact`.
    Raises like that function, and UndefinedError for what is no integer.
    """
    exact.check(term)
    if modulus < 1:
        raise UndefinedError("the modulus must be positive")
    if modulus.bit_length() > _MAX_MODULUS_BITS:
        raise TooLargeError("the modulus is too large")
    return _remainder(term, modulus, budget)


def _remainder(term: Term, modulus: int, budget: Budget) -> int:
    """Goes down a tower of powers; the totients of totients of the modulus soon end at one."""
    try:
        return exact.integer(exact.rational(term, {}, budget)) % modulus
    except TooLargeError:
        if modulus == 1:
            return 0
    stack: list[tuple[int, int]] = []  # with where the operand's term begins
    for at, item in enumerate(term):
        budget.spend()
        taken = arity(item)
        found = stack[len(stack) - taken :]
        del stack[len(stack) - taken :]
        start = found[0][1] if found else at
        residues = [residue for residue, _ in found]
        if item == "^":
            value = _power(residues[0], term[found[1][1] : at], modulus, budget)
        elif isinstance(item, str) and item in _MODULAR:
            value = _MODULAR[item](*residues)
        else:
            value = exact.integer(exact.rational(term[start : at + 1], {}, budget))
        stack.append((value % modulus, start))
    return stack[-1][0]


def _power(base: int, exponent: Term, modulus: int, budget: Budget) -> int:
    budget.spend(modulus.bit_length())
    try:
        return pow(base, exact.natural(exact.rational(exponent, {}, budget)), modulus)
    except TooLargeError:
        if not all(item in ("+", "*", "^") or (isinstance(item, int) and item > 1) for item in exponent):
            raise  # it might be small after all; else it exceeds the modulus's bits, as Euler for any base asks
        totient = int(fmpz(modulus).euler_phi())
        return pow(base, _remainder(exponent, totient, budget) + totient * modulus.bit_length(), modulus)


def congruent(left: Term, right: Term, modulus: int, budget: Budget) -> bool:
    """Whether two closed integer terms have the same remainder."""
    return remainder(left, modulus, budget) == remainder(right, modulus, budget)


def from_base(digits: str, base: int) -> int:
    """The number that ``digits`` write in ``base`` (2 to 36); UndefinedError for a digit out of range."""
    if not 2 <= base <= MAX_BASE:  # noqa: PLR2004
        raise UndefinedError("a base from 2 to 36")
    if len(digits) > MAX_DIGITS:
        raise TooLargeError("too many digits")
    total = 0
    for digit in digits.lower():
        value = _DIGITS.find(digit)
        if not 0 <= value < base:
            raise UndefinedError(f"{digit!r} is no digit in base {base}")
        total = total * base + value
    return total


def in_base(number: int, base: int) -> str:
    """The digits of a number that is not negative, in ``base`` (2 to 36)."""
    if not 2 <= base <= MAX_BASE or number < 0:  # noqa: PLR2004
        raise UndefinedError("a base from 2 to 36, and no negative number")
    if number.bit_length() > MAX_DIGITS:
        raise TooLargeError("too many digits")
    return fmpz(number).str(base)
