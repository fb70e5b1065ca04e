"""Terms against SymPy: what they mean, what a substitution makes of them, how they come apart."""

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from verifirst.solvers.terms import ARITY, arity, functions, inline, is_bound, split, substitute, symbols

NAMES = ("x", "y", "k", "k'")
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "^": lambda a, b: a**b,
}
UNARY = {"neg": lambda a: -a, "sin": sympy.sin, "%": lambda a: a / 100}


def meaning(term):
    """The term as a SymPy expression; a sum is written out, so that no bound symbol is left."""
    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(sympy.Integer(item))
        elif is_bound(item):
            kind, index, body = item
            high, low = int(stack.pop()), int(stack.pop())
            bound, summand = sympy.Dummy(), meaning(body)
            parts = [summand.subs(sympy.Symbol(index), bound).subs(bound, n) for n in range(low, high + 1)]
            stack.append(sympy.Add(*parts) if kind == "sum" else sympy.Mul(*parts))
        elif isinstance(item, tuple):
            stack.append(sympy.Rational(*item))
        elif item[0] == "$":
            stack.append(sympy.Symbol(item[1:]))
        elif item[0] == "@":
            name, _, count = item[1:].rpartition("/")
            operands = [stack.pop() for _ in range(int(count))][::-1]
            stack.append(sympy.Function(name)(*operands))
        elif item in UNARY:
            stack.append(UNARY[item](stack.pop()))
        else:
            b, a = stack.pop(), stack.pop()
            stack.append(BINARY[item](a, b))
    (found,) = stack
    return found


leaves = st.one_of(
    st.integers(0, 9).map(lambda n: (n,)),
    st.tuples(st.integers(0, 99), st.sampled_from([10, 100])).map(lambda pair: (pair,)),
    st.sampled_from(NAMES).map(lambda name: (f"${name}",)),
)


def _grown(inner):
    return st.one_of(
        st.builds(lambda a, b, op: (*a, *b, op), inner, inner, st.sampled_from("+-*")),
        st.builds(lambda a, n: (*a, n, "^"), inner, st.integers(0, 2)),
        st.builds(lambda a, op: (*a, op), inner, st.sampled_from(sorted(UNARY))),
        st.builds(lambda a, b: (*a, *b, "@f/2"), inner, inner),
        st.builds(lambda a: (*a, "@g/1"), inner),
        st.builds(
            lambda low, more, kind, index, body: (low, low + more, (kind, index, body)),
            st.integers(0, 3), st.integers(0, 2), st.sampled_from(["sum", "prod"]), st.sampled_from(NAMES), inner,
        ),
    )  # fmt: skip


terms = st.recursive(leaves, _grown, max_leaves=6)
plain = st.recursive(
    leaves, lambda inner: st.builds(lambda a, b, op: (*a, *b, op), inner, inner, st.sampled_from("+-*")), max_leaves=3
)


def same(one, other):
    return sympy.expand(one - other) == 0


@given(terms)
def test_splitting_and_joining_is_the_identity(term):
    operands, last = split(term)
    assert (*(item for operand in operands for item in operand), last) == term
    assert len(operands) == arity(last)
    for operand in operands:
        meaning(operand)  # each is a term of its own


@given(terms)
def test_the_symbols_are_the_free_symbols(term):
    """SymPy drops what cancels: it may know fewer, never more."""
    assert {str(symbol) for symbol in meaning(term).free_symbols} <= symbols(term)


@given(terms, st.sampled_from(NAMES))
def test_a_symbol_that_is_not_free_is_not_replaced(term, name):
    if name not in symbols(term):
        assert substitute(term, {name: (0,)}) == term


@given(terms, st.dictionaries(st.sampled_from(NAMES), plain, max_size=3))
def test_substitution_is_that_of_sympy(term, values):
    expected = meaning(term).subs(
        {sympy.Symbol(name): meaning(value) for name, value in values.items()}, simultaneous=True
    )
    assert same(meaning(substitute(term, values)), expected)


@given(terms, terms)
def test_inlined_calls_mean_what_their_bodies_do(term, body):
    if "f/2" in functions(body):
        return
    found = inline(term, {"f/2": (("x", "y"), body)}, 10_000)
    function, x, y = sympy.Function("f"), sympy.Symbol("x"), sympy.Symbol("y")
    value = meaning(body)
    expected = meaning(term).replace(function, lambda a, b: value.subs({x: a, y: b}, simultaneous=True))
    if not any(is_bound(item) for item in term):
        assert "f/2" not in functions(found)
    if not _calls_in_a_sum(term):
        assert same(meaning(found), expected)


def _calls_in_a_sum(term):
    return any(is_bound(item) and functions((item,)) for item in term)


def test_an_index_captures_nothing():
    term = (1, 3, ("sum", "k", ("$k", "$x", "*")))
    assert symbols(term) == {"x"}
    found = substitute(term, {"x": ("$k",), "k": (7,)})
    assert same(meaning(found), 6 * sympy.Symbol("k"))
    again = substitute(term, {"x": ("$k", "$k'", "+")})
    assert symbols(again) == {"k", "k'"}


def test_a_fresh_index_is_not_one_that_the_body_uses():
    term = (1, 3, ("sum", "k", ("$k", "$k'", "*", "$x", "*")))
    found = substitute(term, {"x": ("$k",)})
    assert symbols(found) == {"k", "k'"}
    assert same(meaning(found), 6 * sympy.Symbol("k") * sympy.Symbol("k'"))


def test_inlining_keeps_the_calls_that_would_outgrow_the_limit():
    double = {"f/1": (("x",), ("$x", "$x", "+"))}
    term = ("$a", *("@f/1",) * 40)
    found = inline(term, double, 100)
    assert len(found) < 300
    assert functions(found) == {"f/1"}
    assert inline(("$a", "@f/1"), double, 100) == ("$a", "$a", "+")


def test_inlining_leaves_calls_in_sums_and_unknown_functions_alone():
    double = {"f/1": (("x",), ("$x", "$x", "+"))}
    term = (1, 3, ("sum", "k", ("$k", "@f/1")))
    assert inline(term, double, 100) == term
    assert inline(("$a", "@g/1"), double, 100) == ("$a", "@g/1")


@pytest.mark.parametrize(
    ("item", "operands"),
    [(7, 0), ((314, 100), 0), ("$x", 0), ("pi", 0), ("neg", 1), ("root", 2), ("@f/3", 3), (("sum", "k", ("$k",)), 2)],
)
def test_arity(item, operands):
    assert arity(item) == operands


def test_a_name_outside_the_table_is_no_item():
    with pytest.raises(KeyError):
        arity("exec")
    assert not [name for name in ARITY if name[0] in "$@"]


def test_nothing_recurses_over_the_length_of_a_term():
    long = ("$x", *("neg",) * 50_000)
    assert split(long)[0][0] == long[:-1]
    assert symbols(substitute(long, {"x": ("$y",)})) == {"y"}
