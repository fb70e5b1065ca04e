"""What is known where a formula stands: equations said before, and functions defined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from verifirst.claims.formula import Formula
from verifirst.core.facts import Fact, FactGraph
from verifirst.core.rule import Context
from verifirst.solvers.terms import Term, functions, symbols
from verifirst.solvers.ideal import Relation

MAX_FACTS = 400  # facts looked back at
MAX_KNOWN = 48  # equations that a claim may rest on, the newest ones
MAX_RELEVANT = 14  # of those, how many are solved together
MAX_SIZE = 400  # items of an equation that is taken in
MAX_INLINE = 1_000


class Known(NamedTuple):
    """An equation said before: its sides, and where (a step, or None in this one)."""

    left: Term
    right: Term
    step: int | None

    @property
    def relation(self) -> Relation:
        """Both sides."""
        return self.left, self.right

    @property
    def names(self) -> frozenset[str]:
        """Its free symbols and the functions it calls."""
        return symbols(self.left) | symbols(self.right) | functions(self.left) | functions(self.right)


Definitions = dict[str, tuple[tuple[str, ...], Term]]
"""``f/1`` to its parameters and its body."""


def known(claim: Formula, context: Context) -> list[Known]:
    """The equations before ``claim``, newest first, with calls of defined functions replaced."""
    if "AL.known" not in context.memo:
        context.memo["AL.known"] = list(_facts(context.facts))
    earlier = [
        Known(other.left.term, other.right.term, None)
        for other in context.claims
        if isinstance(other, Formula) and other.start < claim.start and other.relation in ("=", ":=")
    ]
    earlier.reverse()
    found = [item for item in (*earlier, *context.memo["AL.known"]) if len(item.left) + len(item.right) <= MAX_SIZE]
    return found[:MAX_KNOWN]


def _facts(graph: FactGraph) -> Iterable[Known]:
    for position in range(len(graph) - 1, max(-1, len(graph) - 1 - MAX_FACTS), -1):
        fact: Fact = graph[position]
        if fact.term and fact.relation in ("=", ":="):
            subject = fact.subject or named(fact.name)
            if subject:
                yield Known(subject, fact.term, fact.step)


def named(name: str) -> Term:
    """The term that a fact's name stands for: a symbol, or a function of symbols."""
    head, bracket, inside = name.partition("(")
    if not bracket:
        return ("$" + name,)
    arguments = [part.strip() for part in inside.rstrip(")").split(",")]
    return (*("$" + argument for argument in arguments), f"@{head}/{len(arguments)}")


def definitions(equations: Sequence[Known]) -> Definitions:
    """The functions that the equations define, the newest definition of each; none that call themselves."""
    found: Definitions = {}
    dropped: set[str] = set()
    for item in equations:
        *arguments, last = item.left
        if not isinstance(last, str) or last[0] != "@" or last[1:] in dropped:
            continue
        parameters = tuple(argument[1:] for argument in arguments if isinstance(argument, str) and argument[0] == "$")
        name = last[1:]
        if len(parameters) != len(arguments) or len(set(parameters)) != len(parameters):
            continue
        if functions(item.right) or not set(parameters) & symbols(item.right):
            dropped.add(name)  # an equation about f rather than its definition
            found.pop(name, None)
        elif name in found and found[name] != (parameters, item.right):
            dropped.add(name)
            del found[name]
        else:
            found[name] = parameters, item.right
    return found


def relevant(names: Iterable[str], equations: Sequence[Known]) -> list[Known]:
    """The equations tied to these symbols, directly or through others; the newest, oldest first."""
    reach = set(names)
    chosen: dict[int, Known] = {}
    grown = True
    while grown and len(chosen) < MAX_RELEVANT:
        grown = False
        for i, item in enumerate(equations):
            if i not in chosen and reach & item.names and len(chosen) < MAX_RELEVANT:
                chosen[i] = item
                reach |= item.names
                grown = True
    return [chosen[i] for i in sorted(chosen, reverse=True)]
