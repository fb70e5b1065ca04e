"""Linear systems against how they were made and against SymPy."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.linear import NotLinearError, System, coefficients
from verifirst.solvers.rational import TooLargeError

WORK = 1_000_000
NAMES = "xyz"

rows = st.lists(st.tuples(*[st.integers(-4, 4)] * 3), min_size=1, max_size=4)


def combination(row):
    term = (0,)
    for name, c in zip(NAMES, row, strict=True):
        term += (c, f"${name}", "*", "+")
    return term


@settings(max_examples=200, deadline=None)
@given(rows, st.tuples(*[st.integers(-9, 9)] * 3), st.tuples(*[st.integers(-4, 4)] * 3), st.integers(-3, 3))
def test_a_solvable_system_never_contradicts_its_solution(matrix, solution, new, shift):
    import sympy

    at = lambda row: sum(a * b for a, b in zip(row, solution, strict=True))  # noqa: E731
    system = System([(combination(row), (at(row),)) for row in matrix], Budget(WORK))
    assert system.consistent
    judged = system.judge((combination(new), (at(new) + shift,)), Budget(WORK))
    spanned = sympy.Matrix(matrix).rank() == sympy.Matrix([*matrix, new]).rank()
    assert judged == (("follows" if shift == 0 else "contradicts") if spanned else "independent")
    assert system.implied(combination(new), Budget(WORK)) == (Fraction(at(new)) if spanned else None)


@settings(max_examples=100, deadline=None)
@given(rows, st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_consistency_is_that_of_ranks(matrix, right):
    import sympy

    system = System([(combination(row), (b,)) for row, b in zip(matrix, right, strict=False)], Budget(WORK))
    augmented = sympy.Matrix([[*row, b] for row, b in zip(matrix, right, strict=False)])
    assert system.consistent == (sympy.Matrix(matrix).rank() == augmented.rank())
    if not system.consistent:
        assert system.judge((("$x",), (0,)), Budget(WORK)) is None
        assert system.implied((5,), Budget(WORK)) is None


def test_terms_are_expanded_before_they_are_called_linear():
    square = ("$x", 1, "+", 2, "^", "$x", 2, "^", "-")
    assert coefficients(square, Budget(WORK)) == {"x": 2, "": 1}
    for term in [("$x", "$y", "*"), ("$x", "sin"), (1, "$x", "/"), ("$x", "pi", "*"), ("$x", 2, "sqrt", "*")]:
        with pytest.raises(NotLinearError):
            coefficients(term, Budget(WORK))


def test_no_equations_imply_only_constants():
    empty = System([], Budget(WORK))
    assert empty.consistent
    assert empty.implied((2, 3, "+"), Budget(WORK)) == 5
    assert empty.judge((("$x",), (1,)), Budget(WORK)) == "independent"
    assert empty.judge(((1,), (2,)), Budget(WORK)) == "contradicts"


def test_large_systems_are_refused():
    with pytest.raises(TooLargeError):
        System([((f"$x{k}",), (k,)) for k in range(100)], Budget(WORK))
    with pytest.raises(TooLargeError):
        System([(sum(((f"$x{k}", "+") for k in range(1, 60)), ("$x0",)), (1,))], Budget(WORK))
