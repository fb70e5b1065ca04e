r"""Chains, statements, modality: what a formula says of itself beside its terms."""

from __future__ import annotations

import pytest

from verifirst.claims.formula import STYLES, TEXTBOOK, Formula, Style, formulas, given_relations, reread
from verifirst.core.budget import Budget
from verifirst.core.facts import Binding


def read(text: str) -> list[Formula]:
    return formulas(text, Budget(10**6))


def shown(text: str) -> list[str]:
    return [text[claim.start : claim.end] for claim in read(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"$a = b = c$", ["a = b", "b = c"]),
        (r"\begin{align*} a &= b \\ &= c \\ &= d \end{align*}", ["a &= b", r"b \\ &= c", r"c \\ &= d"]),
        (r"\[ a \] \[ = b \]", []),
        (r"\begin{align*} S &= 1 + x \\ &+ 3 \\ &= 9 \end{align*}", []),
        (r"\begin{align*} S &= 1 + x \\ &- 3 \\ &= 9 \end{align*}", []),
        (r"\begin{align*} S &= 9 + x \\ &- 3 = 9 \end{align*}", []),
        (r"\begin{align*} 4 - 2x &= 10 \\ -2x &= 6 \end{align*}", ["4 - 2x &= 10", "-2x &= 6"]),
        (r"$a = b, c = d$", ["a = b", "c = d"]),
        (r"$a = b \text{ and } c = d$", ["a = b", "c = d"]),
        (r"$a = b \quad c = d$", ["a = b", "c = d"]),
        (r"$a = \star = c$", []),
        (r"$a = b = \star = d$", ["a = b"]),
        (r"$a \sim b = c$", ["b = c"]),
        ("so x = 3 and y = 4", ["x = 3", "y = 4"]),
        ("x = 3 apples", ["x = 3"]),
    ],
)
def test_which_links_are_read(text: str, wanted: list[str]) -> None:
    assert shown(text) == wanted


def test_links_and_statements_are_numbered() -> None:
    found = read(r"$a = b < c$, and $d = e$")
    assert [(claim.statement, claim.link, claim.members, claim.relation) for claim in found] == [
        (0, 0, 3, "="), (0, 1, 3, "<"), (1, 0, 2, "="),
    ]  # fmt: skip


def test_a_sign_says_that_it_follows() -> None:
    first, second, third = read(r"\[ a = b \implies c = d, \quad e = f \]")
    assert [first.follows, second.follows, third.follows] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "modulus"),
    [
        (r"$17 + x \equiv 3 \pmod{7}$", (7,)),
        (r"$17 + x \equiv 3 \pmod 7$", (7,)),
        (r"$x \equiv 3 \mod{n}$", ("$n",)),
        (r"$x \equiv 3 \mod 25$", (25,)),
        ("x ≡ 3 mod 25", (25,)),
        (r"$x \equiv 3 (\text{mod } 7)$", ()),
        (r"x ≡ 3 (mod 7)", (7,)),
        (r"$x \equiv 3$", ()),
    ],
)
def test_moduli(text: str, modulus: tuple[object, ...]) -> None:
    (claim,) = read(text)
    assert claim.relation == "≡"
    if modulus or "text" not in text:
        assert claim.modulus == modulus


@pytest.mark.parametrize(
    ("text", "supposed", "fresh"),
    [
        ("We have $x = 3$.", False, False),
        ("If $x = 3$, stop.", True, False),
        ("Suppose that $x = 3$.", True, False),
        ("If $y = 2$, then $x = 3$.", False, False),
        ("Case 1: $x = 3$.", False, False),
        ("For $x = 3$ it holds.", True, False),
        ("Let $x = 3$.", False, True),
        ("where $x = 3$", False, True),
        ("It is fine. So $x = 3$.", False, False),
        ("We want $x = 3$.", True, False),
        ("$x = 3$ or $x = 4$", True, False),
        ("$x = 3$ and $x = 4$", True, False),
        ("$x = 3$ and $y = 4$", False, False),
    ],
)
def test_modality(text: str, supposed: bool, fresh: bool) -> None:
    claim = next(claim for claim in read(text) if text[claim.start : claim.end] == "x = 3")
    assert (claim.supposed, claim.fresh) == (supposed, fresh)


@pytest.mark.parametrize(
    ("text", "bindings"),
    [
        ("$x = 3$", [Binding("x", (3,))]),
        ("$3 = x$", [Binding("x", (3,))]),
        ("$x = y + 1$", [Binding("x", ("$y", 1, "+"))]),
        ("$f(x) = x^2$", [Binding("f(x)", ("$x", 2, "^"))]),
        ("$2x = 6$", [Binding("", (6,), subject=(2, "$x", "*"))]),
        ("Let $x = 3$.", [Binding("x", (3,), fresh=True)]),
        ("If $x = 3$", []),
        ("$x < 3$", []),
    ],
)
def test_what_the_graph_takes(text: str, bindings: list[Binding]) -> None:
    assert [binding for claim in read(text) for binding in claim.binds()] == bindings


@pytest.mark.parametrize(
    ("text", "style", "left"),
    [
        ("$1/2x = 3$", Style(slash_last=True), (1, 2, "$x", "*", "/")),
        ("$28-y/y = 3$", Style(slash_sum=True), (28, "$y", "-", "$y", "/")),
        (r"$3\frac{1}{2} = x$", Style(mixed_product=True), (3, 1, 2, "/", "*")),
        ("$AB = 5$", Style(letters=True), ("$A", "$B", "*")),
        ("$h(x) + 1 = 5$", Style(calls=True), ("$h", "$x", "*", 1, "+")),
        (r"$\log 8 = x$", Style(natural_log=True), ("e", 8, "log")),
        (r"$\log 8 = x$", Style(binary_log=True), (2, 8, "log")),
        (r"$\sin 30 = x$", Style(degrees=True), (30, "deg", "sin")),
        ("$2i = x$", Style(imaginary=True), (2, "i", "*")),
        ("$2e = x$", Style(napier=True), (2, "e", "*")),
        (r"$100^\circ = x$", Style(plain_degrees=True), (100,)),
        (r"$20\% = x$", Style(plain_percent=True), (20,)),
    ],
)
def test_other_readings(text: str, style: Style, left: tuple[object, ...]) -> None:
    (claim,) = read(text)
    sides = reread(text, claim, style, Budget(10**4))
    assert sides is not None
    assert sides[0] == left
    assert claim.left.term != left
    assert style in STYLES
    assert reread(text, claim, TEXTBOOK, Budget(10**4)) == (claim.left.term, claim.right.term)


def test_what_a_problem_gives() -> None:
    problem = "Let $x + y = 10$, and suppose $x - y = 2$. Find $x$."
    assert [problem[fact.start : fact.end] for fact in given_relations(problem)] == ["x + y = 10", "x - y = 2"]
    assert given_relations("$x = 1$ " * 20_000) == []
