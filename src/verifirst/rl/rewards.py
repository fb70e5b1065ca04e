"""Rewards of rollouts: picklable callables, three-valued where the truth is.

A reward maps a rollout, and the expected answer where there is one, to a number or to None.
None says that nothing is known: it is neither good nor bad, and the rollout is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason
from verifirst.math_verify import judge, parse
from verifirst.rl.rollouts import Rollout


class Reward(Protocol):
    """What trainers are given. Deterministic, without side effects, picklable."""

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float | None:
        """The reward of ``rollout``, where ``answer`` is what it should arrive at."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the final answer is the expected one: 1.0 proved right, 0.0 proved wrong, None undecided.

    ``missing`` is for a rollout that gives no answer: nothing readable as one, or a text that
    did not come to its end (exhausted, or cut at ``max_tokens``: its last number is no answer).
    ``undecided`` other than None is for a policy that learns to hide in answers nobody can judge.
    """

    missing: float | None = 0.0
    undecided: float | None = None

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float | None:
        """See :class:`Outcome`; None without an expected ``answer``."""
        if answer is None:
            return None
        if rollout.finish_reason is not FinishReason.STOP or not (found := parse(rollout.text)):
            return self.missing
        match judge(parse(answer), found).status:
            case Status.VERIFIED:
                return 1.0
            case Status.REFUTED:
                return 0.0
            case Status.UNKNOWN:
                return self.undecided


@dataclass(frozen=True, slots=True)
class StepValidity:
    """How valid the steps are: the share of verified ones, or with ``every`` 1.0 where none is refuted, else 0.0.

    Only decided steps count: unknown ones neither help nor harm, and None is the reward where
    no step was decided. The step that ended an exhausted or halted rollout counts as refuted.
    For rollouts sampled without rollback (``OnRefuted.FLAG``): of what stands after rollback
    nothing is refuted.
    """

    every: bool = False

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float | None:  # noqa: ARG002  # the protocol's
        """See :class:`StepValidity`."""
        verified = sum(step.status is Status.VERIFIED for step in rollout.steps)
        refuted = sum(step.status is Status.REFUTED for step in rollout.steps)
        refuted += rollout.finish_reason in (FinishReason.EXHAUSTED, FinishReason.REFUTED)
        if not verified + refuted:
            return None
        return float(not refuted) if self.every else verified / (verified + refuted)


@dataclass(frozen=True, slots=True)
class CoverageAware:
    """A reward that must be earned with claims that can be checked, so that silence does not pay.

    Below ``floor``, the share of steps with a decided claim, or with fewer than ``claims``
    decided claims, the reward is ``low``, also where the inner reward is None. With ``soft``
    it falls from the inner reward at the floor to ``low`` at no coverage, in a straight line.
    Inner rewards are taken to be ``low`` or more.
    """

    reward: Reward
    floor: float = 0.5
    claims: int = 1
    soft: bool = False
    low: float = 0.0

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float | None:
        """See :class:`CoverageAware`."""
        covered = rollout.coverage.step_ratio or 0.0
        if rollout.coverage.decided < self.claims:
            return self.low
        if covered >= self.floor:
            return self.reward(rollout, answer)
        earned = self.reward(rollout, answer) if self.soft else None
        return self.low if earned is None else self.low + (earned - self.low) * covered / self.floor


@dataclass(frozen=True, slots=True)
class Product:
    """All of several rewards at once: 0.0 where one is, else None where one is, else their product."""

    rewards: tuple[Reward, ...]

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float | None:
        """See :class:`Product`."""
        total: float | None = 1.0
        for value in _values(self.rewards, rollout, answer):
            if value == 0:
                return 0.0
            total = None if value is None or total is None else total * value
        return total


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """A weighted sum of rewards; None where one is."""

    rewards: tuple[Reward, ...]
    weights: tuple[float, ...]

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float | None:
        """See :class:`WeightedSum`."""
        total = 0.0
        for weight, value in zip(self.weights, _values(self.rewards, rollout, answer), strict=True):
            if value is None:
                return None
            total += weight * value
        return total


def _values(rewards: tuple[Reward, ...], rollout: Rollout, answer: str | None) -> Iterator[float | None]:
    return (reward(rollout, answer) for reward in rewards)
