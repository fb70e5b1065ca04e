"""Normal forms prove only what holds numerically, and they do prove the identities that made the terms."""

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.elementary import identical, mentions_i
from verifirst.solvers.rational import TooLargeError, UndefinedError

WORK = 200_000

UNARY = {
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "exp": mpmath.exp,
    "ln": mpmath.log,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "neg": lambda a: -a,
    "sinh": mpmath.sinh,
    "arctan": mpmath.atan,
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}

leaves = st.sampled_from([("$x",), ("$x",), ("$y",), (1,), (2,), ("pi",)])
terms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(sorted(UNARY))).map(lambda t: (*t[0], t[1])),
        st.tuples(inner, inner, st.sampled_from(sorted(BINARY))).map(lambda t: (*t[0], *t[1], t[2])),
    ),
    max_leaves=4,
)
REWRITINGS = [
    lambda t, s: ((*t, "sin", 2, "^"), (1, *t, "cos", 2, "^", "-")),
    lambda t, s: ((*t, *s, "+", "sin"), (*t, "sin", *s, "cos", "*", *t, "cos", *s, "sin", "*", "+")),
    lambda t, s: ((*t, *s, "+", "cos"), (*t, "cos", *s, "cos", "*", *t, "sin", *s, "sin", "*", "-")),
    lambda t, s: ((*t, *s, "-", "exp"), (*t, "exp", *s, "exp", "/")),
    lambda t, s: ((2, *t, *s, "+", "^"), (2, *t, "^", 2, *s, "^", "*")),
    lambda t, s: ((*t, *s, "*"), (*s, *t, "*")),
    lambda t, s: ((*t, *s, "+", 2, "^"), (*t, 2, "^", *s, 2, "^", "+", 2, *t, "*", *s, "*", "+")),
    lambda t, s: ((*t, "neg", "abs"), (*t, "abs")),
    lambda t, s: ((2, *t, "*", "tan"), (2, *t, "tan", "*", 1, *t, "tan", 2, "^", "-", "/")),
    lambda t, s: ((9, *t, "*", "sqrt"), (3, *t, "sqrt", "*")),
]
NEARLY = [
    lambda t, s: ((*t, "sin"), (*t, "neg", "sin")),
    lambda t, s: ((*t, *s, "+", "sin"), (*t, "sin", *s, "sin", "+")),
    lambda t, s: ((*t, *s, "*", "sqrt"), (*t, *s, "+", "sqrt")),
    lambda t, s: ((*t, "exp", 2, "^"), (*t, 2, "^", "exp")),
    lambda t, s: ((*t, *s, "-", "abs"), (*t, "abs", *s, "abs", "-")),
    lambda t, s: ((*t, *s, "+", "ln"), (*t, "ln", *s, "ln", "*")),
]


def oracle(term, point):
    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(mpmath.mpf(item))
        elif item == "pi":
            stack.append(+mpmath.pi)
        elif item[0] == "$":
            stack.append(point[item[1:]])
        elif item in UNARY:
            stack.append(UNARY[item](stack.pop()))
        else:
            b, a = stack.pop(), stack.pop()
            stack.append(BINARY[item](a, b))
        assume(abs(stack[-1]) < 10**50 and abs(mpmath.im(stack[-1])) == 0)
    return stack[-1]


def proved(left, right) -> bool:
    try:
        return identical(left, right, Budget(WORK))
    except (TooLargeError, UndefinedError):
        return False


def agree(left, right) -> bool:
    with mpmath.workdps(60):
        for x, y in (("0.73", "1.31"), ("2.19", "0.57")):
            point = {"x": mpmath.mpf(x), "y": mpmath.mpf(y)}
            try:
                a, b = oracle(left, point), oracle(right, point)
            except (ZeroDivisionError, ValueError):
                assume(False)
            if abs(a - b) > mpmath.mpf(10) ** -30 * (1 + abs(a)):
                return False
    return True


few = st.sampled_from([("$x",), (1,), (2,), ("pi",), ("$x", "neg"), ("$x", "sin"), ("$x", 2, "^"), ("$x", "exp")])
tiny = st.one_of(
    few,
    st.tuples(few, st.sampled_from(sorted(UNARY))).map(lambda t: (*t[0], t[1])),
    st.tuples(few, few, st.sampled_from(sorted(BINARY))).map(lambda t: (*t[0], *t[1], t[2])),
)


@settings(max_examples=400, deadline=None)
@given(tiny, st.lists(tiny, min_size=5, max_size=5))
def test_what_is_proved_holds_at_points(left, others):
    """Small terms coincide often enough for wrong proofs to show."""
    for right in others:
        if proved(left, right):
            assert agree(left, right), right


@settings(max_examples=150, deadline=None)
@given(terms, terms, st.sampled_from(range(len(NEARLY))))
def test_false_identities_are_not_proved(t, s, which):
    left, right = NEARLY[which](t, s)
    if not agree(left, right):
        assert not proved(left, right)


@pytest.mark.parametrize("which", range(len(REWRITINGS)))
@settings(max_examples=12, deadline=None)
@given(t=st.sampled_from([("$x",), ("$x", "$y", "*"), ("$x", "pi", "+"), (3, "$x", "*", 1, "-")]), s=leaves)
def test_true_identities_are_proved(which, t, s):
    left, right = REWRITINGS[which](t, s)
    assert proved(left, right)


def test_positive_symbols_prove_more():
    root = ("$x", 2, "^", "sqrt")
    assert not identical(root, ("$x",), Budget(WORK))
    assert identical(root, ("$x",), Budget(WORK), positive=True)
    logs = (("$x", "$y", "*", "ln"), ("$x", "ln", "$y", "ln", "+"))
    assert not identical(*logs, Budget(WORK))
    assert identical(*logs, Budget(WORK), positive=True)


def test_complex_terms_do_not_use_real_rules():
    assert mentions_i(("i", "$x", "*"))
    assert not identical(("i", "$x", "*", "exp", "ln"), ("i", "$x", "*"), Budget(WORK))
    assert identical(("$x", "exp", "ln"), ("$x",), Budget(WORK))


def test_large_expansions_are_refused():
    with pytest.raises(TooLargeError):
        identical(tuple(f"$v{k}" for k in range(40)) + ("+",) * 39, ("$v0",), Budget(WORK))
    with pytest.raises(TooLargeError):
        identical(("$a", "$b", "+", "$c", "+", "$d", "+", 40, "^"), (1,), Budget(WORK))
    with pytest.raises(UndefinedError):
        identical((1, "$x", "$x", "-", "/"), (1,), Budget(WORK))
