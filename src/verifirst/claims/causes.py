"""Causes: the earlier step that a refutation points back to.

A refuted step is not always where the trace went wrong. Two things tell, and only two are
acted upon, since naming a cause throws away every step from it on:

- the step rests on a fact that an earlier refuted claim states (:meth:`FactGraph.blame`);
- the wrong value is an earlier step's: it says it, or an expression that comes to it, first,
  nobody has verified it, and every number of the other side was known by then. The refuted
  step only says it again (``we get 70`` and, a step later, ``1 - 81 = 70``).

A small whole number is no trace of anything: it turns up everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, cast

from verifirst.claims.establishing import number
from verifirst.claims.expression import parse
from verifirst.claims.tokens import tokenize
from verifirst.core.budget import Budget
from verifirst.core.facts import PROBLEM, FactGraph
from verifirst.core.report import Report
from verifirst.core.verdict import Status, Verdict
from verifirst.errors import BudgetExceeded
from verifirst.solvers.rational import Rpn, evaluate
from verifirst.solvers.terms import Term, is_bound

WORK = 400_000  # budget units one investigation may spend; a refutation is rare
SMALL = 10  # whole numbers below it say nothing about where they come from
DISTINCTIVE = 100  # numerator times denominator from which a value alone is a trace
_BEGINS = frozenset("n({fr")


def origin(refutation: Verdict, problem: str, earlier: Sequence[Report], facts: FactGraph) -> int | None:
    """The earlier step that came up with the wrong value of ``refutation``, or None.

    ``facts`` are those before the refuted step, ``earlier`` the reports on the steps before it.
    """
    claim = refutation.claim
    wrong = number(_term(getattr(claim, "right", None)))
    if wrong is None or getattr(claim, "relation", "") not in ("=", "≈"):
        return None
    left = [value for value in _numbers(_term(getattr(claim, "left", None))) if not _everywhere(value)]
    if not left and abs(wrong.numerator) * wrong.denominator < DISTINCTIVE:
        return None
    try:
        first = _first(wrong, problem, earlier, facts)
    except BudgetExceeded:
        return None
    if first is None or _verified(wrong, earlier[first]):
        return None
    known = (_since(value, facts) for value in left)
    return first if all(since is not None and since <= first for since in known) else None


def _first(value: Fraction, problem: str, earlier: Sequence[Report], facts: FactGraph) -> int | None:
    """The first step that says ``value``, or an expression that comes to it; None if the problem does."""
    said = _since(value, facts)
    budget = Budget(WORK)
    if said == PROBLEM or _everywhere(value) or value in _values(problem, budget):
        return None
    for report in earlier[:said]:
        if value in _values(report.step.text, budget):
            return report.step.index
    return said


def _values(text: str, budget: Budget) -> Iterator[Fraction]:
    """The values of the arithmetic expressions in ``text``."""
    tokens = tokenize(text, budget)
    at, end = 0, len(tokens.kinds) - 1
    while at < end:
        if tokens.kinds[at] not in _BEGINS:
            at += 1
            continue
        side, following, _ = parse(tokens, at)
        budget.spend(following - at + 1)
        value = _value(side.rpn)
        if value is not None:
            yield value
        at = max(following, at + 1)


def _verified(value: Fraction, report: Report) -> bool:
    """Whether ``report`` verifies a claim that one side comes to ``value``."""
    return any(
        value in (_value(_term(getattr(verdict.claim, side, None))) for side in ("left", "right"))
        for verdict in report.verdicts
        if verdict.status is Status.VERIFIED
    )


def _since(value: Fraction, facts: FactGraph) -> int | None:
    """The step that states ``value`` first, or None."""
    positions = facts.find(value)
    return facts[positions[0]].step if positions else None


def _everywhere(value: Fraction) -> bool:
    return value.denominator == 1 and abs(value) < SMALL


def _term(side: Any) -> Term:
    """The postfix form of a claim's side, whatever kind of claim it is."""
    found = getattr(side, "rpn", None) or getattr(side, "term", ())
    return found if isinstance(found, tuple) else ()


def _value(term: Term) -> Fraction | None:
    """The exact value of plain arithmetic; None of anything else."""
    if not term or not all(item in _PLAIN if isinstance(item, str) else not is_bound(item) for item in term):
        return None
    try:
        return Fraction(*evaluate(cast(Rpn, term)))
    except ArithmeticError:
        return None


_PLAIN = frozenset("+ - * / ^ +% -% neg sqrt %".split())


def _numbers(term: Term) -> Iterator[Fraction]:
    for item in term:
        if isinstance(item, int):
            yield Fraction(item)
        elif isinstance(item, tuple) and isinstance(item[0], int):
            yield Fraction(*item)
