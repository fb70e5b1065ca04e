"""The fact graph: established values, who established them, and from what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

PROBLEM = -1  # the "step index" of facts that the problem statement gives


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the trace may rely on.

    ``step`` is the index of the step that states it (``PROBLEM`` for givens). ``premises``
    are positions in the graph of the facts it was computed from. ``sound`` is False when
    the step that states it was refuted: later steps may use the value, but they inherit
    the blame (see :meth:`FactGraph.blame`).
    """

    value: Fraction
    step: int
    source: str = ""
    premises: tuple[int, ...] = ()
    sound: bool = True


class FactGraph:
    """An append-only list of facts ordered by step, indexed by value.

    Rolling back to ``k`` steps drops every fact stated by step ``k`` or later; since facts
    are appended in step order this is a truncation and it is exact.
    """

    __slots__ = ("_by_value", "_facts")

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        # whole values are keyed as int: equal to the Fraction, same hash, far cheaper to look up
        self._by_value: dict[Fraction | int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._facts)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    def __getitem__(self, position: int) -> Fact:
        return self._facts[position]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FactGraph) and self._facts == other._facts

    __hash__ = None  # type: ignore[assignment]  # mutable

    def add(self, fact: Fact) -> int:
        """Append ``fact``; return its position."""
        position = len(self._facts)
        self._facts.append(fact)
        value = fact.value
        key = value.numerator if value.denominator == 1 else value
        self._by_value.setdefault(key, []).append(position)
        return position

    def find(self, value: Fraction | int) -> list[int]:
        """Positions of the facts with exactly this value, oldest first."""
        return self._by_value.get(value) or []

    def values(self) -> Iterator[Fraction]:
        """The distinct values, in order of first appearance."""
        return map(Fraction, self._by_value)

    def rollback(self, steps: int) -> None:
        """Drop every fact stated by step ``steps`` or later."""
        while self._facts and self._facts[-1].step >= steps:
            fact = self._facts.pop()
            positions = self._by_value[fact.value]
            positions.pop()
            if not positions:
                del self._by_value[fact.value]

    def fork(self) -> FactGraph:
        """An independent copy (facts are immutable and shared)."""
        twin = FactGraph()
        twin._facts = self._facts.copy()
        twin._by_value = {value: positions.copy() for value, positions in self._by_value.items()}
        return twin

    def blame(self, positions: tuple[int, ...]) -> int | None:
        """The earliest unsound step that these facts rest on, or None."""
        seen: set[int] = set()
        stack = list(positions)
        steps: list[int] = []
        while stack:
            position = stack.pop()
            if position in seen:
                continue
            seen.add(position)
            fact = self._facts[position]
            if not fact.sound:
                steps.append(fact.step)
            stack.extend(fact.premises)
        return min(steps, default=None)
