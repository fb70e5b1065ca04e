"""The gold program of a problem: its quantities as assignments, for a model that formalises what it reads.

A quantity goes by what its sentence speaks of, and by the same name as long as it is the same thing:

>>> from verifirst.bench.word_problems import generate
>>> print(gold_program(next(iter(generate("dev", 1, seed=3)))))
Farid = 9 * 12
friends = 7 * 7
Farid = Farid - friends
answer = Farid - 43
"""

from __future__ import annotations

import re

from verifirst.bench.word_problems.graph import Problem, Quantity, Slot, Statement, show
from verifirst.bench.word_problems.wording import NAMES

_MORE = re.compile(r", so (\w+) has more\.")
_ROUNDED = ("ceil", "floor")
_WORD = re.compile(r"[A-Za-z]+")
_SUBJECT = re.compile(r"(?:The (?:new )?(\w+)|# \w+ are (\w+)|Each (\w+))")


def gold_program(problem: Problem) -> str:
    """One line for each derived quantity, in order; the last one, or the comparison, is the answer."""
    writer = _Writer(problem)
    return "\n".join(writer.lines())


class _Writer:
    """Names quantities as it goes: a given one by its number, a derived one by what is said of it."""

    def __init__(self, problem: Problem) -> None:
        self._graph = problem.graph
        self._asks = problem.asks
        self._names: dict[str, str] = {}
        self._owner = "total"
        said = [(slot.left, one.masked) for one in self._graph.statements for slot in one.slots if slot.relation == "="]
        self._said = dict(reversed(said))

    def lines(self) -> list[str]:
        """The program."""
        found: list[tuple[str, str]] = []
        for quantity in self._graph.quantities:
            written = self._expression(quantity)
            if quantity.operation == "given":
                self._names[quantity.name] = written
            else:
                self._names[quantity.name] = self._named(self._said.get(quantity.name, ""))
                found.append((self._names[quantity.name], written))
        return self._concluded(found)

    def _concluded(self, found: list[tuple[str, str]]) -> list[str]:
        """Assignments, with the answer in the last line."""
        slots = [slot for statement in self._graph.statements for slot in statement.slots]
        compared = next((slot for slot in slots if slot.relation == ">"), None)
        if compared is not None:
            last = self._compared(compared)
        elif self._asks == "packs":
            last, found = f"ceil({found[-2][1]})", found[:-2]
        else:
            last, found = found[-1][1], found[:-1]
        return [f"{name} = {written}" for name, written in [*found, ("answer", last)]]

    def _expression(self, quantity: Quantity) -> str:
        if quantity.operation == "given":
            return show(quantity.value, quantity.money).removeprefix("$")
        operands = [self._names[name] for name in quantity.inputs]
        if quantity.operation in _ROUNDED:
            return f"{quantity.operation}({operands[0]})"
        sign = quantity.operation if quantity.operation == "% of" else f" {quantity.operation}"
        return f"{operands[0]}{sign} {operands[1]}"

    def _named(self, sentence: str) -> str:
        """The person in a sentence, or its other subject, or who was spoken of last."""
        person: str | None = next((word for word in _WORD.findall(sentence) if word in NAMES), None)
        if person is not None:
            self._owner = person
            return person
        subject = _SUBJECT.match(sentence)
        words = [str(word) for word in subject.groups() if word] if subject is not None else []
        return words[0] if words else self._owner

    def _compared(self, slot: Slot) -> str:
        more, less = (self._conclusion(relation) for relation in (">", "<"))
        return f'"{more}" if {self._names[slot.left]} > {self._names[slot.right]} else "{less}"'

    def _conclusion(self, relation: str) -> str:
        """What the answer is where the comparison comes out as ``relation``."""
        statement = next(one for one in self._graph.statements if _relation(one) == relation)
        named = _MORE.search(statement.masked)
        if named is not None:
            return named[1]
        return "yes" if relation == ">" else "no"


def _relation(statement: Statement) -> str:
    return statement.slots[0].relation
