"""Have enough forks been drawn? Rules that look at the votes so far.

All of them treat forks as independent draws given the prompt. What each one bounds differs and
is said in its docstring; none says that the leading answer is *true*, only that it leads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Literal, Protocol

from verifirst.consistency.binomial import fair_lower_tail
from verifirst.consistency.inputs import check_level
from verifirst.errors import ConfigError, InputError

Decision = Literal["accept", "reject", "continue"]
_ROUNDING = 1e-9  # a ratio that meets its bound exactly must not miss it for the order of the sums


class Stopping(Protocol):
    """Decides after each fork whether another is drawn."""

    def done(self, counts: Sequence[int], drawn: int, most: int) -> bool:
        """True when no further fork is to be drawn.

        ``counts`` are the votes for each distinct answer in any order, ``drawn`` the forks so
        far, at least the sum of ``counts`` (a fork that abstains votes for none), and ``most``
        the budget: at ``drawn >= most`` every rule stops. Raises InputError where these cannot be.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Draw ``forks``, whatever they say: plain self-consistency (Wang et al. 2022)."""

    forks: int

    def __post_init__(self) -> None:
        if self.forks < 1:
            raise ConfigError(f"forks is {self.forks}; expected at least 1")

    def done(self, counts: Sequence[int], drawn: int, most: int) -> bool:
        """As in ``Stopping``."""
        _check(counts, drawn, most)
        return drawn >= min(self.forks, most)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Stop when the leader is ahead of the runner-up with posterior ``probability``.

    Adaptive-Consistency (Aggarwal et al. 2023) with a uniform prior on the leader's share of
    the votes of the two. It is a posterior: over problems whose share follows the prior, the
    leader at the stop is the true majority of the two as often as promised, however often one
    looked. For one problem with a fixed share it bounds nothing: looking after each fork finds
    a lucky run in time (without a budget an even split is always stopped). Answers behind the
    runner-up are not in it.
    """

    probability: float = 0.95

    def __post_init__(self) -> None:
        check_level("probability", self.probability)

    def done(self, counts: Sequence[int], drawn: int, most: int) -> bool:
        """As in ``Stopping``."""
        _check(counts, drawn, most)
        leader, runner_up = _two_largest(counts)
        return drawn >= most or ahead(leader, runner_up) >= self.probability


def ahead(leader: int, runner_up: int) -> float:
    """P(share > 1/2 | votes) of the leader among the votes of the two, from a uniform prior.

    The share's posterior is Beta(leader + 1, runner_up + 1); its mass above 1/2 is
    I_{1/2}(runner_up + 1, leader + 1), the chance of at most ``leader`` heads in
    ``leader + runner_up + 1`` fair tosses.
    """
    return fair_lower_tail(leader, leader + runner_up + 1)


@dataclass(frozen=True, slots=True)
class Sprt:
    """Wald's sequential probability ratio test on agreement with one candidate answer.

    It tells an agreement of at least ``p1`` from one of at most ``p0``. For a candidate named
    before the votes, independent votes, and any budget: P(accept) <= alpha / (1 - beta) when
    agreement is ``p0`` or less, and P(reject) <= beta / (1 - alpha) when it is ``p1`` or more
    (Wald 1945: proved for p0 and p1 themselves, and the ratio is monotone in the votes). Nothing
    is bounded between the two, nor by ``done``, whose candidate is the leader: a candidate
    chosen for its votes agrees with them too often.
    """

    p0: float = 0.5
    p1: float = 0.8
    alpha: float = 0.05
    beta: float = 0.05

    def __post_init__(self) -> None:
        for name in ("p0", "p1", "alpha", "beta"):
            check_level(name, getattr(self, name))
        if self.p0 >= self.p1:
            raise ConfigError(f"p0 is {self.p0} and p1 is {self.p1}; expected p0 < p1")
        if self.alpha + self.beta >= 1:
            raise ConfigError(f"alpha + beta is {self.alpha + self.beta}; expected less than 1")

    def decide(self, agree: int, disagree: int) -> Decision:
        """Accept the candidate, reject it, or draw another vote."""
        ratio = agree * log(self.p1 / self.p0) + disagree * log((1 - self.p1) / (1 - self.p0))
        if ratio >= log((1 - self.beta) / self.alpha) - _ROUNDING:
            return "accept"
        return "reject" if ratio <= log(self.beta / (1 - self.alpha)) + _ROUNDING else "continue"

    def done(self, counts: Sequence[int], drawn: int, most: int) -> bool:
        """As in ``Stopping``, with the leader as the candidate and all other votes against it."""
        _check(counts, drawn, most)
        leader, _ = _two_largest(counts)
        return drawn >= most or self.decide(leader, sum(counts) - leader) != "continue"


def _two_largest(counts: Sequence[int]) -> tuple[int, int]:
    leader, runner_up = nlargest(2, [*counts, 0, 0])
    return leader, runner_up


def _check(counts: Sequence[int], drawn: int, most: int) -> None:
    if any(count < 0 for count in counts):
        raise InputError(f"counts are {list(counts)}; expected no negative number of votes")
    if sum(counts) > drawn:
        raise InputError(f"{sum(counts)} votes from {drawn} forks; expected at most one vote from each")
    if most < 1:
        raise InputError(f"most is {most}; expected a budget of at least 1 fork")
