"""What is known where a formula stands: equations said before it, and functions defined."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

from verifirst.claims.formula import Formula
from verifirst.core.facts import Fact, FactGraph
from verifirst.core.rule import Context
from verifirst.solvers.ideal import Relation
from verifirst.solvers.terms import Term, functions, inline, symbols

MAX_FACTS = 400  # facts looked back at
MAX_KNOWN = 48  # equations that a claim may rest on, the newest ones
MAX_RELEVANT = 14  # of those, how many are solved together
MAX_SIZE = 400  # items of an equation that is taken in
MAX_INLINE = 1_000

Definitions = dict[str, tuple[tuple[str, ...], Term]]
"""``f/1`` to its parameters and its body."""


@lru_cache(maxsize=8192)
def names(left: Term, right: Term) -> frozenset[str]:
    """The free symbols of an equation, and the functions that it calls."""
    return symbols(left) | symbols(right) | functions(left) | functions(right)


def statement(number: int, context: Context) -> list[Formula]:
    """The links of the step's statement ``number``, in order."""
    index: dict[int, list[Formula]] | None = context.memo.get("AL.statements")
    if index is None:
        index = context.memo["AL.statements"] = {}
        for other in context.claims:
            if isinstance(other, Formula):
                index.setdefault(other.statement, []).append(other)
    return index.get(number, [])


def said_before(claim: Formula, context: Context) -> list[Relation]:
    """The equations before ``claim``, newest first."""
    memo = context.memo
    if "AL.facts" not in memo:
        memo["AL.facts"] = list(_facts(context.facts))
        memo["AL.step"] = [
            other
            for other in context.claims
            if isinstance(other, Formula)
            and other.relation in ("=", ":=")
            and len(other.left.term) + len(other.right.term) <= MAX_SIZE
        ]
    step = memo["AL.step"]
    last = bisect_left(step, claim.start, key=_start)
    found = [(other.left.term, other.right.term) for other in reversed(step[max(0, last - MAX_KNOWN) : last])]
    found += memo["AL.facts"]
    return found[:MAX_KNOWN]


def _start(claim: Formula) -> int:
    return claim.start


def _facts(graph: FactGraph) -> Iterable[Relation]:
    for position in range(len(graph) - 1, max(-1, len(graph) - 1 - MAX_FACTS), -1):
        fact: Fact = graph[position]
        if fact.term and fact.relation in ("=", ":=") and len(fact.subject) + len(fact.term) <= MAX_SIZE:
            yield fact.subject or named(fact.name), fact.term


def named(name: str) -> Term:
    """The term that a fact's name stands for: a symbol, or a function of symbols."""
    head, bracket, inside = name.partition("(")
    if not bracket:
        return ("$" + name,)
    arguments = [part.strip() for part in inside.rstrip(")").split(",")]
    return (*("$" + argument for argument in arguments), f"@{head}/{len(arguments)}")


def definitions(equations: Sequence[Relation]) -> Definitions:
    """The functions that the equations define: one definition each, and none that calls a function."""
    found: Definitions = {}
    dropped: set[str] = set()
    for left, right in equations:
        last = left[-1]
        if not isinstance(last, str) or last[0] != "@" or last[1:] in dropped:
            continue
        name = last[1:]
        parameters = tuple(item[1:] for item in left[:-1] if isinstance(item, str) and item[0] == "$")
        if len(parameters) != len(left) - 1 or len(set(parameters)) != len(parameters):
            continue
        usable = not functions(right) and set(parameters) & symbols(right)
        if usable and found.get(name, (parameters, right)) == (parameters, right):
            found[name] = parameters, right
        else:
            dropped.add(name)  # an equation about f rather than its definition, or a second one
            found.pop(name, None)
    return found


def applied(relation: Relation, defined: Definitions) -> Relation:
    """The equation with calls of defined functions replaced."""
    if not defined or not any(name in defined for name in names(*relation)):
        return relation
    left, right = (inline(side, defined, MAX_INLINE) for side in relation)
    return left, right


def relevant(wanted: Iterable[str], equations: Sequence[Relation]) -> list[Relation]:
    """The equations tied to these names, directly or through others; the newest, oldest first."""
    reach = set(wanted)
    chosen: dict[int, Relation] = {}
    grown = True
    while grown and len(chosen) < MAX_RELEVANT:
        grown = False
        for i, item in enumerate(equations):
            if i not in chosen and not reach.isdisjoint(own := names(*item)):
                chosen[i] = item
                reach |= own
                grown = True
                if len(chosen) == MAX_RELEVANT:
                    break
    return [chosen[i] for i in sorted(chosen, reverse=True)]
