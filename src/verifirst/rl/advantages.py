"""Advantages: rewards of rollouts for one prompt, less what the others got."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from verifirst.errors import InputError

_LEAST_SCALE = 1e-4  # as in GRPO: a group with equal rewards has advantage 0


def group_advantages(rewards: Sequence[float | None], group: int, *, scale: bool = False) -> list[float | None]:
    """The advantage of each rollout; ``rewards`` come in groups of ``group`` for one prompt.

    The baseline of a rollout is the mean reward of the others in its group, so that it is
    independent of the rollout and biases nothing. With ``scale`` it is GRPO's: the group's
    mean, its own included, divided by its standard deviation; prompts then weigh by how even
    the odds are, which is another objective. A reward of None has no advantage and counts in
    no baseline; alone in its group, no reward has one.
    """
    if group < 1 or len(rewards) % group:
        raise InputError(f"{len(rewards)} rewards are no whole number of groups of {group}")
    found: list[float | None] = []
    for first in range(0, len(rewards), group):
        found += _advantages(rewards[first : first + group], scale=scale)
    return found


def _advantages(rewards: Sequence[float | None], *, scale: bool) -> list[float | None]:
    known = [reward for reward in rewards if reward is not None]
    count = len(known)
    if count <= 1:
        return [None] * len(rewards)
    mean = sum(known) / count
    factor = count / (count - 1)  # R - mean of the others = n / (n - 1) * (R - mean of all)
    if scale:
        factor = 1 / (sqrt(sum((reward - mean) ** 2 for reward in known) / (count - 1)) + _LEAST_SCALE)
    return [None if reward is None else (reward - mean) * factor for reward in rewards]
