"""Terms and SymPy trees: there and back the value stays the same."""

import pytest
import symengine
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.compare import compare
from verifirst.solvers.symbolic import Translator, UntranslatableError, term_of

leaves = st.one_of(
    st.integers(0, 9).map(lambda n: (n,)),
    st.sampled_from([("$x",), ("$y",), ("pi",), ((25, 100),)]),
)
terms = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("neg sin cos exp abs sqrt".split())).map(lambda t: (*t[0], t[1])),
        st.tuples(inner, inner, st.sampled_from("+ - * / max".split())).map(lambda t: (*t[0], *t[1], t[2])),
        st.tuples(inner, st.integers(1, 3)).map(lambda t: (*t[0], t[1], "^")),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(terms)
def test_there_and_back_nothing_is_proved_different(term):
    tree = Translator(sympy, real=True).tree(term)
    try:
        again = term_of(tree)
    except UntranslatableError:
        assert tree.has(sympy.zoo, sympy.nan)  # a division by zero has no term
        return
    found = compare(term, again, budget=Budget(1_000_000))
    assert found.answer != "different"


@settings(max_examples=100, deadline=None)
@given(terms.filter(lambda term: "abs" not in term and "max" not in term and "/" not in term))
def test_both_systems_mean_the_same(term):
    point = {"x": 3, "y": 5}
    ours = Translator(sympy, real=True).tree(term).subs({sympy.Symbol(k, real=True): v for k, v in point.items()})
    # On the cut, the sign of a rounded zero chooses the branch: no system is right about that one.
    roots = [power.base for power in ours.atoms(sympy.Pow) if power.exp == sympy.Rational(1, 2)]
    assume(all(root.is_nonnegative or root.is_Rational for root in roots))
    other = Translator(symengine, real=True).tree(term).subs(point)
    value = ours.evalf(30)
    gap = abs(value - sympy.sympify(other.n(100, real=False))).evalf(30)
    assert gap <= 1e-9 * (1 + abs(value))


def test_names_and_functions_keep_their_spelling():
    x = sympy.Symbol("x_1")
    assert term_of(sympy.Function("f")(x) + 0) == ("$x_1", "@f/1")
    assert term_of(sympy.Symbol("alpha_2")) == (r"$\alpha_2",)
    assert term_of(sympy.Float("0.125")) == ((125, 1000),)
    assert term_of(sympy.Rational(-3, 4)) == (3, "neg", 4, "/")
    assert term_of(sympy.Sum(x, (x, 1, 5))) == (1, 5, ("sum", "x_1", ("$x_1",)))


@pytest.mark.parametrize("term", [(9, 9, 9, "^", "^"), (10_000, "!"), (1,) + (1, "+") * 500, (2, 9_000, "^")])
def test_what_a_system_would_compute_for_ever_is_refused(term):
    with pytest.raises(UntranslatableError):
        Translator(sympy, real=True).tree(term)


@pytest.mark.parametrize("tree", [sympy.Eq(sympy.Symbol("x"), 3), sympy.FiniteSet(1, 2), sympy.true, sympy.zoo])
def test_what_is_no_expression_has_no_term(tree):
    with pytest.raises((UntranslatableError, AttributeError)):
        term_of(tree)
