"""Establish: the facts a step adds, and the facts it relies on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from verifirst.claims.equation import Equation
from verifirst.claims.naming import Opening, opening
from verifirst.claims.side import literal
from verifirst.claims.stated import NUMBER
from verifirst.core.claim import Claim
from verifirst.core.facts import PROBLEM, Binding, Fact, FactGraph, Term
from verifirst.core.step import Step
from verifirst.core.verdict import Status, Verdict
from verifirst.solvers.rational import Item, evaluate
from verifirst.solvers.terms import is_bound, symbols

MAX_TEXT = 20_000  # characters of a step that are searched for stated numbers
MAX_LITERAL = 4  # items of a term that is a number: -3/4
MAX_FACTS = 256  # facts one step may add; more is a table or an attack
SHORT = 9  # digits of a number that is read without ceremony
MAX_SEEN = 64  # facts of one value that are searched for a sound one
EVERYWHERE = frozenset((0, 1, 2))  # numbers that turn up everywhere: said again, they are no reference

_HEAD = re.compile(r"\s{0,8}+[#*]{0,8}+\s{0,8}+(?:step\s{0,8}+)?[0-9]{1,3}\s{0,8}+[.:)](?![0-9])", re.IGNORECASE)


def establish(
    step: Step, claims: Sequence[Claim], verdicts: Sequence[Verdict], facts: FactGraph
) -> tuple[list[Fact], tuple[int, ...]]:
    """The facts ``step`` adds, and the positions of the earlier facts it relies on.

    Results of equations carry their operands' facts as premises; what a claim ``binds`` carries
    those of its values and of the symbols of its term; a number said again carries the fact
    that said it last. What a refuted claim says is not sound: later steps inherit the blame. A
    step that refers to nothing carries on from the step before.
    """
    ledger = _Ledger(step, facts, [v.claim for v in verdicts if v.status is Status.REFUTED and v.claim is not None])
    text = step.text
    head = _HEAD.match(text)
    at = head.end() if head else 0
    for claim in claims:
        if claim.__class__ is Equation:
            ledger.state(text, at, claim.start)
            ledger.conclude(claim)
            at = max(at, claim.end)
        elif (binds := getattr(claim, "binds", None)) is not None:
            ledger.bind(claim, [Binding(*offered) for offered in islice(binds(), MAX_FACTS)])
    ledger.state(text, at, MAX_TEXT)
    if len(facts) and not any(facts[position].step != PROBLEM for position in ledger.relied):
        ledger.carry_on()
    return ledger.added, tuple(ledger.relied)


class _Ledger:
    """What one step adds, fact by fact."""

    __slots__ = (
        "_base", "_facts", "_index", "_local", "_names", "_refuted", "_scope", "_text", "added", "relied",
    )  # fmt: skip

    def __init__(self, step: Step, facts: FactGraph, refuted: Sequence[Claim]) -> None:
        self._text, self._index = step.text, step.index
        self._facts, self._refuted, self._base = facts, refuted, len(facts)
        self._scope = facts.scope
        self._local: dict[Item, int] = {}  # positions of the values of this step
        self._names: dict[str, int] = {}  # and of its names
        self.added: list[Fact] = []
        self.relied: dict[int, None] = {}
        if found := opening(step.text):
            self._open(found)

    def _open(self, found: Opening) -> None:
        self.added.append(Fact(None, self._index, found.what, start=found.start, end=found.end))
        self._scope = self._base

    def conclude(self, claim: Equation) -> None:
        """Take in an equation: its operands are premises of its result."""
        premises: list[int] = []
        for item in claim.left.rpn:
            if item.__class__ is not str:
                self._operand(item, premises, claim.left.start, claim.left.end)
        right = claim.right
        if len(right.numbers) == 1:
            self._add(right.rpn[0], self._text[claim.start : claim.end][:120], premises, claim.start, claim.end)
        else:
            for item in right.rpn:
                if item.__class__ is not str:
                    self._operand(item, premises, right.start, right.end)

    def _operand(self, item: Item, premises: list[int], start: int, end: int) -> None:
        position = self._local.get(item)
        if position is None:
            position = self._earlier(item)
            if position is None:
                self._add(item, str(item), (), start, end)
                position = self._local.get(item)
            else:
                self.relied[position] = None
        if position is not None:
            premises.append(position)

    def _earlier(self, item: Item) -> int | None:
        """The latest sound fact with this value (an unsound one if there is no other)."""
        return self._facts.latest(item if item.__class__ is int else Fraction(*item), MAX_SEEN)  # type: ignore[misc]

    def bind(self, claim: Claim, bindings: Iterable[Binding]) -> None:
        """Take in what a claim binds: its values and the symbols of its terms are premises."""
        for binding in bindings:
            premises: list[int] = []
            for value in binding.values:
                item = value.numerator if value.denominator == 1 else value.as_integer_ratio()
                self._operand(item, premises, claim.start, claim.end)
            for name in sorted(symbols(binding.subject + binding.term) - {binding.name}):
                self._name(name, premises)
            if len(self.added) >= MAX_FACTS:
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
            self._sound(claim.start, claim.end),
            binding.name,
            binding.term,
            binding.relation,
            binding.subject,
            binding.fresh,
            self._scope,
            claim.start,
            claim.end,
        )

    def _name(self, name: str, premises: list[int]) -> None:
        position = self._names.get(name)
        if position is None:
            position = self._facts.bound(name)
            if position is None:
                return
            self.relied[position] = None
        premises.append(position)

    def state(self, text: str, start: int, end: int) -> None:
        """Take in the numbers that ``text[start:end]`` states outside equations."""
        local = self._local
        for match in NUMBER.finditer(text, start, end):
            spelled = match["whole"]
            item = int(spelled) if len(spelled) <= SHORT and spelled.isdecimal() else literal(spelled)
            if item is None or item in local:
                continue
            known = self._earlier(item)
            if known is None:
                self._add(item, spelled, (), *match.span())
            elif item in EVERYWHERE:
                local[item] = known
            else:
                self.relied[known] = None
                self._add(item, spelled, (known,), *match.span())

    def carry_on(self) -> None:
        """Rely on what the step before said last."""
        last = len(self._facts) - 1
        if self._facts[last].step == self._index - 1 != PROBLEM:
            self.relied[last] = None

    def _add(self, item: Item, source: str, premises: Sequence[int], start: int, end: int) -> None:
        if len(self.added) < MAX_FACTS:
            self._local[item] = self._base + len(self.added)
            value, sound = _fraction(item), self._sound(start, end)
            self.added.append(
                Fact(value, self._index, source, tuple(premises), sound, scope=self._scope, start=start, end=end)
            )

    def _sound(self, start: int, end: int) -> bool:
        """Whether ``start:end`` lies outside everything refuted."""
        return not self._refuted or all(end <= claim.start or claim.end <= start for claim in self._refuted)


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
