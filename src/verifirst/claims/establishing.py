"""Establish: the facts a step adds, and the facts it relies on."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verifirst.claims.equation import Equation
from verifirst.claims.side import literal
from verifirst.claims.stated import NUMBER
from verifirst.core.claim import Claim
from verifirst.core.facts import Fact, FactGraph
from verifirst.core.step import Step
from verifirst.core.verdict import Status, Verdict
from verifirst.solvers.rational import Item

MAX_TEXT = 20_000  # characters of a step that are searched for stated numbers
MAX_FACTS = 256  # values one step may add; more is a table or an attack


def establish(
    step: Step, claims: Sequence[Claim], verdicts: Sequence[Verdict], facts: FactGraph
) -> tuple[list[Fact], tuple[int, ...]]:
    """The facts ``step`` adds, and the positions of the earlier facts it relies on.

    Results of equations carry their operands' facts as premises; numbers stated otherwise
    stand alone. A refuted step's facts are not sound: later steps inherit the blame.
    """
    sound = True
    for verdict in verdicts:
        if verdict.status is Status.REFUTED:
            sound = False
    ledger = _Ledger(step, facts, sound)
    at = 0
    text = step.text
    for claim in claims:
        if claim.__class__ is Equation:
            ledger.state(text, at, claim.start)
            ledger.conclude(claim)
            at = claim.end
    ledger.state(text, at, MAX_TEXT)
    return ledger.added, tuple(ledger.relied)


class _Ledger:
    """What one step adds, value by value."""

    __slots__ = ("_base", "_facts", "_index", "_local", "_sound", "_text", "added", "relied")

    def __init__(self, step: Step, facts: FactGraph, sound: bool) -> None:
        self._text, self._index = step.text, step.index
        self._facts, self._sound, self._base = facts, sound, len(facts)
        self._local: dict[Item, int] = {}  # positions of the values of this step
        self.added: list[Fact] = []
        self.relied: dict[int, None] = {}

    def conclude(self, claim: Equation) -> None:
        """Take in an equation: its operands are premises of its result."""
        premises: list[int] = []
        for item in claim.left.rpn:
            if item.__class__ is not str:
                self._operand(item, premises)
        right = claim.right
        if len(right.numbers) == 1:
            self._add(right.rpn[0], self._text[claim.start : claim.end][:120], tuple(premises))
        else:
            for item in right.rpn:
                if item.__class__ is not str:
                    self._operand(item, premises)

    def _operand(self, item: Item, premises: list[int]) -> None:
        position = self._local.get(item)
        if position is None:
            position = self._earlier(item)
            if position is None:
                self._add(item, str(item), ())
                return
            self.relied[position] = None
        premises.append(position)

    def _earlier(self, item: Item) -> int | None:
        """The latest sound fact with this value (an unsound one if there is no other)."""
        known = self._facts.find(item if item.__class__ is int else Fraction(*item))  # type: ignore[misc]
        if not known:
            return None
        latest = known[-1]
        if self._facts[latest].sound:
            return latest
        return next((p for p in reversed(known) if self._facts[p].sound), latest)

    def state(self, text: str, start: int, end: int) -> None:
        """Take in the numbers that ``text[start:end]`` states outside equations."""
        for match in NUMBER.finditer(text, start, end):
            item = literal(match["whole"])
            if item is not None and item not in self._local:
                known = self._earlier(item)
                if known is None:
                    self._add(item, match["whole"], ())
                else:
                    self._local[item] = known

    def _add(self, item: Item, source: str, premises: tuple[int, ...]) -> None:
        if len(self.added) < MAX_FACTS:
            self._local[item] = self._base + len(self.added)
            self.added.append(Fact(_fraction(item), self._index, source, premises, self._sound))


_SMALL = {n: Fraction(n) for n in range(2048)}


def _fraction(item: Item) -> Fraction:
    if item.__class__ is int:
        return _SMALL.get(item) or Fraction(item)
    return Fraction(*item)  # type: ignore[misc]
