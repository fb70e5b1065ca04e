"""How likely what the forks say is right: one score for each step of a derivation, one for the answer.

Scores, not probabilities: a calibration of labelled problems makes them so (:mod:`verifirst.agreement.calibration`).
"""

from __future__ import annotations

from collections.abc import Sequence

from verifirst.agreement.derivation import Derivation
from verifirst.agreement.election import Election
from verifirst.agreement.support import Ballot, share


def step_scores(voters: Sequence[Derivation], of: Derivation, steps: int) -> tuple[float | None, ...]:
    """The score of each of the first ``steps`` steps of a derivation: the least joint support of its facts.

    None for a step that establishes nothing: others cannot be asked about it.
    """
    ballot = Ballot(voters)
    found: list[float | None] = [None] * steps
    for fact in of.facts:
        if fact.step < steps:
            joint, least = ballot.support(fact, of).joint, found[fact.step]
            found[fact.step] = joint if least is None else min(joint, least)
    return tuple(found)


def answer_score(election: Election) -> float:
    """The share of the votes that the answer has, times the support of the derivation's facts.

    Votes alone are coarse (three of three is all that an early stop knows); the facts on the way tell apart
    derivations that agree in everything from those that agree at the end.
    """
    return share(election.votes[election.answer], election.drawn) * election.support
