"""Exact values against Fractions and the standard library; what has no value or is too large says so at once."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded, InputError
from verifirst.solvers.exact import IrrationalError, exact
from verifirst.solvers.rational import TooLargeError, UndefinedError

naturals = st.integers(0, 60)
whole = st.integers(-200, 200)
rationals = st.fractions(-50, 50, max_denominator=40)


def value(*term):
    return exact(term, Budget(100_000))


def written(number: Fraction):
    return (number.numerator, number.denominator, "/")


@given(rationals, rationals)
def test_field_operations_are_those_of_fractions(a, b):
    pair = (*written(a), *written(b))
    assert value(*pair, "+") == a + b
    assert value(*pair, "-") == a - b
    assert value(*pair, "*") == a * b
    assert value(*pair, "+%") == a * (1 + b)
    assert value(*pair, "max") == max(a, b)
    assert value(*written(a), "floor") == math.floor(a)
    assert value(*written(a), "ceil") == math.ceil(a)
    if b:
        assert value(*pair, "/") == a / b
        assert value(*pair, "mod") == a % abs(b)


@given(naturals, naturals)
def test_counting_is_that_of_math(n, k):
    assert value(n, k, "binom") == math.comb(n, k)
    assert value(n, k, "perm") == math.perm(n, k)
    assert value(n, "!") == math.factorial(n)
    assert value(n, k, "gcd") == math.gcd(n, k)
    assert value(n, k, "lcm") == math.lcm(n, k)


@given(rationals.filter(bool), st.integers(-8, 8), st.integers(1, 7))
def test_roots_undo_powers(base, exponent, index):
    powered = (*written(base), exponent, "^")
    assert value(*powered) == base**exponent
    if base > 0:
        assert value(index, *written(base), index, "^", "root") == base
        assert value(*written(base), index, "^", 1, index, "/", "^") == base


@given(st.integers(2, 30), st.integers(1, 12), st.integers(1, 12))
def test_logarithms_undo_powers(base, n, m):
    assert value(base, m, "^", base, n, "^", "log") == Fraction(n, m)


@given(whole, st.integers(0, 30))
def test_sums_and_products_are_loops(low, count):
    high = low + count - 1
    assert value(low, high, ("sum", "k", ("$k", 2, "^"))) == sum(k * k for k in range(low, high + 1))
    assert value(low, high, ("prod", "k", ("$k", 1, "+"))) == math.prod(k + 1 for k in range(low, high + 1))


def test_the_inner_index_hides_the_outer_one():
    inner = ("sum", "k", ("$k",))
    assert value(1, 3, ("sum", "k", (1, "$k", inner))) == 1 + 3 + 6


@pytest.mark.parametrize(
    "term",
    [
        (1, 0, "/"),
        (0, 0, "^"),
        (0, 1, "neg", "^"),
        (3, "neg", "!"),
        ((25, 10), "!"),
        (1, 5, "log"),
        (5, 0, "log"),
        (0, "ln"),
        (5, 0, "mod"),
        ("inf",),
        (0, "cot"),
        (0, 8, "root"),
        (5, 1, ("sum", "k", ("$k",))),
        (1, (5, 2), ("sum", "k", ("$k",))),
    ],
)
def test_undefined(term):
    with pytest.raises(UndefinedError):
        value(*term)


@pytest.mark.parametrize(
    "term", [(2, "sqrt"), ("pi",), ("$x",), (1, "@f/1"), (8, "neg", 1, 3, "/", "^"), (2, 3, "log"), (1, "sin"), ("i",)]
)
def test_irrational(term):
    with pytest.raises(IrrationalError):
        value(*term)


@pytest.mark.parametrize(
    "term",
    [
        (9, 9, 9, "^", "^"),
        (9, 9, 9, 9, "^", "^", "^"),
        (10_000, "!"),
        (10**9, "!"),
        (10**9, 5 * 10**8, "binom"),
        (10**18, 10**17, "perm"),
        (10**5000, 10**5000, "*", 10**5000, "*"),
        (1, 10**9, ("sum", "k", ("$k",))),
        (
            1,
            2,
            ("sum", "a", (1, 2, ("sum", "b", (1, 2, ("sum", "c", (1, 2, ("sum", "d", (1, 2, ("sum", "e", (1,)))))))))),
        ),
        (1,) * 3000 + ("+",) * 2999 + (1, "+") * 1000,
    ],
)
def test_too_large_is_seen_before_the_work(term):
    with pytest.raises(TooLargeError):
        value(*term)


def test_nested_sums_are_paid_for():
    with pytest.raises(BudgetExceeded):
        value(1, 5000, ("sum", "a", (1, 5000, ("sum", "b", ("$a", "$b", "*")))))


@pytest.mark.parametrize("term", [(), (1, 1), ("+",), ("what",), ((1, 0),), ("@f/many",), (1, 2, ("sum", "k", ()))])
def test_malformed(term):
    with pytest.raises(InputError):
        value(*term)
