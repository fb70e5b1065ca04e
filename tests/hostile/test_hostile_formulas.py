r"""Formulas that were never meant to be read: bounded work, no exception, nothing out of thin air."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verifirst.claims import extract
from verifirst.claims.formula import formulas
from verifirst.core.budget import Budget
from verifirst.core.facts import FactGraph
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import WORK_PER_STEP, Verifier

VERIFIER = Verifier(enforce=["AL"])

TEXTS: dict[str, Callable[[int], str]] = {
    "dollars": lambda n: "$" * 10 * n + "x = 3",
    "open fractions": lambda n: "$x = " + r"\frac{" * n + "$",
    "closed fractions": lambda n: "$x = " + r"\frac{1}{" * n + "1" + "}" * n + "$",
    "powers": lambda n: r"\[" + "x^" * n + r"2 = 3\]",
    "braced powers": lambda n: r"\[" + "x^{" * n + "2" + "}" * n + r" = 3\]",
    "superscripts": lambda n: r"\[x" + "²" * n + r" = 3\]",
    "signs": lambda n: r"\[x = " + "-" * n + r"3\]",
    "bars": lambda n: r"\[x = " + "|" * n + r"3\]",
    "brackets": lambda n: r"\[x = " + "(" * n + "y" + ")" * n + r"\]",
    "roots": lambda n: r"\[x = " + r"\sqrt" * n + r"{2}\]",
    "functions": lambda n: r"\[x = " + r"\sin " * n + r"y\]",
    "calls": lambda n: r"\[x = " + "f(" * n + "y" + ")" * n + r"\]",
    "primes": lambda n: r"\[f" + "'" * n + r"(x) = 3\]",
    "factorials": lambda n: r"\[x = 3" + "!" * n + r"\]",
    "subscripts": lambda n: r"\[x" + "_{a" * n + r" = 3\]",
    "one long region": lambda n: r"\[x = " + "a + " * n + r"b\]",
    "one long product": lambda n: r"\[x = " + "ab" * n + r"\]",
    "relations in a line": lambda n: r"\[" + "x = " * n + r"y\]",
    "relations to nothing": lambda n: r"\[" + "= <" * n + r"\]",
    "regions": lambda n: "$x = 3$ " * n,
    "display regions": lambda n: r"\[ x = 3 \]" * n,
    "lines": lambda n: "so x = 3\n" * n,
    "aligned lines": lambda n: r"\begin{align*}" + r"x &= 3 \\ " * n + r"\end{align*}",
    "lines that go on": lambda n: r"\begin{align*} x &= 1" + r" \\ &+ 3" * n + r"\end{align*}",
    "breaks": lambda n: r"\[ x = 1" + r"\\" * n + r"= 1 \]",
    "environments": lambda n: r"\begin{cases}" * n + "x = 3" + r"\end{cases}" * n,
    "open environments": lambda n: r"\begin{pmatrix}" * n + "x = 3",
    "matrices": lambda n: r"\[ x = " + r"\begin{pmatrix} 1 \end{pmatrix} " * n + r"\]",
    "unclosed text": lambda n: r"\[ x = " + r"\text{" * n + r"\]",
    "texts": lambda n: r"\[ x = 3" + r"\text{ cm}" * n + r"\]",
    "sums in sums": lambda n: r"\[ x = " + r"\sum_{k=1}^{9} " * n + r"k\]",
    "NUL": lambda n: "$x\x00 = 3" + "\x00" * n + "$",
    "combining marks": lambda n: "$x = 3" + "́" * n + "$",
    "right to left": lambda n: "\u200f" * n + "$س = ٣$ \u202e$x = 3$",
    "mixed scripts": lambda n: "$χ = 三十 + ½ײ$ " * n,
    "surrogates": lambda n: "$\ud800 = \udfff$ " * n,
    "greater signs": lambda n: "x > " * n + "y",
    "tags": lambda n: "<b>" * n + "x = 3" + "</b>" * n,
    "moduli": lambda n: r"\[ x \equiv 3 " + r"\pmod{" * n + r"7 \]",
    "suppositions": lambda n: "if " * n + "$x = 3$",
    "commas": lambda n: "$x = 3" + ", " * n + "y = 4$",
    "letters": lambda n: "$" + "A" * min(n, 1_900) + " = 5$",
    "number after number": lambda n: r"\[ x = " + "1 " * n + r"\]",
}  # fmt: skip


def spent(text: str) -> int:
    budget = Budget(10**9)
    extract(text, budget)
    return budget.spent


@pytest.mark.parametrize("name", TEXTS)
def test_reading_is_about_linear(name: str) -> None:
    """Twice the text costs at most about twice the work: counted, not timed."""
    once, twice = (spent(TEXTS[name](n)) for n in (400, 800))
    assert twice <= 2.5 * once + 200


@pytest.mark.parametrize("name", TEXTS)
def test_no_formula_is_refuted_and_none_breaks_the_verifier(name: str) -> None:
    text = TEXTS[name](600)
    report = VERIFIER.check(Step(0, 0, len(text), len(text), text), "", FactGraph())
    assert all(verdict.status is not Status.REFUTED for verdict in report.verdicts)
    assert all(str(verdict.reason) != "rule_error" for verdict in (*report.verdicts, *report.notes))


@pytest.mark.parametrize("name", TEXTS)
def test_formulas_keep_to_their_budget(name: str) -> None:
    text = TEXTS[name](9_000)[:100_000]
    budget = Budget(10**9)
    formulas(text, budget)
    assert budget.spent <= 20 * len(text) + 1_000
    assert WORK_PER_STEP <= 10**6
