"""How far others support a fact: those that establish or entail it, and those that say it in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp, log
from statistics import fmean
from typing import NamedTuple

from verifirst.agreement.derivation import Derivation, Established, Key


class Support(NamedTuple):
    """Shares of the other derivations, by Laplace's rule ``(k + 1) / (n + 2)``.

    ``fact``: of all others, those that establish the same value from the same operands, or entail it by resting on the
    same givens. ``alike``: of those in steps, those that besides say it of the same thing. ``contrary``: of those in
    steps, those that give the same thing another value or other grounds.
    """

    fact: float
    alike: float
    contrary: float

    @property
    def joint(self) -> float:
        """One number to compare facts by: both shares have to be large."""
        return self.fact * self.alike


class Ballot:
    """All derivations of one problem; counts are kept, so that each support is a look-up."""

    def __init__(self, derivations: Sequence[Derivation]) -> None:
        self.voters = [one for one in derivations if one.answer]
        self._in_steps = [one for one in self.voters if not one.program]
        self._keys: Counter[Key] = Counter()
        self._alike: Counter[tuple[Key, str]] = Counter()
        self._labels: Counter[str] = Counter()
        for one in self.voters:
            self._keys.update(_keys(one))
        for one in self._in_steps:
            self._alike.update({(key, fact.label) for fact in one.facts for key in (fact.key, fact.grounds)})
            self._labels.update({fact.label for fact in one.facts})

    def support(self, fact: Established, of: Derivation) -> Support:
        """What the others say of ``fact``, which is one of ``of``'s."""
        own = int(bool(of.answer))  # it counted itself when it voted
        own_steps = own and not of.program
        all_, steps = len(self.voters) - own, len(self._in_steps) - own_steps
        same = max(self._keys[fact.key], self._keys[fact.grounds]) - own
        alike = max(self._alike[key, fact.label] for key in (fact.key, fact.grounds)) - own_steps
        named = self._labels[fact.label] - own_steps
        return Support(_share(same, all_), _share(alike, steps), _share(named - alike, steps))

    def joint(self, of: Derivation) -> float:
        """The joint support of a derivation's facts: the geometric mean of each one's, 0 where it has none."""
        if not of.facts:
            return 0.0
        return exp(fmean(log(self.support(fact, of).joint) for fact in of.facts))


def _keys(one: Derivation) -> set[Key]:
    return {key for fact in one.facts for key in (fact.key, fact.grounds)}


def _share(count: int, of: int) -> float:
    return (count + 1) / (of + 2)
