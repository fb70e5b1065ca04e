"""Establish: the facts a step adds, and the facts it relies on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from verifirst.claims.equation import Equation
from verifirst.claims.side import literal
from verifirst.claims.stated import NUMBER
from verifirst.core.claim import Claim
from verifirst.core.facts import Binding, Fact, FactGraph, Term
from verifirst.core.step import Step
from verifirst.core.verdict import Status, Verdict
from verifirst.solvers.rational import Item, evaluate
from verifirst.solvers.terms import is_bound, symbols

MAX_TEXT = 20_000  # characters of a step that are searched for stated numbers
MAX_LITERAL = 4  # items of a term that is a number: -3/4
MAX_FACTS = 256  # values one step may add; more is a table or an attack


def establish(
    step: Step, claims: Sequence[Claim], verdicts: Sequence[Verdict], facts: FactGraph
) -> tuple[list[Fact], tuple[int, ...]]:
    """The facts ``step`` adds, and the positions of the earlier facts it relies on.

    Results of equations carry their operands' facts as premises; what a claim ``binds`` carries
    those of its values and of the symbols of its term; numbers stated otherwise stand alone. A
    refuted step's facts are not sound: later steps inherit the blame.
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
        elif (binds := getattr(claim, "binds", None)) is not None:
            ledger.bind(claim, [Binding(*offered) for offered in islice(binds(), MAX_FACTS)])
    ledger.state(text, at, MAX_TEXT)
    return ledger.added, tuple(ledger.relied)


class _Ledger:
    """What one step adds, value by value."""

    __slots__ = ("_base", "_facts", "_index", "_local", "_names", "_sound", "_text", "added", "relied")

    def __init__(self, step: Step, facts: FactGraph, sound: bool) -> None:
        self._text, self._index = step.text, step.index
        self._facts, self._sound, self._base = facts, sound, len(facts)
        self._local: dict[Item, int] = {}  # positions of the values of this step
        self._names: dict[str, int] = {}  # and of its names
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
        latest = None
        for position in self._facts.newest(item if item.__class__ is int else Fraction(*item)):  # type: ignore[misc]
            if self._facts[position].sound:
                return position
            latest = position if latest is None else latest
        return latest

    def bind(self, claim: Claim, bindings: Iterable[Binding]) -> None:
        """Take in what a claim binds: its values and the symbols of its terms are premises."""
        for binding in bindings:
            premises: list[int] = []
            for value in binding.values:
                self._operand(value.numerator if value.denominator == 1 else value.as_integer_ratio(), premises)
            for name in sorted(symbols(binding.subject + binding.term) - {binding.name}):
                self._name(name, premises)
            if len(self.added) == MAX_FACTS:
                return
            if binding.name:
                self._names[binding.name] = self._base + len(self.added)
            self.added.append(self._bound(claim, binding, tuple(premises)))

    def _bound(self, claim: Claim, binding: Binding, premises: tuple[int, ...]) -> Fact:
        return Fact(
            number(binding.term) if binding.name and binding.relation == "=" else None,
            self._index,
            self._text[claim.start : claim.end][:120],
            premises,
            self._sound,
            binding.name,
            binding.term,
            binding.relation,
            binding.subject,
            binding.fresh,
            self._facts.scope,
            claim.start,
            claim.end,
        )

    def _name(self, name: str, premises: list[int]) -> None:
        position = self._names.get(name)
        if position is None:
            known = self._facts.current(name)
            if not known:
                return
            position = known[-1]
            self.relied[position] = None
        premises.append(position)

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


def number(term: Term) -> Fraction | None:
    """The number that ``term`` is as it stands: a literal, signed perhaps, or a ratio of two."""
    if not 1 <= len(term) <= MAX_LITERAL or not all(_literal(item) for item in term):
        return None
    try:
        return Fraction(*evaluate(term))
    except ArithmeticError:
        return None


def _literal(item: Any) -> bool:
    return item in ("neg", "/") if isinstance(item, str) else not is_bound(item)


_SMALL = {n: Fraction(n) for n in range(2048)}


def _fraction(item: Item) -> Fraction:
    if item.__class__ is int:
        return _SMALL.get(item) or Fraction(item)
    return Fraction(*item)  # type: ignore[misc]
