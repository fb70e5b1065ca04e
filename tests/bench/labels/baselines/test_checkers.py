from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.bench.labels.baselines import checkers
from verifirst.bench.labels.baselines.checkers import BASELINES, Baseline
from verifirst.bench.labels.baselines.equations import MAX_SIDE, displayed, plain


@pytest.mark.parametrize("name", ["regex", "sympy", "math-verify"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("So 3 + 4 = 7.", True),
        ("So 3 + 4 = 8.", False),
        ("It is 2 * 3 = 6 and 6 - 1 = 4", False),
        ("Nothing to see.", None),
        ("x = 3", None),
        ("1/0 = 2", None),
    ],
)
def test_a_plain_equation(name, text, expected):
    pytest.importorskip(BASELINES[name].package.replace("-", "_") or "ast")
    if name != "regex" and text == "1/0 = 2":
        expected = False  # SymPy has a value for it: complex infinity
    assert BASELINES[name].start()(text) is expected


def test_formulas_are_for_math_verify():
    pytest.importorskip("math_verify")
    check = checkers.math_verify()
    assert check(r"We get $\frac{1}{2} = 0.5$.") is True
    assert check(r"We get \(\frac{1}{2} = \sqrt{4}\).") is False
    assert check("We get $x + 3 = 7$.") is None


def test_what_a_naive_script_gets_wrong():
    check = checkers.regex()
    assert check("the sum is x + 3 + 4 = 9") is False  # a piece cut out of an equation with a variable
    assert check("10 / 3 = 3.33") is False  # rounding


def test_sides_by_pattern():
    assert plain("a 1 + 1 = 2 b 3=4") == [("1 + 1", "2"), ("3", "4")]
    assert displayed(r"$a = b = c$ and \[d \le e = f\]") == [("a", "b"), ("b", "c"), (r"d \le e", "f")]
    assert displayed("only 1 + 1 = 2") == [("1 + 1", "2")]


@given(st.text(alphabet="0123456789+-*/()= $\\[]^x", max_size=300))
def test_no_text_raises_and_no_side_is_long(text):
    assert checkers.regex()(text) in {True, False, None}
    assert all(len(side) <= MAX_SIDE for pair in displayed(text) for side in pair)


@given(st.integers(-99, 99), st.integers(1, 99), st.integers(-99, 99), st.sampled_from("+-*/"))
def test_exact_arithmetic_agrees_with_fractions(a, b, c, sign):
    left = {"+": a + b, "-": a - b, "*": a * b, "/": Fraction(a, b)}[sign]
    assert checkers.regex()(f"({a}) {sign} {b} = ({c})") is (left == c)


@pytest.mark.parametrize("text", ["9^9^9^9 = 1", "(" * 190 + "1 = 1", "1" * 5000 + "=" + "1" * 5000, "=" * 10_000])
def test_hostile_text_ends(text):
    assert checkers.regex()(text) in {True, False, None}


def test_a_checker_that_is_not_installed_says_how():
    assert "pip install no-such-package" in Baseline("x", "no-such-package", checkers.regex).missing
    assert not Baseline("x", "", checkers.regex).missing
