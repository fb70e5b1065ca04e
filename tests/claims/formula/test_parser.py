r"""Formulas are printed in many spellings by a printer of this file, and read back: the values must agree."""

# ruff: noqa: E501  # texts in a table, one a line
from __future__ import annotations

import operator
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from verifirst.claims.formula import Formula, formulas
from verifirst.core.budget import Budget
from verifirst.solvers.terms import Term

POINT = {"x": Fraction(7, 3), "y": Fraction(-5, 2), "n": Fraction(11)}
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


@dataclass(frozen=True)
class Node:
    """A number or a symbol (no children), or an operator over its children."""

    item: str
    children: tuple[Node, ...] = ()

    def value(self) -> Fraction:
        if not self.children:
            return POINT[self.item] if self.item in POINT else Fraction(self.item)
        values = [child.value() for child in self.children]
        if self.item == "neg":
            return -values[0]
        if self.item == "^":
            return values[0] ** int(values[1])
        return OPERATORS[self.item](*values)


def leaves() -> st.SearchStrategy[Node]:
    numbers = st.integers(0, 99).map(str) | st.sampled_from(["0.5", "1.25", "12.0"])
    return (numbers | st.sampled_from(sorted(POINT))).map(Node)


def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    binary = st.builds(lambda item, a, b: Node(item, (a, b)), st.sampled_from("+-*/"), inner, inner)
    power = st.builds(lambda a, n: Node("^", (a, Node(str(n)))), inner, st.integers(0, 4))
    return binary | power | inner.map(lambda a: Node("neg", (a,)))


trees = st.recursive(leaves(), grown, max_leaves=10)
LEVEL = {"+": 1, "-": 1, "neg": 1, "*": 2, "/": 2, "^": 3}


def level(node: Node) -> int:
    return LEVEL[node.item] if node.children else 4


@dataclass(frozen=True)
class Spelling:
    """How the printer writes what can be written in several ways."""

    times: str
    fraction: bool  # as a command
    latex: bool
    brackets: tuple[str, str]
    space: str

    def bracketed(self, node: Node, least: int) -> str:
        text = self.text(node)
        return text if level(node) >= least else self.brackets[0] + text + self.brackets[1]

    def text(self, node: Node) -> str:
        if not node.children:
            return node.item
        if node.item == "neg":
            return "-" + self.bracketed(node.children[0], 2)
        a, b = node.children
        if node.item == "^":
            exponent = f"^{{{b.item}}}" if self.latex else f"^{b.item}"
            return self.bracketed(a, 4) + exponent
        if node.item == "/" and self.fraction:
            return rf"\frac{{{self.text(a)}}}{{{self.text(b)}}}"
        if node.item == "*":
            return self.bracketed(a, 2) + self.times + self.bracketed(b, 3)
        sign = node.item
        least = 2 if sign in "+-" else 3
        return self.bracketed(a, 1 if sign in "+-" else 2) + self.space + sign + self.space + self.bracketed(b, least)


TYPESET = [
    Spelling(r" \cdot ", True, True, ("(", ")"), " "),
    Spelling(r" \times ", False, True, (r"\left(", r"\right)"), ""),
    Spelling("*", True, True, ("[", "]"), " "),
    Spelling(r"\,\cdot\,", True, True, (r"\bigl(", r"\bigr)"), " "),
]
TYPED = [
    Spelling(" * ", False, False, ("(", ")"), " "),
    Spelling("*", False, False, ("(", ")"), ""),
    Spelling(" × ", False, False, ("[", "]"), " "),
]


def valued(term: Term, point: dict[str, Fraction] = POINT) -> Fraction:
    """The value of a rational term, by the definition of postfix and the standard library."""
    stack: list[Fraction] = []
    for item in term:
        if isinstance(item, int):
            stack.append(Fraction(item))
        elif isinstance(item, tuple):
            stack.append(Fraction(*item))
        elif item[0] == "$":
            stack.append(point[item[1:]])
        elif item == "neg":
            stack.append(-stack.pop())
        elif item == "%":
            stack.append(stack.pop() / 100)
        else:
            b, a = stack.pop(), stack.pop()
            if item == "^":
                assert b.denominator == 1
                stack.append(a ** int(b))
            else:
                stack.append(OPERATORS[item](a, b))
    (found,) = stack
    return found


def defined(tree: Node) -> Fraction:
    try:
        return tree.value()
    except ZeroDivisionError:
        assume(False)
        raise


@given(trees, st.sampled_from(TYPESET))
def test_typeset_formulas_are_read_back(tree: Node, spelling: Spelling) -> None:
    wanted = defined(tree)
    (claim,) = formulas(f"${spelling.text(tree)} = q$", Budget(10**6))
    assert claim.right.term == ("$q",)
    assert valued(claim.left.term) == wanted


@given(trees, st.sampled_from(TYPESET))
def test_typeset_formulas_are_read_back_on_the_right(tree: Node, spelling: Spelling) -> None:
    wanted = defined(tree)
    text = rf"\[ q = {spelling.text(tree)} \]"
    (claim,) = formulas(text, Budget(10**6))
    assert valued(claim.right.term) == wanted
    shown = text[claim.right.start : claim.right.end]  # signs that say nothing may be left out at the ends
    assert spelling.text(tree).endswith(shown)
    assert spelling.text(tree).removesuffix(shown) in ("", r"\left", r"\bigl")


@given(trees, st.sampled_from(TYPED))
def test_typed_formulas_are_read_back_or_left_alone(tree: Node, spelling: Spelling) -> None:
    wanted = defined(tree)
    for claim in formulas(f"q = {spelling.text(tree)}", Budget(10**6)):
        assert valued(claim.right.term) == wanted


def one(source: str) -> Formula:
    (claim,) = formulas(f"${source} = q$", Budget(10**6))
    return claim


def none(source: str) -> bool:
    return all(
        ("$q",) not in (claim.left.term, claim.right.term) for claim in formulas(f"${source} = q$", Budget(10**6))
    )


@pytest.mark.parametrize(
    ("source", "term"),
    [
        # precedence
        ("-x^2", ("$x", 2, "^", "neg")),
        ("(-x)^2", ("$x", "neg", 2, "^")),
        ("2x^2", (2, "$x", 2, "^", "*")),
        ("x - y - n", ("$x", "$y", "-", "$n", "-")),
        ("x / y / n", ("$x", "$y", "/", "$n", "/")),
        ("x^{y^n}", ("$x", "$y", "$n", "^", "^")),
        ("x / yn", ("$x", "$y", "/", "$n", "*")),
        ("3 - -2", (3, 2, "neg", "-")),
        ("2 + 3 \\cdot 4", (2, 3, 4, "*", "+")),
        # mixed numbers, implied products
        (r"3\frac{1}{2}", (3, 1, 2, "/", "+")),
        (r"3\frac{5}{2}", (3, 5, 2, "/", "*")),
        (r"\frac12", (1, 2, "/")),
        (r"\frac12x", (1, 2, "/", "$x", "*")),
        ("2½", (2, 1, 2, "/", "+")),
        ("2(x + 1)(x - 1)", (2, "$x", 1, "+", "*", "$x", 1, "-", "*")),
        (r"2\pi r", (2, "pi", "*", "$r", "*")),
        ("xy", ("$x", "$y", "*")),
        # calls and products
        ("f(x)", ("$x", "@f/1")),
        ("f(x, y)", ("$x", "$y", "@f/2")),
        ("f'(2)", (2, "@f'/1")),
        ("x(y + 1)", ("$x", "$y", 1, "+", "*")),
        ("n(n + 1)", ("$n", "$n", 1, "+", "*")),
        # functions
        (r"\sin x", ("$x", "sin")),
        (r"\sin 2x", (2, "$x", "*", "sin")),
        (r"\sin^2 x", ("$x", "sin", 2, "^")),
        (r"\sin x \cos y", ("$x", "sin", "$y", "cos", "*")),
        (r"\sin(x + y)", ("$x", "$y", "+", "sin")),
        (r"\sin^{-1} x", ("$x", "arcsin")),
        (r"\sin x + y", ("$x", "sin", "$y", "+")),
        (r"\log_2 8", (2, 8, "log")),
        (r"\log 100", (10, 100, "log")),
        (r"\ln x", ("$x", "ln")),
        (r"\sqrt{x + 1}", ("$x", 1, "+", "sqrt")),
        (r"\sqrt[3]{x}", (3, "$x", "root")),
        (r"\sqrt2", (2, "sqrt")),
        (r"|x - 1|", ("$x", 1, "-", "abs")),
        (r"\lfloor x \rfloor", ("$x", "floor")),
        (r"\left\lceil x \right\rceil", ("$x", "ceil")),
        ("n!", ("$n", "!")),
        (r"\frac{n!}{2!}", ("$n", "!", 2, "!", "/")),
        (r"\binom{n}{2}", ("$n", 2, "binom")),
        (r"{n \choose 2}", ("$n", 2, "binom")),
        (r"\gcd(x, y, n)", ("$x", "$y", "gcd", "$n", "gcd")),
        (r"17 \bmod 5", (17, 5, "mod")),
        # symbols
        ("x_1", ("$x_1",)),
        ("x_{12}", ("$x_12",)),
        ("x_{n+1}", ("$x_n+1",)),
        ("AB", ("$AB",)),
        (r"\alpha", ("$alpha",)),
        (r"\alpha \beta", ("$alpha", "$beta", "*")),
        (r"\mathbf{v}", ("$mathbf v",)),
        (r"\overline{AB}", ("$overline AB",)),
        (r"2\cdot\text{Area}", (2, "$Area", "*")),
        # bases, sums, marks
        ("1011_2", (11,)),
        ("212_{3}", (23,)),
        (r"\sum_{k=1}^{n} k^2", (1, "$n", ("sum", "k", ("$k", 2, "^")))),
        (r"\sum_{k=1}^{3} k + 1", (1, 3, ("sum", "k", ("$k",)), 1, "+")),
        (r"\prod_{k=1}^n k", (1, "$n", ("prod", "k", ("$k",)))),
        (r"30^\circ", (30, "deg")),
        (r"20\%", (20, "%")),
        (r"7{,}290", (7290,)),
        (r"1,250.50", ((125050, 100),)),
        ("x²", ("$x", 2, "^")),
        (r"\boxed{x + 1}", ("$x", 1, "+")),
        (r"\underbrace{x + y}_{\text{note}}", ("$x", "$y", "+")),
    ],
)
def test_the_textbook_reading(source: str, term: Term) -> None:
    assert one(source).left.term == term


@pytest.mark.parametrize(
    "source",
    [
        r"1 + 2 + \cdots + n", r"1 + 2 + \dots", "1 + ... + 9", r"x \pm 1", r"x \star y", r"x \circ y", "(1, 2)", "(x, y)",
        r"\begin{pmatrix} 1 & 2 \end{pmatrix}", r"\int_0^1 x dx", r"\lim_{x \to 0} x", r"\frac{dy}{dx}y^{\prime\prime}\foo",
        r"\unknown{x}", "5!!", "f^{-1}(x)", "f^2(x)", "2^10", r"\infty", r"0.\overline{3}", r"\sqrt", r"\frac{1}", "x^", "x +",
        r"\sin", "||x||", "x _", "29_5", "1_1", "x @ y", "x # y", r"\max", r"\gcd(x)", "[1, 3)", r"\{1, 2\}", "3 4",
    ],
)  # fmt: skip
def test_what_is_not_read_has_no_term(source: str) -> None:
    assert none(source)


@pytest.mark.parametrize(
    ("source", "units"),
    [(r"3 \text{ cm}", True), (r"3\text{ cm}^2", True), (r"60 \text{ miles}/\text{hour}", True), ("3", False)],
)
def test_units_are_left_out_and_told(source: str, units: bool) -> None:
    side = one(source).left
    assert side.units is units
    assert len(side.term) == 1
