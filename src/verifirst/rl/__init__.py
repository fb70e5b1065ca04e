"""Reinforcement learning on verified rollouts: the data, rewards over it, estimators of the gradient.

Trainers stay the ecosystem's: the adapters below this package are thin. The losses need torch
and have a module of their own, ``verifirst.rl.losses``.
"""

from verifirst.rl.advantages import group_advantages
from verifirst.rl.estimators import (
    Pair,
    Row,
    acceptance_rows,
    completion_rows,
    contrasts,
    preference_pairs,
    step_rows,
    verified_rows,
)
from verifirst.rl.rewards import CoverageAware, Outcome, Product, Reward, StepValidity, WeightedSum
from verifirst.rl.rollouts import Branch, Rollout, RolloutStep, rollouts

__all__ = [
    "Branch",
    "CoverageAware",
    "Outcome",
    "Pair",
    "Product",
    "Reward",
    "Rollout",
    "RolloutStep",
    "Row",
    "StepValidity",
    "WeightedSum",
    "acceptance_rows",
    "completion_rows",
    "contrasts",
    "group_advantages",
    "preference_pairs",
    "rollouts",
    "step_rows",
    "verified_rows",
]
