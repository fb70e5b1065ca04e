"""Laws of ``verify``, and an oracle for rational expressions."""

from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.verdict import Status
from verifirst.math_verify import judge, parse, verify

whole = st.integers(-30, 30)


def _joined(pair):
    """``left op right`` as LaTeX and as a fraction; None for what is undefined."""
    (a, x), op, (b, y) = pair
    if x is None or y is None or (op == "/" and y == 0):
        return "0/0", None
    if op == "+":
        return f"({a}) + ({b})", x + y
    if op == "-":
        return f"({a}) - ({b})", x - y
    if op == "*":
        return rf"({a}) \cdot ({b})", x * y
    return rf"\frac{{{a}}}{{{b}}}", x / y


rational = st.recursive(
    whole.map(lambda n: (str(n), Fraction(n))),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(_joined),
    max_leaves=8,
)
polynomial = st.lists(whole, min_size=1, max_size=4)


@given(rational, rational)
@settings(max_examples=300, deadline=None)
def test_rational_expressions_agree_with_fractions(one, other):
    assume(one[1] is not None and other[1] is not None)
    outcome = judge(f"${one[0]}$", f"${other[0]}$")
    assert outcome.status is (Status.VERIFIED if one[1] == other[1] else Status.REFUTED)


@given(rational)
@settings(max_examples=200, deadline=None)
def test_a_value_is_its_fraction(one):
    assume(one[1] is not None)
    assert verify(parse(f"${one[1].numerator}/{one[1].denominator}$"), parse(rf"\boxed{{{one[0]}}}")) is True
    off = one[1] + Fraction(1, 10**9)
    assert verify(parse(f"${off.numerator}/{off.denominator}$"), parse(rf"\boxed{{{one[0]}}}")) is False


def _written(coefficients, order):
    return " + ".join(f"({coefficients[k]})x^{{{k}}}" for k in order)


@given(polynomial, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_polynomial_in_any_order(coefficients, random):
    order = list(range(len(coefficients)))
    random.shuffle(order)
    gold, target = _written(coefficients, range(len(coefficients))), _written(coefficients, order)
    assert verify(parse(f"${gold}$"), parse(f"${target}$")) is True
    assert verify(parse(f"${gold} + 1$"), parse(f"${target}$")) is False


@given(whole, whole)
@settings(max_examples=100, deadline=None)
def test_factored_and_expanded(a, b):
    assert verify(parse(f"$(x-({a}))(x-({b}))$"), parse(f"$x^2 - ({a + b})x + ({a * b})$")) is True


pieces = st.sampled_from(
    [*"0123456789xyei+-*/^(){}[]=<>,.$%", r"\frac{1}{2}", r"\sqrt{2}", r"\pm", r"\cup", r"\infty", r"\{", r"\}", r"\pi",
     r"\text{ and }", r"\le", " ", r"\boxed{", "answer is "]
)  # fmt: skip
texts = st.one_of(st.text(max_size=60), st.lists(pieces, max_size=25).map("".join))


@given(texts)
@settings(max_examples=500, deadline=None)
def test_parse_never_raises_and_each_answer_is_itself(text):
    found = parse(text)
    assert not found or judge(found, parse(text)).status is Status.VERIFIED


@given(texts, texts)
@settings(max_examples=300, deadline=None)
def test_what_is_read_alike_is_alike_both_ways(one, other):
    a, b = judge(parse(one), parse(other)).status, judge(parse(other), parse(one)).status
    directed = any(sign in text for text in (one, other) for sign in ("=", "<", ">", "\\le", "%"))
    assert a == b or directed or Status.UNKNOWN in (a, b)


@given(st.lists(whole, min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_sets_have_no_order_and_points_have(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    gold, target = (", ".join(map(str, items)) for items in (values, shuffled))
    assert verify(parse(rf"$\{{{gold}\}}$"), parse(rf"$\{{{target}\}}$")) is True
    if len(values) > 1:
        assert verify(parse(f"$({gold})$"), parse(f"$({target})$")) is (values == shuffled)
        assert verify(parse(rf"$\{{{gold}\}}$"), parse(rf"$\{{{', '.join(map(str, values[1:]))}\}}$")) is False
