"""What is run: sizes, arms, learning rates, and the target, all fixed before the main runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Sampled = Literal["raw", "flagged", "verified"]
Baseline = Literal["group", "value"]
Mode = Literal["raw", "verified"]
MODES: tuple[Mode, ...] = ("raw", "verified")


@dataclass(frozen=True, slots=True)
class Arm:
    """How rollouts are sampled and which of their tokens learn; the mathematics is in docs/rl.md.

    ``sampled``: without verification, with it but keeping refuted steps, or with rollback.
    ``refused``: refused attempts carry the rollout's advantage, too. ``penalty``: charged to
    the first refuted step of a flagged rollout. ``acceptance``: scale of the acceptance
    objective; where ``gated`` it counts in rollouts with a right answer only. ``baseline``:
    what the rewards are compared with, the others of the group (GRPO) or a learned value
    (PPO). ``supervised``: no rollouts, gold solutions.
    """

    title: str
    sampled: Sampled
    refused: bool = False
    penalty: float = 0.0
    acceptance: float = 0.0
    gated: bool = False
    baseline: Baseline = "group"
    supervised: bool = False


ARMS: dict[str, Arm] = {
    "a": Arm("outcome reward only", "raw"),
    "b": Arm("verified rollouts, accepted tokens", "verified"),
    "c": Arm("step-validity reward and mask", "flagged", penalty=1.0),
    "d": Arm("exact score function of the verified policy", "verified", refused=True),
    "d+": Arm("d and the acceptance objective", "verified", refused=True, acceptance=1.0),
    "d*": Arm("d+, acceptance in right rollouts only", "verified", refused=True, acceptance=1.0, gated=True),
    "e": Arm("b and preference pairs", "verified", acceptance=0.5),
    "sft": Arm("supervised annealing on gold solutions", "raw", supervised=True),
    "ppo-a": Arm("PPO: outcome reward only", "raw", baseline="value"),
    "ppo-b": Arm("PPO: verified rollouts, accepted tokens", "verified", baseline="value"),
    "ppo-d": Arm("PPO: accepted and refused attempts", "verified", refused=True, baseline="value"),
    "ppo-d*": Arm("PPO: d and d*'s acceptance", "verified", refused=True, acceptance=1.0, gated=True, baseline="value"),
}
"""Pairs weigh ``beta / 2`` times the acceptance rows at the sampling policy, here with beta = 1."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of every run.

    ``prompts`` problems a step, ``samples`` rollouts each. After the optimiser steps in
    ``evaluated[mode]``, ``between[mode]`` held-out problems are solved at temperature 1; after
    the last one ``held_out`` are, and ``greedy`` of them greedily. ``retries`` refusals at one
    boundary end a request, in training ``training_retries``. ``target`` is the clean accuracy
    (at temperature 1) to be reached, ``targets`` are others that are reported. ``rates`` are
    the learning rates that the sweep found; an arm that it left out has that of its own kind.
    ``first_seed``: seed 0 was the pilot's, by which the target was chosen.
    """

    model: str = "first_light_base"
    split: str = "held-out"
    first_seed: int = 1
    prompts: int = 8
    samples: int = 8
    steps: int = 40
    warm_up: int = 5
    evaluated: dict[Mode, tuple[int, ...]] = field(default_factory=lambda: {"raw": (10, 20, 30), "verified": (20,)})
    between: dict[Mode, int] = field(default_factory=lambda: {"raw": 1000, "verified": 400})
    held_out: int = 1000
    greedy: int = 300
    max_tokens: int = 144
    retries: int = 8
    training_retries: int = 4
    clip: float = 0.2
    gradient_norm: float = 1.0
    value_rate: float = 3e-3
    target: float = 0.21
    targets: tuple[float, ...] = (0.19, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.3, 0.42, 0.44, 0.46, 0.48, 0.5)
    rates: dict[str, float] = field(default_factory=dict)

    def rate(self, arm: str) -> float:
        """Learning rate of an arm."""
        return self.rates.get(arm, 5e-4)


PLAN = Plan(rates={"e": 1e-3, "sft": 1e-3})
"""By `sweep`: the rate with the best mean of raw and verified clean accuracy on dev problems. sft was not swept."""

SWEEP = Plan(split="dev", steps=32, evaluated={}, held_out=600, greedy=0)
SWEEP_RATES = (2.5e-4, 5e-4, 1e-3)

SMOKE = Plan(
    first_seed=0,
    prompts=2,
    samples=2,
    steps=2,
    warm_up=1,
    evaluated={"raw": (1,), "verified": (1,)},
    between={"raw": 4, "verified": 4},
    held_out=6,
    greedy=6,
    max_tokens=48,
    retries=2,
    training_retries=2,
    target=0.1,
)
"""Seconds: to see that everything is in place."""
