"""Enclosures hold the value that mpmath computes independently with more digits."""

from contextlib import suppress

import mpmath
import pytest
from flint import acb, arb, fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded
from verifirst.solvers.ball import UndecidedError, enclose
from verifirst.solvers.precision import working
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import ARITY

UNARY = {
    "neg": lambda x: -x,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "ln": mpmath.log,
    "exp": mpmath.exp,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "cot": mpmath.cot,
    "sec": mpmath.sec,
    "csc": mpmath.csc,
    "arctan": mpmath.atan,
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "deg": mpmath.radians,
    "re": mpmath.re,
    "im": mpmath.im,
    "conj": mpmath.conj,
    "arg": mpmath.arg,
}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    "log": lambda b, x: mpmath.log(x) / mpmath.log(b),
}
CONSTANTS = {"pi": mpmath.pi, "e": mpmath.e, "i": mpmath.mpc(0, 1)}

leaves = st.one_of(st.integers(-9, 9).map(lambda n: (n,)), st.sampled_from(sorted(CONSTANTS)).map(lambda c: (c,)))
terms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(sorted(UNARY))).map(lambda t: (*t[0], t[1])),
        st.tuples(inner, inner, st.sampled_from(sorted(BINARY))).map(lambda t: (*t[0], *t[1], t[2])),
    ),
    max_leaves=6,
)


def oracle(term):
    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(mpmath.mpf(item))
        elif item in CONSTANTS:
            stack.append(+CONSTANTS[item])
        elif item in UNARY:
            stack.append(UNARY[item](stack.pop()))
        else:
            b, a = stack.pop(), stack.pop()
            stack.append(BINARY[item](a, b))
    return mpmath.mpc(stack[-1])


@settings(max_examples=500, deadline=None)
@given(terms)
def test_an_enclosure_holds_the_value(term):
    try:
        found = enclose(term, 64, Budget(100_000))
    except (UndefinedError, UndecidedError, TooLargeError):
        assume(False)
    assume(abs(acb(found)) < arb(10) ** 60)
    with mpmath.workprec(600):
        value = oracle(term)
        real, imag = mpmath.nstr(value.real, 120), mpmath.nstr(value.imag, 120)
    with working(300):
        # a hundred digits of the oracle, blurred by what its own rounding may have lost
        blur = arb(0, 1e-60) * (1 + abs(acb(found)))
        assert (acb(arb(real), arb(imag)) + acb(blur, blur)).overlaps(acb(found))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ((3, 8, "neg", "root"), "-2"),
        ((2, 9, "neg", "root", "im"), "3"),
        ((4, "neg", "sqrt", 2, "i", "*", "-"), "0"),
        ((60, "deg", "cos", 2, "*", "floor"), None),
        ((10_000, "!", 9_999, "!", "/", "ceil"), None),
        (("pi", "floor"), "3"),
        (("i", 2, "^"), "-1"),
        ((7, "pi", "mod", "floor"), "0"),
    ],
)
def test_special_values(term, text):
    if text is None:  # exactly an integer, which no precision tells from its neighbours
        with pytest.raises(UndecidedError):
            enclose(term, 256, Budget(10_000))
    else:
        found = enclose(term, 128, Budget(10_000))
        assert acb(found).overlaps(acb(int(text)))


@pytest.mark.parametrize(
    "term",
    [
        (8, "neg", 1, 3, "/", "^"),
        (2, "arcsin"),
        ("i", "arctan"),
        ("i", "floor"),
        (4, 16, "neg", "root"),
        (2, "neg", 8, "neg", "log"),
        ("inf",),
        ("$x",),
        ("pi", "!"),
        (1, "pi", ("sum", "k", ("$k",))),
    ],
)
def test_what_has_no_agreed_value_is_undefined(term):
    with pytest.raises(UndefinedError):
        enclose(term, 128, Budget(10_000))


@pytest.mark.parametrize(
    "term", [("pi", "sin", 1, "/", 1, "pi", "sin", "/", "+"), ("pi", "sin", "ln"), ("pi", "sin", "sqrt")]
)
def test_a_pole_or_a_cut_that_cannot_be_told_is_undecided(term):
    with pytest.raises(UndecidedError):
        enclose(term, 512, Budget(100_000))


@pytest.mark.parametrize("term", [(4, "neg", "sqrt", "abs"), (1, "neg", "ln", "im"), ("i", 2, "^")])
def test_a_real_reading_refuses_complex_detours(term):
    with pytest.raises(UndefinedError):
        enclose(term, 64, Budget(1000), real=True)
    assert enclose(term, 64, Budget(1000)) is not None


def test_precision_is_paid_for():
    term = (2, "sqrt") + (3, "sqrt", "+") * 50
    cheap, dear = Budget(100_000), Budget(100_000)
    enclose(term, 64, cheap)
    enclose(term, 640, dear)
    assert dear.spent > 3 * cheap.spent
    with pytest.raises(BudgetExceeded):
        enclose(term, 640, Budget(100))


def test_every_named_operator_is_evaluated_or_refused_never_forgotten():
    for name, count in ARITY.items():
        for operands in ((2, 3)[:count], ("pi",) * count, ("i",) * count):
            with suppress(UndefinedError, UndecidedError, TooLargeError):
                assert isinstance(enclose((*operands, name), 64, Budget(1000)), fmpq | arb | acb)
