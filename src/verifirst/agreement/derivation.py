"""One text as facts: what each step establishes, from what, and of what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from verifirst.claims import Answer
from verifirst.claims.comparison import Comparison
from verifirst.core.facts import PROBLEM, FactGraph
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.solvers.rational import Item
from verifirst.verifier import Ledger, Verifier

Key = tuple[str, tuple[Fraction, ...]]
"""A fact without its words: ``("=", (value, operand, ...))``, operands in order of size, or ``("<", (less, more))``."""

MAX_GIVENS = 64
"""Numbers that a fact rests on in the end; one that rests on more is compared by its operands only."""

_WORDS = re.compile(r"[^\W\d_]+")
_STATED = re.compile(r"\banswer\s+(?:is|:)\s*:?\s*(.+?)\s*\.?\s*$", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Established:
    """One fact of a derivation.

    ``key`` says from what it was computed at once, ``grounds`` from which given numbers in the end: a sum taken
    in two steps or in one has the same grounds. ``label`` are the words of the step that states it,
    numbers left out: two facts of one key and other labels are of other things. ``step`` is its step, ``names`` whom
    of the problem's people it speaks of. Of a program the label is the variable's name.
    """

    key: Key
    grounds: Key
    label: str
    step: int
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Derivation:
    """What one text establishes.

    ``answer`` is its final answer as a key to compare, empty where there is none. ``program``: it is a
    program, which can vote and cannot be released.
    """

    answer: str
    facts: tuple[Established, ...] = ()
    program: bool = False


def derivation(verifier: Verifier, problem: str, lines: Iterable[str]) -> Derivation:
    """Read a text's facts and its answer; ``lines`` are its steps, blank ones count for nothing."""
    ledger = Ledger.open(verifier, problem)
    steps = [line for line in lines if line.strip()]
    for index, line in enumerate(steps):
        ledger.push(Step(index, 0, len(line), len(line), line))
    if not steps:
        return Derivation("")
    people = [named(step, problem) for step in steps]
    facts = sorted((*_computed(ledger.facts, steps), *_compared(ledger.reports)), key=lambda fact: fact.step)
    return Derivation(_answer(ledger.reports[-1]), tuple(replace(fact, names=people[fact.step]) for fact in facts))


def label(step: str) -> str:
    """What a step speaks of: its words, without case, numbers and signs."""
    return " ".join(_WORDS.findall(step)).casefold()


def named(step: str, problem: str) -> frozenset[str]:
    """The words of a step that are written like names there and in the problem, and never otherwise; without case."""
    plain = {word for word in _WORDS.findall(problem) + _WORDS.findall(step) if word.islower()}
    known = {word for word in _WORDS.findall(problem) if word.istitle() and word.lower() not in plain}
    return frozenset(word.casefold() for word in _WORDS.findall(step) if word in known)


def answer_key(value: Fraction | str) -> str:
    """A final answer as a key to compare: numbers by value, words without case."""
    return str(value) if isinstance(value, Fraction) else " ".join(value.casefold().split())


def _answer(report: Report) -> str:
    """What the last step answers: a number, or else the words that it says are the answer, or all it says."""
    stated = [verdict.claim for verdict in report.verdicts if isinstance(verdict.claim, Answer)]
    if stated:
        value = _fraction(stated[-1].value)
        return answer_key(-value if stated[-1].negative else value)
    words = _STATED.search(report.step.text)
    return answer_key(words[1] if words else report.step.text)


def _fraction(item: Item) -> Fraction:
    assert not isinstance(item, str), "an answer is a number"
    return Fraction(item) if isinstance(item, int) else Fraction(*item)


def _computed(graph: FactGraph, steps: list[str]) -> Iterator[Established]:
    """The facts that steps computed; what only says a value again is none."""
    for position, fact in enumerate(graph):
        operands = [value for at in fact.premises if (value := graph[at].value) is not None]
        if fact.step == PROBLEM or fact.value is None or operands in ([], [fact.value]):
            continue
        yield Established(
            ("=", (fact.value, *sorted(operands))),
            ("=", (fact.value, *_givens(graph, position))),
            label(steps[fact.step]),
            fact.step,
        )


def _givens(graph: FactGraph, position: int) -> tuple[Fraction, ...]:
    """The numbers without premises that a fact rests on, as often as they are used, in order of size."""
    found: list[Fraction] = []
    stack = list(graph[position].premises)
    while stack and len(found) <= MAX_GIVENS:
        fact = graph[stack.pop()]
        if fact.premises:
            stack.extend(fact.premises)
        elif fact.value is not None:
            found.append(fact.value)
    return tuple(sorted(found)) if len(found) <= MAX_GIVENS else ()


def _compared(reports: Iterable[Report]) -> Iterator[Established]:
    """The comparisons of two numbers that stand."""
    for report in reports:
        for verdict in report.verdicts:
            claim = verdict.claim
            if verdict.status is Status.VERIFIED and isinstance(claim, Comparison) and claim.relation in ("<", ">"):
                sides = [side.rpn[0] for side in (claim.left, claim.right) if side.bare]
                if len(sides) == 2:  # noqa: PLR2004  # both of them
                    less, more = sorted(map(_fraction, sides))
                    key: Key = ("<", (less, more))
                    yield Established(key, key, label(report.step.text), report.step.index)
