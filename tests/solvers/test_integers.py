"""Integers against the standard library and against definitions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.integers import (
    congruent,
    count_divisors,
    divisors,
    factorise,
    from_base,
    in_base,
    is_prime,
    remainder,
    sum_divisors,
)
from verifirst.solvers.rational import TooLargeError, UndefinedError

WORK = 100_000
positive = st.integers(1, 3000)


@given(positive)
def test_divisors_are_what_divides(number):
    expected = [d for d in range(1, number + 1) if number % d == 0]
    assert divisors(number) == expected
    assert count_divisors(number) == len(expected)
    assert sum_divisors(number) == sum(expected)
    assert is_prime(number) == (len(expected) == 2)
    assert math.prod(p**e for p, e in factorise(number).items()) == number


@given(st.integers(0, 10**30), st.integers(2, 36))
def test_bases_round_trip(number, base):
    assert from_base(in_base(number, base), base) == number
    assert int(in_base(number, base), base) == number


@given(st.integers(2, 40), st.integers(2, 9), st.integers(2, 6), st.integers(1, 120))
def test_towers_of_powers(base, middle, top, modulus):
    """b^(m^t), which Python can still compute without a modulus in the exponent."""
    assert remainder((base, middle, top, "^", "^"), modulus, Budget(WORK)) == pow(base, middle**top, modulus)
    huge = (base, middle, top, 9, "^", "^", "^")  # the exponent has too many digits to be written
    assert remainder(huge, modulus, Budget(WORK)) == pow(base, _tower(middle, top**9, modulus), modulus)


def _tower(middle: int, exponent: int, modulus: int) -> int:
    """An exponent that acts like middle^exponent on the powers modulo ``modulus``: by walking the cycle."""
    period, start = 1, 20  # after 20 steps powers modulo at most 120 are periodic for every base
    for base in range(modulus):
        value, length = pow(base, start + 1, modulus), 1
        while value != pow(base, start, modulus):
            value, length = value * base % modulus, length + 1
        period = math.lcm(period, length)
    wanted = pow(middle, exponent, period)
    return wanted + period * (1 + start)


@given(st.integers(-500, 500), st.integers(-500, 500), st.integers(1, 60))
def test_congruence_is_divisibility(a, b, modulus):
    assert congruent((a,), (b,), modulus, Budget(WORK)) == ((a - b) % modulus == 0)


@pytest.mark.parametrize(
    ("term", "modulus", "expected"),
    [
        ((7, 100, "^"), 13, pow(7, 100, 13)),
        ((2, 10**12, "^", 1, "+"), 97, (pow(2, 10**12, 97) + 1) % 97),
        ((5, 100, "!", "^"), 7, 1),
        ((1, 2, "/", 4, "*"), 5, 2),
        ((3, 4, "-"), 5, 4),
    ],
)
def test_remainders(term, modulus, expected):
    assert remainder(term, modulus, Budget(WORK)) == expected


def test_what_is_no_integer_or_too_large_is_refused():
    with pytest.raises(UndefinedError):
        remainder((1, 2, "/"), 5, Budget(WORK))
    with pytest.raises(UndefinedError):
        remainder((7,), 0, Budget(WORK))
    with pytest.raises(TooLargeError):  # the exponent is zero in the end: no rule for large ones applies
        remainder((2, 9, 9, 9, "^", "^", 0, "*", "^"), 12, Budget(WORK))
    with pytest.raises(TooLargeError):
        factorise(2**200 + 1)
    with pytest.raises(TooLargeError):
        is_prime(2**4000 + 1)
    with pytest.raises(UndefinedError):
        from_base("129", 8)
    with pytest.raises(UndefinedError):
        factorise(0)
