"""Solution sets against SymPy and against how the equation was made."""

from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.univariate import UnsolvedError, real_roots, relation, satisfies, solve

WORK = 1_000_000


def rpn(text):
    return tuple(int(word) if word.lstrip("-").isdigit() else word for word in text.split())


def ask(line: str):
    first, second, third, fourth = (rpn(part) for part in line.split("|"))
    found = relation((first, second), (third, fourth), "x", budget=Budget(WORK))
    return found.over_reals, found.over_complex


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2 $x * 3 + | 7 | $x | 2", ("same", "same")),
        ("$x 2 ^ | 9 | $x | 3", ("loses", "loses")),
        ("$x | 3 | $x 2 ^ | 9", ("gains", "gains")),
        ("$x 2 ^ | $x | $x | 1", ("loses", "loses")),
        ("$x 2 ^ 1 - $x 1 - / | 2 | $x 1 + | 2", ("gains", "gains")),
        ("$x 1 - | 0 | $x 1 - 2 ^ | 0", ("same", "same")),
        ("$x 3 ^ | 8 | $x | 2", ("same", "loses")),
        ("$x 2 ^ | 1 neg | 1 | 0", ("same", "loses")),
        ("$x | $x | 1 | 1", ("same", "same")),
        ("1 $x / | 1 $x / | 1 | 1", ("gains", "gains")),
        ("$x | $x | $x | 2", ("loses", "loses")),
        ("$x | 2 | $x | 3", ("disjoint", "disjoint")),
        ("$x 1 - $x 2 - * | 0 | $x 2 - $x 3 - * | 0", ("overlap", "overlap")),
        ("$x 2 ^ | 2 | $x | 2 sqrt", ("loses", "undecided")),
        ("$x 1 + sqrt | $x 1 - | $x 1 + | $x 1 - 2 ^", ("gains", "undecided")),
        ("$x sqrt $x 5 - sqrt + | 5 | $x | 9", ("same", "undecided")),
        ("$x abs | 3 | $x 2 ^ | 9", ("same", "undecided")),
        ("$x abs | 3 | $x | 3", ("loses", "undecided")),
        ("$x sqrt | 2 neg | $x | 4", ("gains", "undecided")),
        ("$x ln | 1 | $x | e", ("undecided", "undecided")),
        ("$y $x * | 1 | $x | 1", ("undecided", "undecided")),
        ("$x 2 ^ sqrt | $x | $x | $x", ("undecided", "undecided")),
    ],
)
def test_steps_that_keep_gain_or_lose_solutions(line, expected):
    assert ask(line) == expected


roots = st.lists(st.fractions(-9, 9, max_denominator=6), min_size=1, max_size=4)


def product(zeros):
    """The expanded product of (x - zero), as a term."""
    coefficients = [Fraction(1)]
    for zero in zeros:
        shifted = [Fraction(0), *coefficients]
        coefficients = [a - zero * b for a, b in zip(shifted, [*coefficients, Fraction(0)], strict=True)]
    term = (0,)
    for power, c in enumerate(coefficients):
        term += (c.numerator, c.denominator, "/", "$x", power, "^", "*", "+") if power else (
            c.numerator, c.denominator, "/", "+")  # fmt: skip
    return term


@settings(max_examples=150, deadline=None)
@given(roots, roots)
def test_sets_of_rational_roots_relate_as_sets(one, two):
    a, b = set(one), set(two)
    expected = "same" if a == b else "gains" if a < b else "loses" if b < a else "overlap" if a & b else "disjoint"
    found = relation((product(one), (0,)), (product(two), (0,)), "x", budget=Budget(WORK))
    assert (found.over_reals, found.over_complex) == (expected, expected)
    assert [Fraction(str(root)) for root in real_roots(product(one), "x", budget=Budget(WORK))] == sorted(a)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=2, max_size=6).filter(lambda c: c[-1] != 0))
def test_real_roots_are_those_that_sympy_counts(coefficients):
    import sympy

    x = sympy.Symbol("x")
    term = (0,)
    for power, c in enumerate(coefficients):
        term += (c, "$x", power, "^", "*", "+") if power else (c, "+")
    found = real_roots(term, "x", budget=Budget(WORK))
    assert len(found) == len(set(sympy.Poly(coefficients[::-1], x).real_roots()))
    for root in found:
        value = sum((arb(c) * arb(root) ** power for power, c in enumerate(coefficients)), arb(0))
        assert value.contains(0)


@settings(max_examples=80, deadline=None)
@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9).filter(bool))
def test_a_root_equation_has_the_solutions_that_survive_back_substitution(a, b, c, d):
    """sqrt(x^2 + a x + b) = d x + c, against its squared form filtered by sign."""
    radicand = ("$x", 2, "^", a, "$x", "*", "+", b, "+")
    line = (d, "$x", "*", c, "+")
    try:
        found = solve((*radicand, "sqrt"), line, "x", Budget(WORK)).values()
    except UnsolvedError:
        return
    squared = (*radicand, *line, 2, "^", "-")
    try:
        candidates = real_roots(squared, "x", budget=Budget(WORK))
    except UnsolvedError:
        return
    kept = [root for root in candidates if not arb(d) * arb(root) + c < 0]
    assert [str(root) for root in found] == [str(root) for root in kept]


def test_back_substitution():
    quadratic = (rpn("$x 2 ^ 5 $x * - 6 +"), rpn("0"))
    assert satisfies(quadratic, {"x": (2,)}, budget=Budget(WORK)).answer == "equal"
    assert satisfies(quadratic, {"x": (4,)}, budget=Budget(WORK)).answer == "different"
    golden = (rpn("$x 2 ^"), rpn("$x 1 +"))
    assert satisfies(golden, {"x": rpn("1 5 sqrt + 2 /")}, budget=Budget(WORK)).answer == "equal"
    pole = (rpn("$x 2 ^ 1 - $x 1 - /"), rpn("2"))
    assert satisfies(pole, {"x": (1,)}, budget=Budget(WORK)).answer == "undecided"
    two = (rpn("$x $y +"), rpn("10"))
    assert satisfies(two, {"x": (6,), "y": (4,)}, budget=Budget(WORK)).answer == "equal"


@pytest.mark.parametrize("text", ["$x 1000 ^ 2 -", "$x $x ^ 2 -", "$x sin", "$x $y + ", "0", "9 9 9 9 ^ ^ ^ $x *"])
def test_what_is_out_of_reach_says_so(text):
    with pytest.raises((UnsolvedError, TooLargeError, UndefinedError)):
        real_roots(rpn(text), "x", budget=Budget(WORK))


def test_roots_are_exact_where_they_are_rational():
    found = real_roots(rpn("3 $x * 1 - $x 2 ^ 2 - *"), "x", budget=Budget(WORK))
    assert found[1] == fmpq(1, 3)
    assert isinstance(found[0], arb)
