"""Exact evaluation against :mod:`fractions`."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.solvers.rational import MAX_BITS, TooLargeError, UndefinedError, evaluate, looks_rounded, spread

items = st.integers(-(10**6), 10**6) | st.tuples(st.integers(-(10**6), 10**6), st.sampled_from([10, 100, 1000]))


def plain(item) -> Fraction:
    return Fraction(item) if isinstance(item, int) else Fraction(*item)


@given(items, items, st.sampled_from("+-*/"))
def test_binary_operators(a, b, op: str) -> None:
    left, right = plain(a), plain(b)
    if op == "/" and right == 0:
        with pytest.raises(UndefinedError):
            evaluate((a, b, op))
        return
    expected = {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
    }
    value = evaluate((a, b, op))
    assert Fraction(*value) == expected[op]()
    assert value[1] > 0


@given(st.integers(-30, 30), st.integers(-12, 12))
def test_powers(base: int, exponent: int) -> None:
    if base == 0 and exponent < 0:
        with pytest.raises(UndefinedError):
            evaluate((base, exponent, "^"))
    else:
        assert Fraction(*evaluate((base, exponent, "^"))) == Fraction(base) ** exponent


@given(st.fractions(0, 1000, max_denominator=60))
def test_roots(value: Fraction) -> None:
    square = value * value
    rpn = (square.numerator, square.denominator, "/", "sqrt")
    assert Fraction(*evaluate(rpn)) == value
    assert Fraction(*evaluate((square.numerator, square.denominator, "/", (5, 10), "^"))) == value


def test_shares() -> None:
    assert Fraction(*evaluate((20, "%", 50, "*"))) == 10
    assert Fraction(*evaluate((20, "%"), percent=1)) == 20
    assert Fraction(*evaluate((80, 25, "%", "-%"))) == 60
    assert Fraction(*evaluate((80, 25, "%", "+%"))) == 100
    assert Fraction(*evaluate((3, "neg"))) == -3


@pytest.mark.parametrize(
    "rpn", [(9, 9, 9, 9, "^", "^", "^"), (2, 5000, "^"), (10, 1200, "^", 10, 900, "^", "*"), (2, 10**9, "neg", "^")]
)
def test_nothing_grows_too_large(rpn) -> None:
    with pytest.raises(TooLargeError):
        evaluate(rpn)


@pytest.mark.parametrize("rpn", [(2, "sqrt"), (4, "neg", "sqrt"), (8, 1, 3, "/", "^"), (1, 0, "/")])
def test_what_has_no_rational_value(rpn) -> None:
    with pytest.raises(UndefinedError):
        evaluate(rpn)


def test_the_widest_value_fits() -> None:
    assert evaluate((2, 1000, "^"))[0].bit_length() <= MAX_BITS


@given(items, items, st.sampled_from("+-*"))
def test_bounds_hold_the_value(a, b, op: str) -> None:
    low, high = spread((a, b, op))
    assert low <= Fraction(*evaluate((a, b, op))) <= high


def test_what_looks_rounded() -> None:
    assert looks_rounded((333, 100))
    assert not looks_rounded((350, 100))
    assert not looks_rounded((35, 10))
    low, high = spread(((333, 100), 3, "*"))
    assert low < 10 < high
