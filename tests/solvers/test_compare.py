"""compare, order, close: known identities, known non-identities, and random terms against SymPy and Fractions."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded, InputError
from verifirst.solvers.compare import close, compare, order, sign
from verifirst.solvers.terms import Term

WORK = 1_000_000


def rpn(text: str) -> Term:
    """Postfix text as a term."""
    return tuple(int(word) if word.lstrip("-").isdigit() else _decimal(word) for word in text.split())


def _decimal(word: str):
    if word.replace(".", "").isdigit():
        whole, _, part = word.partition(".")
        return int(whole + part), 10 ** len(part)
    return word


def answer(left: str, right: str) -> str:
    return compare(rpn(left), rpn(right), budget=Budget(WORK)).answer


EQUAL = """
1 3 / | 2 6 /
8 sqrt | 2 2 sqrt *
pi 4 / sin | 2 sqrt 2 /
pi 5 / cos | 1 5 sqrt + 4 /
60 deg cos | 0.5
e i pi * ^ | 1 neg
2 ln 3 ln + | 6 ln
2 8 log | 3
4 8 log | 1.5
2 sqrt 3 sqrt + 2 ^ | 5 2 6 sqrt * +
3 5 2 sqrt * 7 + root | 1 2 sqrt +
1 arctan | pi 4 /
0.5 arcsin | pi 6 /
3 sqrt 2 sqrt - abs | 3 sqrt 2 sqrt -
3 4 i * + abs | 5
1 i + 2 ^ | 2 i *
3 8 neg root | 2 neg
10 3 binom | 120
17 5 mod | 2
$x 1 + 2 ^ | $x 2 ^ 2 $x * + 1 +
$x 2 ^ 1 - $x 1 - / | $x 1 +
$x sqrt 2 ^ | $x
4 $x * sqrt | 2 $x sqrt *
$x sin 2 ^ $x cos 2 ^ + | 1
2 $x * sin | 2 $x sin * $x cos *
$x $y + sin | $x sin $y cos * $x cos $y sin * +
$x pi + tan | $x tan
$x cosh 2 ^ $x sinh 2 ^ - | 1
$x exp $y exp * | $x $y + exp
$x ln exp | $x
$x arcsin sin | $x
$x arcsin cos | 1 $x 2 ^ - sqrt
$x arccos sin | 1 $x 2 ^ - sqrt
$x arctan cos | 1 $x 2 ^ 1 + sqrt /
$x arcsin $x arccos + | pi 2 /
$x neg arctan | $x arctan neg
2 $x arctan * tan | 2 $x * 1 $x 2 ^ - /
2 $n 1 + ^ | 2 2 $n ^ *
4 $n ^ | 2 $n ^ 2 ^
$x $y ^ $x $z ^ * | $x $y $z + ^
$n 1 + ! | $n 1 + $n ! *
$n 1 + $k binom | $n $k binom $n $k 1 - binom +
$x 1 + @f/1 | 1 $x + @f/1
$x $y + $z + $w + 40 ^ | $w $z + $y + $x + 40 ^
"""

DIFFERENT = """
pi | 3.14
2 sqrt | 1.41421356237309504880168872420969807856967187537694
10000 ! | 1
9 9 ^ 9 ^ | 9 9 9 ^ ^
2 sqrt 3 sqrt + | 5 sqrt
$x 1 + 2 ^ | $x 2 ^ 1 +
$x $y + sqrt | $x sqrt $y sqrt +
$x $y + sin | $x sin $y sin +
$x $y + ln | $x ln $y ln +
1 $x $y + / | 1 $x / 1 $y / +
$x 2 ^ | $x
2 $n 1 + ^ | 2 2 $n ^ +
$x 1 + 100 ^ | $x 100 ^ 1 +
"""

UNDECIDED = """
1 0 / | 1 0 /
0 0 ^ | 1
inf | inf
9 9 9 9 ^ ^ ^ | 1
8 neg 1 3 / ^ | 2 neg
$x 2 ^ sqrt | $x
$x 2 ^ ln | 2 $x ln *
$x abs | $x
$x $y * sqrt | $x sqrt $y sqrt *
$x 1 - 2 ^ sqrt | $x 1 -
$n pi * sin | 0
$x sin arcsin | $x
$x arctan 1 $x / arctan + | pi 2 /
1 neg $n ^ | 1
$x 1 - $x 2 - * sqrt | $x 1 - sqrt $x 2 - sqrt *
"""


def pairs(text: str):
    return [tuple(part.strip() for part in line.split("|")) for line in text.strip().splitlines()]


@pytest.mark.parametrize(("left", "right"), pairs(EQUAL))
def test_identities_are_equal_both_ways(left, right):
    assert answer(left, right) == "equal"
    assert answer(right, left) == "equal"


@pytest.mark.parametrize(("left", "right"), pairs(DIFFERENT))
def test_false_identities_differ_both_ways(left, right):
    assert answer(left, right) == "different"
    assert answer(right, left) == "different"


@pytest.mark.parametrize(("left", "right"), pairs(UNDECIDED))
def test_what_holds_in_part_or_nowhere_is_undecided(left, right):
    found = compare(rpn(left), rpn(right), budget=Budget(WORK))
    assert found.answer == "undecided"
    assert found.reason


@pytest.mark.parametrize(
    ("total", "form"),
    [
        ((1, "$n", ("sum", "k", ("$k",))), "$n $n 1 + * 2 /"),
        ((1, "$n", ("sum", "k", ("$k", 2, "^"))), "$n $n 1 + * 2 $n * 1 + * 6 /"),
        ((1, "$n", ("sum", "k", ("$k", 3, "^"))), "$n $n 1 + * 2 / 2 ^"),
        ((0, "$n", ("sum", "j", ("$a", "$j", "$d", "*", "+"))), "$n 1 + 2 $a * $n $d * + * 2 /"),
        (("$m", "$n", ("sum", "k", (1,))), "$n $m - 1 +"),
        ((1, "$n", ("sum", "k", (1, "$k", ("sum", "j", ("$j",))))), "$n $n 1 + * $n 2 + * 6 /"),
        ((1, "$n", ("sum", "k", ("$k", "$k", 1, "+", "*"))), "$n $n 1 + * $n 2 + * 3 /"),
    ],
)
def test_sums_of_powers_have_closed_forms(total, form):
    assert compare(total, rpn(form), budget=Budget(WORK)).answer == "equal"
    assert compare(total, (*rpn(form), "$n", "+"), budget=Budget(WORK)).answer == "different"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=5), st.integers(-9, 9), st.integers(0, 90))
def test_long_sums_agree_with_loops(coefficients, low, count):
    body = (0,)
    for power, c in enumerate(coefficients):
        body += (c, "$k", power, "^", "*", "+") if power else (c, "+")
    high = low + count - 1
    loop = sum(sum(c * k**power for power, c in enumerate(coefficients)) for k in range(low, high + 1))
    assert compare((low, high, ("sum", "k", body)), (loop,), budget=Budget(WORK)).answer == "equal"
    moving = ("$a", low, "+", "$a", high, "+", ("sum", "k", body))
    constant = not any(coefficients[1:])
    assert (compare(moving, (loop,), budget=Budget(WORK)).answer == "equal") == (constant or count == 0)


def test_it_says_where_a_part_truth_holds():
    found = compare(rpn("$x 2 ^ sqrt"), rpn("$x"), budget=Budget(WORK))
    assert found.only_where == "not for all negative values"
    found = compare(rpn("$n pi * sin"), rpn("0"), budget=Budget(WORK))
    assert found.only_where == "for integers"


def test_a_large_expansion_is_decided_by_chance_with_a_stated_bound():
    left, right = rpn("$x $y + $z + $w + 40 ^"), rpn("$w $z + $y + $x + 40 ^")
    found = compare(left, right, budget=Budget(WORK), seed=5)
    assert found.method == "modular"
    assert 0 < found.error_bound < Fraction(1, 2**80)


def test_order_and_sign_and_closeness():
    assert order(("pi",), "<", rpn("22 7 /"), budget=Budget(WORK)) == "true"
    assert order(rpn("8 sqrt"), "<=", rpn("2 2 sqrt *"), budget=Budget(WORK)) == "true"
    assert order(rpn("8 sqrt"), "<", rpn("2 2 sqrt *"), budget=Budget(WORK)) == "false"
    assert order(rpn("i"), "<", rpn("1"), budget=Budget(WORK)) == "undecided"
    assert sign(rpn("2 sqrt 3 sqrt -"), budget=Budget(WORK)) == -1
    assert sign(rpn("2 sqrt 2 ^ 2 -"), budget=Budget(WORK)) == 0
    assert close(("pi",), rpn("3.14"), Fraction(1, 100), budget=Budget(WORK)) == "true"
    assert close(("pi",), rpn("3.14"), Fraction(1, 1000), budget=Budget(WORK)) == "false"


def test_a_spent_budget_is_told_to_the_caller():
    with pytest.raises(BudgetExceeded):
        compare(rpn("$x sin"), rpn("$x cos"), budget=Budget(5))


@pytest.mark.parametrize("term", [(), ("+",), (1, 2), ("nonsense",), ("@f/x",), ((1, 0),)])
def test_malformed_terms_are_input_errors(term):
    with pytest.raises(InputError):
        compare(term, (1,), budget=Budget(WORK))


small = st.integers(-6, 6)
leaves = st.one_of(small.map(lambda n: (n,)), st.sampled_from([("$x",), ("$y",)]))


def rational_functions(operators: str = "+ - * /"):
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner, st.sampled_from(operators.split())).map(lambda t: (*t[0], *t[1], t[2])),
            st.tuples(inner, st.integers(0, 3)).map(lambda t: (*t[0], t[1], "^")),
        ),
        max_leaves=8,
    )


def value(term: Term, point: dict[str, Fraction]) -> Fraction:
    """An oracle of a few lines."""
    stack: list[Fraction] = []
    for item in term:
        if isinstance(item, int):
            stack.append(Fraction(item))
        elif item[0] == "$":
            stack.append(point[item[1:]])
        else:
            right, left = stack.pop(), stack.pop()
            if item == "^" and left == 0 == right:
                raise ZeroDivisionError
            stack.append(
                {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__, "^": left.__pow__}[
                    item
                ](right)
            )
    return stack[-1]


@settings(max_examples=300, deadline=None)
@given(rational_functions(), rational_functions())
def test_rational_functions_agree_with_sympy(left, right):
    import sympy

    def symbolic(term):
        stack = []
        for item in term:
            if isinstance(item, int):
                stack.append(sympy.Integer(item))
            elif item[0] == "$":
                stack.append(sympy.Symbol(item[1:]))
            else:
                b, a = stack.pop(), stack.pop()
                stack.append({"+": a + b, "-": a - b, "*": a * b, "/": a / b, "^": a**b}[item])
        return stack[-1]

    found = compare(left, right, budget=Budget(WORK))
    if found.answer == "different":
        point = {name: Fraction(text) for name, text in found.witness.items()}
        assert value(left, point) != value(right, point)
    if found.answer == "equal":
        gap = symbolic(left) - symbolic(right)
        assert gap is sympy.nan or gap.has(sympy.zoo, sympy.nan) or sympy.cancel(sympy.together(gap)) == 0


@settings(max_examples=200, deadline=None)
@given(rational_functions("+ - *"), st.integers(0, 5))
def test_a_shuffled_polynomial_is_equal_and_a_shifted_one_is_not(term, shift):
    again = (*term, "neg", "neg", 1, "*", shift, "+")
    found = compare(term, again, budget=Budget(WORK))
    expected = {"equal" if shift == 0 else "different"} | ({"undecided"} if _has_zero_power(term) else set())
    assert found.answer in expected


def _has_zero_power(term: Term) -> bool:
    return any(a == 0 and b == "^" for a, b in pairwise(term))
