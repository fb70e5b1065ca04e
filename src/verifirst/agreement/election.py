"""The answer that leads, and the derivation of it to release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from verifirst.agreement.derivation import Derivation
from verifirst.agreement.support import Ballot


@dataclass(frozen=True, slots=True)
class Election:
    """What a set of derivations says together.

    ``votes`` for each answer; ``drawn`` derivations could vote, those without an answer included. ``winner`` is the
    place of the one to release, None where none in steps has an answer; ``support`` the joint support
    of its facts (:meth:`Ballot.joint`). ``unanimous``: all that have an answer agree in it, and in these facts.
    """

    votes: Counter[str]
    drawn: int
    winner: int | None
    support: float
    answer: str = ""
    unanimous: bool = False

    @property
    def share(self) -> float:
        """Votes for the winner's answer, of all that were drawn."""
        return self.votes[self.answer] / self.drawn if self.drawn else 0.0


def elect(derivations: Sequence[Derivation], inside: int = 0) -> Election:
    """The leading answer, the earliest of those that tie, and its derivation with the best supported facts.

    Programs vote, but only an answer that some derivation in steps has can win. The last ``inside`` derivations began
    inside others: they can win and have no vote, as they are not independent of them.
    """
    drawn = len(derivations) - inside
    ballot = Ballot(derivations[:drawn])
    votes = Counter(one.answer for one in ballot.voters)
    standing = [at for at, one in enumerate(derivations) if one.answer and not one.program]
    if not standing:
        return Election(votes, drawn, None, 0.0)
    leader = max((derivations[at].answer for at in standing), key=lambda answer: votes[answer])
    supports = {at: ballot.joint(derivations[at]) for at in standing if derivations[at].answer == leader}
    winner = max(supports, key=lambda at: supports[at])
    agreed = ballot.unanimous(derivations[winner])
    return Election(votes, drawn, winner, supports[winner], leader, agreed)
