"""The rewards of ``verifirst.rl`` as TRL's reward functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from verifirst.errors import InputError
from verifirst.rl.rewards import Reward
from verifirst.rl.rollouts import Rollout


@dataclass(frozen=True, slots=True)
class RolloutReward:
    """``GRPOTrainer(reward_funcs=RolloutReward(Outcome()))``: a reward of rollouts, by TRL's calling convention.

    ``answer`` is the column of the data set with the expected answer; what stands there is
    read as text, and without the column the reward gets None. A reward of None stays None:
    TRL then leaves the completion out of its group's mean and gives it advantage 0.
    Picklable where ``reward`` is.
    """

    reward: Reward
    answer: str = "answer"

    @property
    def __name__(self) -> str:
        """The name in TRL's metrics: ``rewards/<name>/mean``."""
        return type(self.reward).__name__

    def __call__(self, *, rollout: Sequence[Rollout] | None = None, **columns: Any) -> list[float | None]:
        """A reward for each rollout; raises InputError where the trainer has no verified rollouts."""
        if rollout is None:
            raise InputError(
                f"the reward {self.__name__} reads rollouts: give the trainer rollout_func=VerifiedRollouts()"
            )
        expected = columns.get(self.answer) or [None] * len(rollout)
        return [
            self.reward(one, None if answer is None else str(answer))
            for one, answer in zip(rollout, expected, strict=True)
        ]
