"""Numbers in the ring of terms beside Fraction: sums, quotients, powers, polynomials at a point."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verifirst.solvers.polynomials import OutsideError, Ring
from verifirst.solvers.terms import Item, Term

POINT = {"x": Fraction(3, 7), "y": Fraction(-5, 2)}

leaves = st.integers(-9, 9).map(lambda n: (abs(n), "neg") if n < 0 else (n,)) | st.sampled_from(
    [("$x",), ("$y",), ((15, 10),), ((7, 100),)]
)


def _joined(parts: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    binary = st.tuples(parts, parts, st.sampled_from("+-*/")).map(lambda p: (*p[0], *p[1], p[2]))
    power = st.tuples(parts, st.integers(-3, 3)).map(lambda p: (*p[0], abs(p[1]), *["neg"][: p[1] < 0], "^"))
    return binary | power | parts.map(lambda term: (*term, "neg"))


terms = st.recursive(leaves, _joined, max_leaves=8)


def value(term: Term) -> Fraction:
    """By Fraction, one operation after the other. Raises ZeroDivisionError."""
    stack: list[Fraction] = []
    for item in term:
        stack.append(_apply(item, stack))
    return stack.pop()


def _apply(item: Item, stack: list[Fraction]) -> Fraction:
    if isinstance(item, int):
        return Fraction(item)
    if isinstance(item, tuple):
        return Fraction(*item)  # type: ignore[arg-type]  # no bound operator here
    if item[0] == "$":
        return POINT[item[1:]]
    last = stack.pop()
    if item == "neg":
        return -last
    first = stack.pop()
    if item == "^":
        if first == last == 0:
            raise ZeroDivisionError
        return first**last  # type: ignore[return-value]  # a whole exponent
    return {"+": first + last, "-": first - last, "*": first * last}.get(item) if item != "/" else first / last  # type: ignore[return-value]


@given(terms)
def test_a_term_has_its_value_at_every_point(term: Term) -> None:
    ring = Ring()
    try:
        n, d = ring.fraction(term)
        wanted = value(term)
    except (OutsideError, ZeroDivisionError):
        assume(False)
    at = [POINT.get(str(key)[1:], Fraction(0)) for key in ring.atoms]
    found = [sum(int(c) * _product(at, powers) for powers, c in polynomial.to_dict().items()) for polynomial in (n, d)]
    assume(found[1])
    assert Fraction(found[0]) / Fraction(found[1]) == wanted
    assert d.leading_coefficient() > 0


def _product(at: list[Fraction], powers: tuple[int, ...]) -> Fraction:
    found = Fraction(1)
    for base, power in zip(at, powers, strict=False):
        found *= base ** int(power)
    return found


@given(terms)
def test_what_fraction_divides_the_ring_reads(term: Term) -> None:
    try:
        value(term)
    except ZeroDivisionError:
        assume(False)
    numbers_only = not any(isinstance(item, str) and item[0] == "$" for item in term)
    assume(numbers_only)
    assert Ring().constant(Ring().fraction(term)) is not None


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        ((2, "neg", 1, "neg", "^"), (-1, 2)),
        ((2, "neg", 2, "neg", "^"), (1, 4)),
        ((3, "neg", 2, "/", 1, "neg", "^"), (-2, 3)),
    ],
)
def test_a_negative_number_to_a_negative_power(term: Term, wanted: tuple[int, int]) -> None:
    ring = Ring()
    assert ring.constant(ring.fraction(term)) == wanted
