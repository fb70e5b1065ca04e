"""Randomised identity testing: always right on shuffled identities, a proof when it says different."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.solvers.modular import identical

WORK = 100_000

atoms = st.one_of(st.integers(-20, 20).map(lambda n: (n,)), st.sampled_from([("$x",), ("$y",), ("$z",)]))
terms = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner, st.sampled_from("+ - *".split())).map(lambda t: (*t[0], *t[1], t[2])),
        st.tuples(inner, st.integers(1, 9)).map(lambda t: (*t[0], t[1], "^")),
    ),
    max_leaves=8,
)


def at(term, point):
    stack = []
    for item in term:
        if isinstance(item, int):
            stack.append(Fraction(item))
        elif item[0] == "$":
            stack.append(Fraction(point[item[1:]]))
        else:
            b, a = stack.pop(), stack.pop()
            stack.append({"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "^": a.__pow__}[item](b))
    return stack[-1]


@settings(max_examples=150, deadline=None)
@given(terms, terms, st.integers(0, 2**32))
def test_laws_of_a_ring_hold_and_a_shift_is_seen(a, b, seed):
    left = (*a, *b, "+", 2, "^")
    right = (*a, 2, "^", *b, 2, "^", "+", *a, *b, "*", 2, "*", "+")
    same = identical(left, right, seed=seed, budget=Budget(WORK))
    assert same.answer == "equal"
    assert same.error_bound < Fraction(1, 2**80)
    shifted = identical(left, (*right, 1, "+"), seed=seed, budget=Budget(WORK))
    assert shifted.answer == "different"


@settings(max_examples=150, deadline=None)
@given(terms, terms)
def test_different_comes_with_a_point_where_the_sides_differ(a, b):
    found = identical(a, b, seed=1, budget=Budget(WORK))
    if found.answer == "different":
        point = {name: int(text) for name, text in found.witness.items()}
        assert at(a, point) != at(b, point)


def test_the_same_seed_draws_the_same_points():
    ask = lambda seed: identical(("$x",), ("$y",), seed=seed, budget=Budget(WORK))  # noqa: E731
    assert ask(3) == ask(3)
    assert ask(3).witness != ask(4).witness


def test_unknown_functions_are_congruent_and_never_refute():
    assert identical(("$x", 1, "+", "@f/1"), (1, "$x", "+", "@f/1"), seed=0, budget=Budget(WORK)).answer == "equal"
    assert identical(("$x", "sin"), ("$x", "cos"), seed=0, budget=Budget(WORK)).answer == "undecided"


def test_coefficients_that_vanish_modulo_many_primes_widen_the_bound():
    huge = tuple([10**60] * 30) + ("*",) * 29
    small = identical(("$x",), ("$x", 1, "*"), seed=0, budget=Budget(WORK)).error_bound
    wide = identical(("$x", *huge, "*"), (*huge, "$x", "*"), seed=0, budget=Budget(WORK))
    assert wide.answer == "equal"
    assert small < Fraction(1, 2**80) > wide.error_bound


def test_poles_everywhere_and_degrees_out_of_reach_are_undecided():
    assert identical((1, "$x", "$x", "-", "/"), (1,), seed=0, budget=Budget(WORK)).answer == "undecided"
    tower = ("$x",) + (10**9, "^") * 6
    assert identical(tower, tower, seed=0, budget=Budget(WORK)).answer == "undecided"
