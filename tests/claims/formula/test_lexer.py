r"""The lexer and the regions: total on any text, offsets exact, work in proportion to the text."""

# ruff: noqa: E501, PLE2502  # texts in a table, some of them nasty
from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.claims.formula import formulas
from verifirst.claims.formula.lexer import Tokens, tokenize
from verifirst.claims.formula.regions import Region, regions
from verifirst.core.budget import Budget

PIECES = [
    "$", "$$", r"\(", r"\)", r"\[", r"\]", r"\begin{align*}", r"\end{align*}", r"\begin{cases}", r"\end{cases}", r"\\", "&",
    "&=", "=", "<", r"\frac", "{", "}", "(", ")", "|", "x", "f(x)", "12", "1,234", "3.5", "^", "_", "!", "%", "°", r"^\circ",
    r"\sin", r"\sqrt", r"\sum_{k=1}^{n}", r"\text{and}", r"\text{ cm}", r"\pmod{7}", "\n", " ", "so ", "Then ", "- ", "+", "·",
    "½", "²", "π", "√", "≈", "→", r"\implies", r"\overline{AB}", r"\mathbf{v}", r"\begin{pmatrix}", r"\end{pmatrix}", "\x00",
    "́", "م", "‏", "\ud800", "√", "<b>", "…", r"\boxed{", "'", "′", ",", ";", ".", "?",
]  # fmt: skip
mixed = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
anything = mixed | st.text(st.characters(), max_size=80)


@given(anything)
def test_regions_are_in_order_and_within_the_text(text: str) -> None:
    found = regions(text)
    assert all(0 <= region.start <= region.end <= len(text) for region in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(anything, st.booleans())
def test_tokens_cover_their_text_in_order(text: str, typeset: bool) -> None:
    budget = Budget(10 * len(text) + 10)
    tokens = tokenize(text, Region(0, len(text), typeset), budget)
    assert len({len(column) for column in tokens[:4]}) == 1
    assert tokens.kinds[-1] == "E"
    assert tokens.kinds.count("E") == 1
    at = 0
    for start, end in zip(tokens.starts, tokens.ends, strict=True):
        assert at <= start <= end <= len(text)
        at = end
    assert all(end > start for start, end in zip(tokens.starts[:-1], tokens.ends[:-1], strict=True))
    assert budget.spent <= 2 * len(text)


def source(tokens: Tokens, text: str) -> list[tuple[str, str]]:
    return [(kind, text[start:end]) for kind, start, end in zip(tokens.kinds, tokens.starts, tokens.ends, strict=True)][
        :-1
    ]


@pytest.mark.parametrize(
    ("text", "typeset", "wanted"),
    [
        ("x_1 + 3.5y", True, [("a", "x"), ("_", "_"), ("n", "1"), ("+", "+"), ("n", "3.5"), ("a", "y")]),
        (r"\frac12", True, [("c", r"\frac"), ("n", "1"), ("n", "2")]),
        ("√.5", True, [("c", "√"), ("n", ".5")]),
        (r"\frac123", True, [("c", r"\frac"), ("n", "1"), ("n", "23")]),
        (r"30^\circ", True, [("n", "30"), ("d", r"^\circ")]),
        (r"30^{\circ}", True, [("n", "30"), ("d", r"^{\circ}")]),
        (r"7{,}290", True, [("n", "7{,}290")]),
        (r"\text{ cm }", True, [("T", r"\text{ cm }")]),
        (r"a \leq b", True, [("a", "a"), ("r", r"\leq"), ("a", "b")]),
        (r"a \implies b", True, [("a", "a"), ("i", r"\implies"), ("a", "b")]),
        (
            r"\begin{pmatrix} 1 & 2 \end{pmatrix}+1",
            True,
            [("o", r"\begin{pmatrix} 1 & 2 \end{pmatrix}"), ("+", "+"), ("n", "1")],
        ),
        (r"\left( x \right)", True, [("(", "("), ("a", "x"), (")", ")")]),
        ("so we get x = 3", False, [("w", "so we get"), ("a", "x"), ("r", "="), ("n", "3")]),
        ("sin x", False, [("F", "sin"), ("a", "x")]),
        ("n!=720", False, [("a", "n"), ("!", "!"), ("r", "="), ("n", "720")]),
        ("n != 720", False, [("a", "n"), ("r", "!="), ("n", "720")]),
        ("<b>x = 3</b>", False, [("a", "x"), ("r", "="), ("n", "3")]),
    ],
)
def test_tokens(text: str, typeset: bool, wanted: list[tuple[str, str]]) -> None:
    assert source(tokenize(text, Region(0, len(text), typeset), Budget(999)), text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It costs $5 and $x = 3$ holds.", ["x = 3"]),
        ("He has $5, she has $6 = 1 more", []),
        ("$5 + $3 = $8", []),
        (r"Pay \$5, \(x = 5\).", ["x = 5"]),
        (r"$a$ + $b$ = $c$", ["a$ + $b$ = $c"]),
        ("$a = 1$ - $b = 2$", ["a = 1", "b = 2"]),
        ("$x = 3", []),
        (r"\[ x = 3 \] and \( y = 4", [" x = 3 ", r" and \( y = 4"]),
        (r"\begin{align} x &= 3 \end{align} $y$", [" x &= 3 ", "y"]),
        ("so x = 3\nand nothing\ny = 4 too", ["so x = 3", "y = 4 too"]),
        ("$$x = 1$$$y = 2$", ["x = 1", "y = 2"]),
        (r"$a$ = 40 cm", ["a$ = 40"]),
    ],
)
def test_regions(text: str, wanted: list[str]) -> None:
    assert [text[region.start : region.end] for region in regions(text)] == wanted


def test_environments_within_displays() -> None:
    text = r"\[ \begin{cases} x + y = 3 \\ x - y = 1 \end{cases} \] so $x = 2$."
    assert [text[c.start : c.end] for c in formulas(text, Budget(9999))] == ["x + y = 3", "x - y = 1", "x = 2"]


@given(anything)
def test_formulas_are_total_and_deterministic(text: str) -> None:
    found = formulas(text, Budget(10**6))
    assert found == formulas(text, Budget(10**6))
    assert [claim.start for claim in found] == sorted(claim.start for claim in found)
    for claim in found:
        assert 0 <= claim.left.start < claim.left.end <= claim.right.start < claim.right.end <= len(text)
        assert (claim.start, claim.end) == (claim.left.start, claim.right.end)
        assert claim.left.term
        assert claim.right.term
        assert 0 <= claim.link < claim.members - 1
