"""The judge of this world: it knows the quantity graph and reads each sentence itself.

A step is *valid* when its arithmetic is exactly right, every operand is
available (given by the text, or computed by an earlier valid step), and the
quantity that the sentence names has that value in the graph. This world's other words for
the same quantity do as well, and a full stop may be missing. The oracle
imports nothing of verifirst's verifier, so the two can be measured against
each other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from verifirst.bench.word_problems.graph import Graph, Problem, Quantity, Slot, Statement
from verifirst.bench.word_problems.sentence import (
    Expression,
    Sentence,
    answer,
    calculate,
    read,
    same_answer,
)

Kind = Literal[
    "valid",
    "malformed",
    "arithmetic",
    "ungrounded",
    "follows_error",
    "wrong_quantity",
    "wrong_conclusion",
    "answer_not_derived",
    "after_answer",
]
"""Why a step is invalid, the first that applies in this order.

``ungrounded``: an operand that stands nowhere before. ``follows_error``: an
operand that only an invalid step produced. ``wrong_quantity``: true and
grounded, but not what the sentence says. ``wrong_conclusion``: the words after
a true comparison contradict it. ``answer_not_derived``: the answer line is
wrong, or no valid step leads to it.
"""

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEXT_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class StepJudgement:
    """``kind`` is "valid" or the reason why not; ``detail`` is for people."""

    kind: Kind
    detail: str = ""

    @property
    def valid(self) -> bool:
        """True when nothing is wrong with the step."""
        return self.kind == "valid"


def judge(problem: Problem, steps: Sequence[str]) -> list[StepJudgement]:
    """Judge each step in the light of those before it; total on any text."""
    judge_ = _Judge(problem)
    return [judge_.step(step) for step in steps]


def final_answer(steps: Sequence[str]) -> str | None:
    """The X of a last line "The answer is X.", or None."""
    return answer(steps[-1].strip()) if steps else None


def is_correct(problem: Problem, steps: Sequence[str]) -> bool:
    """True when the final answer is right, however it was reached."""
    found = final_answer(steps)
    return found is not None and same_answer(found, problem.answer)


def is_spurious(problem: Problem, steps: Sequence[str]) -> bool:
    """True for a right final answer with at least one invalid step."""
    return is_correct(problem, steps) and not all(j.valid for j in judge(problem, steps))


class _Judge:
    """State over the steps of one solution: what is available, what was said."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.available = _given(problem)
        self.tainted: set[Fraction] = set()
        self.said: set[tuple[Slot, ...]] = set()
        self.answered = False
        self.last = _find(problem.graph, read(problem.solution_steps[-2]))[0].slots

    def step(self, text: str) -> StepJudgement:
        text = text.strip()
        if self.answered:
            return StepJudgement("after_answer", "the answer was already given")
        found = answer(text)
        if found is not None:
            self.answered = True
            return self.answer(found)
        sentence = read(text)
        judgement = self.sentence(sentence)
        results = {e.numbers[-1] for e in sentence.expressions if "=" in e.signs}
        (self.available if judgement.valid else self.tainted).update(results)
        return judgement

    def answer(self, found: str) -> StepJudgement:
        if not same_answer(found, self.problem.answer):
            return StepJudgement("answer_not_derived", f"the answer is {self.problem.answer}")
        if self.last not in self.said:
            return StepJudgement("answer_not_derived", "no valid step leads to the answer")
        return StepJudgement("valid")

    def sentence(self, sentence: Sentence) -> StepJudgement:
        if sentence.stray or not sentence.expressions or not sentence.expressions[0].signs:
            return StepJudgement("malformed", "no equation or comparison was read")
        for expression in sentence.expressions:
            false = _falsehood(expression)
            if false is not None:
                return false
        for operand in _operands(sentence.expressions[0]):
            if operand not in self.available:
                tainted = operand in self.tainted
                kind: Kind = "follows_error" if tainted else "ungrounded"
                return StepJudgement(kind, f"{operand} is not available")
        return self.meaning(sentence)

    def meaning(self, sentence: Sentence) -> StepJudgement:
        judgement = StepJudgement("wrong_quantity", "no such quantity in this problem")
        for statement in _find(self.problem.graph, sentence):
            judgement = _means(self.problem.graph, statement, sentence)
            if judgement.valid:
                self.said.add(statement.slots)
                break
        return judgement


def _given(problem: Problem) -> set[Fraction]:
    """Values in the text (digits, number words) and implied constants (a week, a dozen)."""
    values = {Fraction(m[0]) for m in _TEXT_NUMBER.finditer(problem.text)}
    words = set(re.findall(r"[a-z]+", problem.text.casefold()))
    values |= {Fraction(n) for n, word in enumerate(_WORDS, start=1) if word in words}
    return values | {q.value for q in problem.graph.quantities if q.operation == "given"}


def _operands(expression: Expression) -> tuple[Fraction, ...]:
    """Every number but the result of an equation."""
    return expression.numbers[:-1] if "=" in expression.signs else expression.numbers


def _falsehood(expression: Expression) -> StepJudgement | None:
    """None for a true equation, a true comparison or a bare number."""
    sides: list[Fraction | None] = []
    start, relations = 0, []
    for end, sign in enumerate((*expression.signs, "=")):
        if sign in ("=", "<", ">"):
            sides.append(calculate(expression.numbers[start : end + 1], expression.signs[start:end]))
            relations.append(sign)
            start = end + 1
    if len(sides) == 1:
        return None if not expression.signs else StepJudgement("malformed", "nothing is asserted")
    for left, relation, right in zip(sides, relations, sides[1:], strict=False):
        if left is None or right is None:
            return StepJudgement("arithmetic", "the expression has no value")
        holds = {"=": left == right, "<": left < right, ">": left > right}[relation]
        if not holds:
            return StepJudgement("arithmetic", f"{left} {relation} {right} is false")
    return None


def _find(graph: Graph, sentence: Sentence) -> list[Statement]:
    """What the sentence's words may mean."""
    words = sentence.masked.removesuffix(".")
    return [
        statement
        for statement in (*graph.statements, *graph.synonyms)
        if statement.masked.removesuffix(".") == words and len(statement.slots) == len(sentence.expressions)
    ]


def _means(graph: Graph, statement: Statement, sentence: Sentence) -> StepJudgement:
    """Is each of its expressions what the slot of the statement means?"""
    judgements = (
        _slot(graph, slot, expression) for slot, expression in zip(statement.slots, sentence.expressions, strict=True)
    )
    return next((one for one in judgements if not one.valid), StepJudgement("valid"))


def _slot(graph: Graph, slot: Slot, expression: Expression) -> StepJudgement:
    """Does ``expression`` say what the slot of this sentence means?"""
    if slot.relation == "=":
        return _value(graph, graph.quantity(slot.left), expression)
    left, right = graph.quantity(slot.left).value, graph.quantity(slot.right).value
    if expression.signs not in (("<",), (">",)):
        return StepJudgement("malformed", "a comparison was expected")
    if expression.numbers not in ((left, right), (right, left)):
        return StepJudgement("wrong_quantity", f"to compare: {left} and {right}")
    swapped = expression.numbers != (left, right)
    relation = {"<": ">", ">": "<"}[expression.signs[0]] if swapped else expression.signs[0]
    if relation != slot.relation:
        return StepJudgement("wrong_conclusion", "the words contradict the comparison")
    return StepJudgement("valid")


def _value(graph: Graph, quantity: Quantity, expression: Expression) -> StepJudgement:
    """Is the result of ``expression`` the value of ``quantity``?"""
    if expression.numbers[-1] == quantity.value and not {"<", ">"} & set(expression.signs):
        return StepJudgement("valid")
    if quantity.operation in ("ceil", "floor"):
        exact = graph.quantity(quantity.inputs[0]).value
        rounded = math.ceil(exact) if quantity.operation == "ceil" else math.floor(exact)
        return StepJudgement("wrong_conclusion", f"it rounds to {rounded}")
    return StepJudgement("wrong_quantity", f"that quantity is {quantity.value}")
