"""TRL: verified rollouts, rewards and metrics for its GRPO trainer, and PPO on top of it.

The trainers import TRL, which takes seconds, and are loaded when they are asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from verifirst.rl.trl.callback import VerificationCallback
from verifirst.rl.trl.rewards import RolloutReward
from verifirst.rl.trl.rollout_func import VerifiedRollouts

_LAZY = {"Credit": "grpo", "PPOSettings": "ppo", "PPOTrainer": "ppo", "VerifiedGRPOTrainer": "grpo"}

__all__ = [
    "Credit",
    "PPOSettings",
    "PPOTrainer",
    "RolloutReward",
    "VerificationCallback",
    "VerifiedGRPOTrainer",
    "VerifiedRollouts",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
