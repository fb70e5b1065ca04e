"""The arithmetic rules against an independent oracle.

Hypothesis draws an expression tree; one route renders it to text in many surface forms, the
other writes Python source and walks its ``ast`` over :class:`fractions.Fraction`.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.replay import replay
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier()
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


@dataclass(frozen=True)
class Surface:
    """How an expression looks: signs, money, units, brackets, spaces."""

    times: str = "*"
    divide: str = "/"
    minus: str = "-"
    money: bool = False
    unit: str = ""
    latex: bool = False
    space: str = " "


SURFACES = [
    Surface(),
    Surface(space=""),
    Surface(times="×", divide="÷", minus="−"),
    Surface(times="x"),
    Surface(money=True),
    Surface(unit=" apples"),
    Surface(times=r"\cdot", divide="frac", latex=True),
    Surface(times=r"\times", divide=r"\div", latex=True),
]

numbers = st.integers(0, 400).map(str) | st.decimals(0, 60, places=1).map(str) | st.integers(1000, 9999).map(str)


def trees(operators: str):
    return st.recursive(
        numbers,
        lambda inner: st.tuples(st.sampled_from(operators), inner, inner),
        max_leaves=5,
    ).filter(lambda tree: isinstance(tree, tuple))


def exact(tree) -> Fraction:
    """The value, by way of Python source and its syntax tree."""
    return _walk(ast.parse(_source(tree), mode="eval").body)


def _source(tree) -> str:
    return f"'{tree}'" if isinstance(tree, str) else f"({_source(tree[1])} {tree[0]} {_source(tree[2])})"


def _walk(node: ast.expr) -> Fraction:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_walk(node.left), _walk(node.right))
    return Fraction(node.value)


def render(tree, look: Surface) -> str:
    """The text, with every inner operation in brackets."""
    if isinstance(tree, str):
        return ("\\$" if look.latex else "$") * look.money + tree + look.unit
    op, left, right = tree
    if op == "/" and look.divide == "frac":
        return rf"\frac{{{render(left, look)}}}{{{render(right, look)}}}"
    sign = {"*": look.times, "/": look.divide, "-": look.minus}.get(op, op)
    return look.space.join((_bracket(left, look), sign, _bracket(right, look)))


def _bracket(tree, look: Surface) -> str:
    inner = render(tree, look)
    if isinstance(tree, str) or (look.divide == "frac" and tree[0] == "/"):
        return inner
    return rf"\left({inner}\right)" if look.latex else f"({inner})"


def spell(value: Fraction, look: Surface) -> str | None:
    """The value as a plain decimal, or None when it does not terminate shortly."""
    cents = value * 100
    if cents.denominator != 1 or abs(value) >= 10**9:
        return None
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(cents.numerator), 100)
    digits = f"{whole}.{rest:02d}" if rest else str(whole)
    return f"{sign}{'$' * (look.money and not look.latex)}{digits}{look.unit}"


def status(text: str) -> Status:
    report = Ledger.open(VERIFIER, "").push(Step(0, 0, len(text), len(text), text))
    for verdict in report.verdicts:
        assert verdict.evidence is None or replay(verdict.evidence) is verdict.status
    return report.status


looks = st.sampled_from(SURFACES)
prefixes = st.sampled_from(["", "So there are ", "We get ", "Total: ", "In all, that is "])


@settings(max_examples=400, deadline=None)
@given(trees("+-*/"), looks, prefixes)
def test_a_true_equation_is_verified(tree, look: Surface, prefix: str) -> None:
    try:
        stated = spell(exact(tree), look)
    except ZeroDivisionError:
        assume(False)
    assume(stated is not None)
    assert status(f"{prefix}{render(tree, look)} = {stated}.") is Status.VERIFIED


@settings(max_examples=400, deadline=None)
@given(trees("+-*"), looks, prefixes, st.integers(2, 9), st.booleans())
def test_a_false_equation_is_refuted(tree, look: Surface, prefix: str, off: int, down: bool) -> None:
    value = exact(tree)
    wrong = value + (-off if down else off)
    stated = spell(wrong, look)
    assume(stated is not None)
    assume(not _excusable(value, wrong))
    assume(not (tree[0] == "-" and exact(tree[2]) == wrong))  # "2 eggs - 2 eggs = 2 eggs": a list, perhaps
    text = f"{prefix}{render(tree, look)} = {stated}."
    assert status(text) is Status.REFUTED, text


def _excusable(value: Fraction, wrong: Fraction) -> bool:
    """A result that some unit or some rounding to thousands would explain."""
    if not wrong or not value:
        return False
    ratio = abs(value / wrong)
    return ratio.denominator == 1 or ratio.numerator == 1 or (abs(wrong) >= 1000 and wrong % 100 == 0)


@settings(max_examples=300, deadline=None)
@given(trees("+-*/"), looks, st.integers(2, 9))
def test_a_false_equation_is_never_verified(tree, look: Surface, off: int) -> None:
    try:
        value = exact(tree)
    except ZeroDivisionError:
        assume(False)
    stated = spell(value + off, look)
    assume(stated is not None)
    assert status(f"{render(tree, look)} = {stated}") is not Status.VERIFIED


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 99), st.integers(1, 400), st.booleans())
def test_percentages(percent: int, base: int, latex: bool) -> None:
    value = Fraction(percent * base, 100)
    sign = r"\%" if latex else "%"
    stated = spell(value, Surface())
    assert status(f"{percent}{sign} of {base} = {stated}") is Status.VERIFIED
    wrong = spell(value + 3, Surface())
    assert status(f"{percent}{sign} of {base} = {wrong}") is not Status.VERIFIED


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 500), st.integers(1, 60), st.integers(0, 4))
def test_rounded_quotients(n: int, d: int, places: int) -> None:
    value = Fraction(n, d)
    assume(value.denominator != 1)
    rounded = f"{float(round(value, places)):.{places}f}"
    assert status(f"{n} / {d} ≈ {rounded}") is Status.VERIFIED
    assert status(f"{n} / {d} = {rounded}") is not Status.REFUTED


@settings(max_examples=300, deadline=None)
@given(trees("+-*"), trees("+-*"), st.sampled_from(["<", ">", "<=", ">=", "!="]))
def test_comparisons(left, right, sign: str) -> None:
    compare = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "!=": operator.ne}[sign]
    text = f"{render(left, Surface())} {sign} {render(right, Surface())}"
    expected = Status.VERIFIED if compare(exact(left), exact(right)) else Status.REFUTED
    assert status(text) is expected, text


@pytest.mark.parametrize("look", SURFACES, ids=range(len(SURFACES)))
def test_each_surface_is_read(look: Surface) -> None:
    tree = ("+", "12", ("*", "3", "4.5"))
    assert status(f"{render(tree, look)} = {spell(exact(tree), look)}") is Status.VERIFIED
