"""How far others support a fact: those that establish or entail it, and those that say it in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import fmean
from typing import NamedTuple

from verifirst.agreement.derivation import Derivation, Established, Key

Labels = dict[Key, set[str]]
FOR, AGAINST = 1.0, 0.25
"""Votes that each share begins with: the prior Beta(FOR, AGAINST) has a mean of 0.8, as verified forks mostly agree."""


class Support(NamedTuple):
    """Shares of the other derivations: posterior means ``(k + FOR) / (n + FOR + AGAINST)``.

    ``fact``: of all, those that establish the same value from the same operands, or entail it by resting on the same
    givens. ``alike``: of those in steps, those that besides say it in the same words. ``formal``: of programs, those
    that establish it under the name of nobody but whom the step speaks of. ``contrary``: of those in steps, those
    that say the same words of another value or other grounds.
    """

    fact: float
    alike: float
    formal: float
    contrary: float

    @property
    def joint(self) -> float:
        """One number to compare facts by; programs weigh half, as they have the numbers without the words."""
        return self.alike * sqrt(self.formal)


class Ballot:
    """Independent derivations of one problem; counts are kept, so that each support is a look-up.

    Any derivation may be asked about. One that is a voter itself (the same object) does not count for itself.
    """

    def __init__(self, derivations: Sequence[Derivation]) -> None:
        self.voters = [one for one in derivations if one.answer]
        self._in_steps = [one for one in self.voters if not one.program]
        self._programs = [_labels(one) for one in self.voters if one.program]
        self._people = frozenset[str]().union(*(fact.names for one in self._in_steps for fact in one.facts))
        self._keys: Counter[Key] = Counter()
        self._alike: Counter[tuple[Key, str]] = Counter()
        self._said: Counter[str] = Counter()
        for one in self.voters:
            self._keys.update(_labels(one).keys())
        for one in self._in_steps:
            self._alike.update({(key, fact.label) for fact in one.facts for key in (fact.key, fact.grounds)})
            self._said.update({fact.label for fact in one.facts})

    def support(self, fact: Established, of: Derivation) -> Support:
        """What the others say of ``fact``, which is one of ``of``'s."""
        own = any(one is of for one in self.voters)
        own_steps, own_formal = own and not of.program, own and of.program
        steps, programs = len(self._in_steps) - own_steps, len(self._programs) - own_formal
        same = max(self._keys[fact.key], self._keys[fact.grounds]) - own
        alike, formal = self._saying(fact) - own_steps, self._establishing(fact) - own_formal
        return Support(
            share(same, steps + programs),
            share(alike, steps),
            share(formal, programs),
            share(self._said[fact.label] - own_steps - alike, steps),
        )

    def joint(self, of: Derivation) -> float:
        """The joint support of a derivation's facts: the geometric mean of each one's, 0 where it has none."""
        if not of.facts:
            return 0.0
        return exp(fmean(log(self.support(fact, of).joint) for fact in of.facts))

    def unanimous(self, of: Derivation) -> bool:
        """Whether every voter gives its answer, and has each of its facts: in the same words, or as a program."""
        return (
            bool(of.facts)
            and all(one.answer == of.answer for one in self.voters)
            and all(self._saying(fact) == len(self._in_steps) for fact in of.facts)
            and all(self._establishing(fact) == len(self._programs) for fact in of.facts)
        )

    def _saying(self, fact: Established) -> int:
        """How many in steps say it in the same words."""
        return max(self._alike[key, fact.label] for key in (fact.key, fact.grounds))

    def _establishing(self, fact: Established) -> int:
        """How many programs have it."""
        return sum(self._of_nobody_else(fact, labels) for labels in self._programs)

    def _of_nobody_else(self, fact: Established, labels: Labels) -> bool:
        """Whether a program has the fact, under the name of nobody but those whom the step speaks of."""
        under = labels.get(fact.key, set()) | labels.get(fact.grounds, set())
        strangers = self._people - fact.names if fact.names else frozenset()
        return bool(under) and any(not strangers & set(label.split()) for label in under)


def _labels(one: Derivation) -> Labels:
    """What a derivation establishes, each fact with the labels that it goes by."""
    found: Labels = {}
    for fact in one.facts:
        for key in (fact.key, fact.grounds):
            found.setdefault(key, set()).add(fact.label)
    return found


def share(count: int, of: int) -> float:
    """The posterior mean of a share of which ``count`` in ``of`` were seen."""
    return (count + FOR) / (of + FOR + AGAINST)
