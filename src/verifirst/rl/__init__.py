"""Reinforcement learning on verified rollouts: the data, rewards over it, estimators of the gradient.

Trainers stay the ecosystem's: the adapters below this package are thin. Torch is imported
where a loss is computed, and nowhere else.
"""

from verifirst.rl.rollouts import Branch, Rollout, RolloutStep, rollouts

__all__ = ["Branch", "Rollout", "RolloutStep", "rollouts"]
