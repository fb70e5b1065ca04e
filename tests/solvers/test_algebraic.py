"""The separation bound proves zero exactly where SymPy's minimal polynomials do."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.algebraic import is_zero
from verifirst.solvers.exact import check
from verifirst.solvers.rational import TooLargeError

WORK = 500_000

small = st.integers(1, 12).map(lambda n: (n,))
surds = st.recursive(
    st.one_of(small, small.map(lambda t: (*t, "sqrt"))),
    lambda inner: st.tuples(inner, inner, st.sampled_from("+ - *".split())).map(lambda t: (*t[0], *t[1], t[2])),
    max_leaves=4,
)


def symbolic(term):
    import sympy

    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(sympy.Integer(item))
        elif item == "sqrt":
            stack.append(sympy.sqrt(stack.pop()))
        else:
            b, a = stack.pop(), stack.pop()
            stack.append({"+": a + b, "-": a - b, "*": a * b}[item])
    return stack[-1]


@settings(max_examples=150, deadline=None)
@given(surds, surds)
def test_it_agrees_with_expansion_over_square_roots(left, right):
    """Sums of products of square roots of integers have a normal form by expansion."""
    assume("sqrt" in (*left, *right))
    expected = symbolic((*left, *right, "-")).expand() == 0
    assert is_zero((*left, *right, "-"), Budget(WORK)) is expected


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20), st.integers(1, 20))
def test_nested_roots_denest(a, b):
    """sqrt(a) + sqrt(b) = sqrt(a + b + 2 sqrt(ab))."""
    left = (a, "sqrt", b, "sqrt", "+")
    right = (a, b, "+", 2, a, b, "*", "sqrt", "*", "+", "sqrt")
    assert is_zero((*left, *right, "-"), Budget(WORK)) is True
    assert is_zero((*left, *right, "-", 1, 10**9, "/", "+"), Budget(WORK)) is False


def test_sines_of_rational_parts_of_pi():
    half = (1, 5, "sqrt", "-", 4, "/")
    assert is_zero(("pi", 2, "*", 5, "/", "cos", 5, "sqrt", 1, "-", 4, "/", "-"), Budget(WORK)) is True
    assert is_zero(("pi", 7, "/", "sin", *half, "-"), Budget(WORK)) is False
    product = (20, "deg", "cos", 40, "deg", "cos", "*", 80, "deg", "cos", "*")
    assert is_zero((*product, 1, 8, "/", "-"), Budget(WORK)) is True


def test_near_misses_are_told_apart():
    """Differences of sums of roots as small as 1e-20 are no zeros."""
    term = (10**20 + 1, "sqrt", 10**20 - 1, "sqrt", "-", 1, 10**10, "/", "-")
    assert is_zero(term, Budget(WORK)) is False


def test_inverse_functions_with_rational_angles():
    assert is_zero((1, "arctan", "pi", 4, "/", "-"), Budget(WORK)) is True
    assert is_zero((3, "sqrt", "arctan", "pi", 3, "/", "-"), Budget(WORK)) is True
    assert is_zero((2, "arctan", "pi", 3, "/", "-"), Budget(WORK)) is None


def test_transcendental_or_too_wide_is_not_decided():
    assert is_zero(("pi", "pi", "-", "e", "*"), Budget(WORK)) is None
    tower = (2,) + ("sqrt", 2, "+") * 12
    assert is_zero((*tower, *tower, "-"), Budget(WORK)) is None
    try:
        check((2,) + ("sqrt",) * 3999)
    except TooLargeError:
        raise AssertionError from None
    assert is_zero((2,) + ("sqrt",) * 200 + (1, "-"), Budget(WORK)) is not True
