"""Derivations of one problem compared by the facts that they establish, not by their texts.

Self-consistency (Wang et al. 2022) counts final answers. Right answers with wrong steps agree in their
answer and differ on the way, so here each derivation is a set of facts, and what is released
is the derivation of the leading answer whose facts most others establish, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean

from verifirst.claims import Answer
from verifirst.core.facts import FactGraph
from verifirst.core.step import Step
from verifirst.verifier import Ledger, Verifier

Key = tuple[Fraction, tuple[Fraction, ...]]
"""A fact as others may establish it: its value, and the values that it was computed from, in order of size."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """What one text establishes. ``answer`` is its final answer as a key to compare, empty where there is none."""

    answer: str
    facts: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Election:
    """What a set of derivations says together.

    ``votes`` for each answer; ``drawn`` derivations, those without an answer included. ``winner`` is the
    place of the one to release, None where none has an answer; ``support`` the mean share of
    the voters that establish each of its facts.
    """

    votes: Counter[str]
    drawn: int
    winner: int | None
    support: float

    @property
    def share(self) -> float:
        """Votes for the leading answer, of all that were drawn."""
        return max(self.votes.values(), default=0) / self.drawn if self.drawn else 0.0


def derivation(verifier: Verifier, problem: str, lines: Iterable[str]) -> Derivation:
    """Read a text's facts and its answer; ``lines`` are its steps, blank ones count for nothing."""
    ledger = Ledger.open(verifier, problem)
    steps = [line for line in lines if line.strip()]
    for index, line in enumerate(steps):
        ledger.push(Step(index, 0, len(line), len(line), line))
    if not steps:
        return Derivation("", frozenset())
    stated = [verdict.claim.value for verdict in ledger.reports[-1].verdicts if isinstance(verdict.claim, Answer)]
    answer = str(stated[-1]) if stated else " ".join(steps[-1].casefold().split())
    return Derivation(answer, frozenset(_computed(ledger.facts)))


def _computed(graph: FactGraph) -> Iterable[Key]:
    """The facts that steps computed, by value; what only says one again is none."""
    for fact in graph:
        values = [graph[at].value for at in fact.premises]
        if fact.step >= 0 and fact.value is not None and values not in ([], [fact.value]):
            yield fact.value, tuple(sorted(value for value in values if value is not None))


def elect(derivations: Sequence[Derivation]) -> Election:
    """The leading answer, the earliest of those that tie, and its derivation with the best supported facts."""
    voters = [candidate for candidate in derivations if candidate.answer]
    votes = Counter(candidate.answer for candidate in voters)
    if not votes:
        return Election(votes, len(derivations), None, 0.0)
    established = Counter(fact for candidate in voters for fact in candidate.facts)
    leader = votes.most_common(1)[0][0]

    def support(candidate: Derivation) -> float:
        return fmean(established[fact] / len(voters) for fact in candidate.facts) if candidate.facts else 0.0

    best = max(
        (at for at, one in enumerate(derivations) if one.answer == leader), key=lambda at: support(derivations[at])
    )
    return Election(votes, len(derivations), best, support(derivations[best]))
