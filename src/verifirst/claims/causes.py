"""Causes: the earlier step that a refutation points back to.

A refuted step is not always where the trace went wrong. Few things tell, and only these are
acted upon, since naming a cause throws away every step from it on:

- the step rests on a fact that an earlier refuted claim states (:meth:`FactGraph.blame`);
- the wrong number is an earlier step's, which came up with it, or with an expression that comes
  to it, and which nobody has verified. The refuted step only says it again (``we get 70`` and,
  a step later, ``31 + 81 = 70``). Three things show that it is the same number, and one of them
  must hold: every number of the other side was known by then; or what the other side comes to
  was the last word until then (``2^32 / 2^28``, then ``2^30 / 2^28``, and at last ``... = 4``);
  or that step, the first to say the number, says every number of the other side too.

A small whole number is no trace of anything: it turns up everywhere. A number that the refuted
step says first is its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, cast

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
_PLAIN = frozenset("+ - * / ^ +% -% neg sqrt %".split())
_MARKS = frozenset(("neg", "%"))  # with these alone a number is still no computation


class _Said(NamedTuple):
    """A value that a text holds; ``computed``: as an expression, not as a number."""

    value: Fraction
    computed: bool


class _Trace:
    """What was said before a refuted step, each text read once and within one budget."""

    def __init__(self, problem: str, earlier: Sequence[Report], facts: FactGraph) -> None:
        self.earlier = earlier
        self._facts = facts
        self._problem = problem
        self._budget = Budget(WORK)
        self._read: dict[int, list[_Said]] = {}

    def said(self, step: int) -> list[_Said]:
        """The values of the arithmetic expressions in the text of ``step``, or in the problem."""
        if step not in self._read:
            text = self._problem if step == PROBLEM else self.earlier[step].step.text
            self._read[step] = list(_values(text, self._budget))
        return self._read[step]

    def values(self, step: int) -> set[Fraction]:
        """The same without order."""
        return {said.value for said in self.said(step)}

    def since(self, value: Fraction) -> int | None:
        """The step that states ``value`` first, or None."""
        positions = self._facts.find(value)
        return self._facts[positions[0]].step if positions else None

    def first(self, value: Fraction) -> int | None:
        """The first step that states ``value`` or an expression that comes to it; PROBLEM for the problem."""
        stated = self.since(value)
        if stated == PROBLEM or value in self.values(PROBLEM):
            return PROBLEM
        return next((step for step in range(len(self.earlier[:stated])) if value in self.values(step)), stated)

    def verified(self, value: Fraction, step: int) -> bool:
        """Whether the report on ``step`` verifies a claim that one side comes to ``value``."""
        return any(
            value in (_value(_term(getattr(verdict.claim, side, None))) for side in ("left", "right"))
            for verdict in self.earlier[step].verdicts
            if verdict.status is Status.VERIFIED
        )


def origin(refutation: Verdict, problem: str, earlier: Sequence[Report], facts: FactGraph) -> int | None:
    """The earlier step that came up with the wrong value of ``refutation``, or None.

    ``facts`` are those before the refuted step, ``earlier`` the reports on the steps before it.
    """
    wrong = ends_in(refutation)
    if wrong is None:
        return None
    left = _term(getattr(refutation.claim, "left", None))
    trace = _Trace(problem, earlier, facts)
    try:
        for find in (_said_again, _changed, _announced):
            step = find(wrong, left, trace)
            if step is not None and not trace.verified(wrong, step):
                return step
    except BudgetExceeded:
        pass
    return None


def is_new(refutation: Verdict, problem: str, earlier: Sequence[Report], facts: FactGraph) -> bool:
    """Whether the refuted equation ends in a number that nothing before it says or comes to.

    Such a step is false by itself: no earlier one can have come up with what is false in it.
    """
    wrong = ends_in(refutation)
    try:
        return wrong is not None and _Trace(problem, earlier, facts).first(wrong) is None
    except BudgetExceeded:
        return False


def ends_in(refutation: Verdict) -> Fraction | None:
    """The number that a refuted equation ends in, None of other claims."""
    claim = refutation.claim
    return number(_term(getattr(claim, "right", None))) if getattr(claim, "relation", "") in ("=", "≈") else None


def _said_again(wrong: Fraction, left: Term, trace: _Trace) -> int | None:
    """The first to come up with the wrong number, where every number of the other side was known by then."""
    known = [value for value in _numbers(left) if not _everywhere(value)]
    rare = known or abs(wrong.numerator) * wrong.denominator >= DISTINCTIVE
    if _everywhere(wrong) or not rare:
        return None
    first = trace.first(wrong)
    if first is None or first == PROBLEM:
        return None
    since = (trace.since(value) for value in known)
    return first if all(step is not None and step <= first for step in since) else None


def _changed(wrong: Fraction, left: Term, trace: _Trace) -> int | None:
    """The first to come up with the wrong number after the right one was computed for the last time."""
    right = _value(left)
    if right is None or right == wrong:
        return None
    to_compute = _everywhere(wrong) or trace.since(wrong) == PROBLEM  # the bare number would be no trace
    found: int | None = None
    for step in range(len(trace.earlier) - 1, PROBLEM - 1, -1):
        for value, computed in reversed(trace.said(step)):
            if value == right and computed:
                return found
            if value == wrong and (computed or not to_compute) and step != PROBLEM:
                found = step
    return None


def _announced(wrong: Fraction, left: Term, trace: _Trace) -> int | None:
    """The first to say the wrong number at all, where that step says every number of the other side too."""
    operands = set(_numbers(left))
    step = trace.since(wrong)
    if not operands or step is None or step == PROBLEM or wrong in trace.values(PROBLEM):
        return None
    return step if operands <= trace.values(step) else None


def _values(text: str, budget: Budget) -> Iterator[_Said]:
    """The values of the arithmetic expressions in ``text``, in order."""
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
            yield _Said(value, any(isinstance(item, str) and item not in _MARKS for item in side.rpn))
        at = max(following, at + 1)


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


def _numbers(term: Term) -> Iterator[Fraction]:
    for item in term:
        if isinstance(item, int):
            yield Fraction(item)
        elif isinstance(item, tuple) and isinstance(item[0], int):
            yield Fraction(*item)
