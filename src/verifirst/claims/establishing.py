"""Establish: the facts a step adds, and the facts it relies on."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from verifirst.claims.equation import Equation
from verifirst.claims.expression import Side, literal
from verifirst.claims.stated import NUMBER
from verifirst.core.claim import Claim
from verifirst.core.facts import Fact, FactGraph
from verifirst.core.step import Step
from verifirst.core.verdict import Status, Verdict
from verifirst.solvers.rational import Item

MAX_FACTS = 256  # values one step may add; more is a table or an attack


def establish(
    step: Step, claims: Sequence[Claim], verdicts: Sequence[Verdict], facts: FactGraph
) -> tuple[list[Fact], tuple[int, ...]]:
    """The facts ``step`` adds (results of its equations first), and the positions it relies on.

    A refuted step's facts are not sound: later steps that use them inherit the blame.
    """
    sound = all(verdict.status is not Status.REFUTED for verdict in verdicts)
    index = step.index
    base = len(facts)
    local: dict[object, int] = {}
    added: list[Fact] = []
    relied: dict[int, None] = {}

    for claim in claims:
        if claim.__class__ is not Equation:
            continue
        premises = _premises(claim.left, facts, local, relied)  # type: ignore[attr-defined]  # checked above
        for item in results(claim.right):  # type: ignore[attr-defined]
            if item not in local and len(added) < MAX_FACTS:
                local[item] = base + len(added)
                added.append(Fact(_fraction(item), index, step.text[claim.start : claim.end][:120], premises, sound))
    for match in NUMBER.finditer(step.text, 0, 20_000):
        item = literal(match["whole"])
        if item is not None and item not in local and len(added) < MAX_FACTS:
            value = _fraction(item)
            known = facts.find(value)
            if known:
                local[item] = known[-1]
                continue
            local[item] = base + len(added)
            added.append(Fact(value, index, match["whole"], (), sound))
    return added, tuple(relied)


def results(side: Side) -> tuple[Item, ...]:
    """The literal that a side states as a result, if it is one."""
    return side.rpn[:1] if len(side.numbers) == 1 else ()


def _premises(side: Side, facts: FactGraph, local: dict[object, int], relied: dict[int, None]) -> tuple[int, ...]:
    positions: list[int] = []
    for item in side.rpn:
        if isinstance(item, str):
            continue
        if item in local:
            positions.append(local[item])
        elif known := facts.find(_fraction(item)):
            positions.append(known[-1])
            relied[known[-1]] = None
    return tuple(positions)


_SMALL = {n: Fraction(n) for n in range(2048)}


def _fraction(item: Item) -> Fraction:
    if item.__class__ is int:
        return _SMALL.get(item) or Fraction(item)  # type: ignore[arg-type,call-overload]
    return Fraction(*item)  # type: ignore[misc]
