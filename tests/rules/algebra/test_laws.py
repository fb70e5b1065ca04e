r"""Laws of the algebra rules: what is true is never refuted, what is changed is never verified."""

from __future__ import annotations

from fractions import Fraction

import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

VERIFIER = Verifier()
X = sympy.Symbol("x")
small = st.integers(-9, 9)
nonzero = small.filter(bool)


def check(*texts: str, problem: str = "") -> Report:
    ledger = Ledger.open(VERIFIER, problem)
    return [ledger.push(Step(at, 0, len(text), len(text), text)) for at, text in enumerate(texts)][-1]


def statuses(report: Report) -> list[Status]:
    return [verdict.status for verdict in report.verdicts if verdict.claim]


@settings(deadline=None)
@given(nonzero, small, nonzero, small, nonzero)
def test_expansions(a: int, b: int, c: int, d: int, off: int) -> None:
    product = (a * X + b) * (c * X + d)
    left = sympy.latex(product) if b or d else f"({a}x)({c}x)"
    right = sympy.latex(sympy.expand(product))
    assume(left != right)
    assert Status.REFUTED not in statuses(check(f"So ${left} = {right}$."))
    wrong = sympy.latex(sympy.expand(product + off))
    assert Status.VERIFIED not in statuses(check(f"So ${left} = {wrong}$."))


@settings(deadline=None)
@given(st.integers(2, 60), st.integers(2, 60), st.integers(1, 9))
def test_roots(m: int, n: int, off: int) -> None:
    value = sympy.latex(sympy.sqrt(m) * sympy.sqrt(n))
    assert Status.REFUTED not in statuses(check(rf"So $\sqrt{{{m}}} \cdot \sqrt{{{n}}} = {value}$."))
    wrong = sympy.latex(sympy.sqrt(m) * sympy.sqrt(n) + off)
    found = statuses(check(rf"So $\sqrt{{{m}}} \cdot \sqrt{{{n}}} = {wrong}$."))
    assert Status.VERIFIED not in found


@settings(deadline=None)
@given(nonzero, small, small, small, nonzero)
def test_a_linear_equation_step_by_step(a: int, b: int, x: int, shift: int, off: int) -> None:
    value = a * x + b
    given_ = f"${a}x + {b} = {value}$" if b >= 0 else f"${a}x - {-b} = {value}$"
    derived = f"${a}x = {value - b}$"
    assume(b)
    assert Status.REFUTED not in statuses(check(given_, f"So {derived}."))
    assert statuses(check(given_, f"Then $x = {x}$.")) == [Status.VERIFIED]
    assert Status.VERIFIED not in statuses(check(given_, f"Then $x = {x + off}$."))
    assert Status.VERIFIED not in statuses(check(given_, f"Then ${a}x = {value - b + off}$."))


@settings(deadline=None)
@given(st.lists(st.tuples(small, small), min_size=2, max_size=2), small, small, nonzero)
def test_a_linear_system(rows: list[tuple[int, int]], x: int, y: int, off: int) -> None:
    (a, b), (c, d) = rows
    assume(a * d - b * c and a and b and c and d)
    lines = [f"$({p})x + ({q})y = {p * x + q * y}$" for p, q in rows]
    problem = "We know that " + " and ".join(lines) + ". Find them."
    assert statuses(check(f"So $x + y = {x + y}$.", problem=problem)) == [Status.VERIFIED]
    assert Status.VERIFIED not in statuses(check(f"So $x + y = {x + y + off}$.", problem=problem))
    total = Fraction(a * x + b * y + c * x + d * y)
    added = f"Adding, $({a + c})x + ({b + d})y = {{}}$."
    assume(a + c and b + d)
    assert statuses(check(added.format(total), problem=problem)) == [Status.VERIFIED]
    assert Status.VERIFIED not in statuses(check(added.format(total + off), problem=problem))


@settings(deadline=None)
@given(nonzero, small, nonzero, small, st.integers(-9, 99), small, small)
def test_a_side_that_is_rewritten(a: int, b: int, c: int, d: int, stays: int, slip: int, other: int) -> None:
    product = (a * X + b) * (c * X + d)
    written = sympy.expand(product + slip * X + other)
    assume(b and d and written.has(X))
    first = f"We know that $({a}x + {b})({c}x + {d}) = {stays}$."
    found = statuses(check(first, f"Expanding the left side, we get ${sympy.latex(written)} = {stays}$."))
    if not slip and not other:
        assert Status.REFUTED not in found
    elif sympy.gcd(product - stays, written - stays).is_number:
        assert Status.REFUTED in found
