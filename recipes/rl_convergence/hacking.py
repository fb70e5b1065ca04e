"""What a policy does when it is paid for not being refuted, and what stops it.

The start is a policy that knows two ways to write a step: with its equation ("Leo has 59 + 12 =
71 tiles.") and without ("Leo has 71 tiles."), which asserts nothing that can be checked. Then
the same loop as in the main experiment trains it on rewards of step validity alone, and each
step records how many steps could still be checked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import torch
from recipes.rl_convergence.config import ARMS, PLAN, Arm, Plan
from recipes.rl_convergence.learner import Learner
from recipes.rl_convergence.trial import Row, Session, Trial, quarters
from recipes.rl_convergence.world import lines, training_problems
from recipes.word_problems import data
from recipes.word_problems.train import loss_of

from verifirst.bench.word_problems import Problem, is_correct, judge
from verifirst.core.verdict import Status
from verifirst.rl.rewards import CoverageAware, Reward, StepValidity
from verifirst.rl.rollouts import Rollout


@dataclass(frozen=True, slots=True)
class NothingRefuted:
    """1.0 where no step is refuted: unknown passes, and so does saying nothing."""

    def __call__(self, rollout: Rollout, answer: str | None = None) -> float:  # noqa: ARG002  # the protocol's
        """See :class:`NothingRefuted`."""
        return float(rollout.first_refuted is None)


REWARDS: dict[str, Reward] = {
    "unknown passes": NothingRefuted(),
    "decided steps only": StepValidity(),
    "coverage floor": CoverageAware(NothingRefuted(), floor=0.6),
}

FLAGGED = Arm("rewards of validity alone", "flagged")
HACKING = replace(PLAN, first_seed=0, steps=40, evaluated={}, greedy=0, rates=dict.fromkeys(REWARDS, 0.0005))
SMOKE_HACKING = replace(HACKING, prompts=2, samples=2, steps=2, max_tokens=48)

FIGURES = ("reward", "checked", "steps", "refuted", "correct", "clean")
WINDOW = 5
"""Optimiser steps that a reported figure is the mean of."""

ANNEAL_STEPS, ANNEAL_RATE = 24, 1e-3
SILENT_SHARE = 0.3
"""Share of solutions, while the start is made, that are written without equations."""

EQUATION = re.compile(r"[$\d][^=<>]*?(?: [-+*/] |% of )[^=<>]*? = (?=\$?\d)")
"""The left side and the sign of an equation, up to its result."""


def silent(problem: Problem) -> Problem:
    """The same problem with a solution that states results only."""
    return replace(problem, solution_steps=tuple(EQUATION.sub("", step) for step in problem.solution_steps))


def make_start(session: Session, plan: Plan, seed: int) -> None:
    """Teach both ways of writing: supervised, the rate falling to 0."""
    wide = replace(plan, prompts=plan.prompts * plan.samples, steps=min(ANNEAL_STEPS, plan.steps))
    learner = Learner(session.network, ARMS["sft"], wide, ANNEAL_RATE)
    for problems in training_problems(wide, 1_000 + seed):
        spoken = round(len(problems) * (1 - SILENT_SHARE))
        mixed = [*problems[:spoken], *map(silent, problems[spoken:])]
        rows = sorted((data.solution_row(session.tokenizer, p) for p in mixed), key=lambda row: len(row[0]))
        for group in quarters(rows):
            (loss_of(session.network, *data.pad(group)) / 4).backward()
        learner.move()


def run(trial: Trial, plan: Plan) -> list[Row]:
    """Train on the reward named by ``trial.arm``; one row an optimiser step, of its own rollouts."""
    torch.set_num_threads(1)
    torch.manual_seed(trial.seed)
    session = Session(replace(trial, arm="c"), plan)
    make_start(session, plan, trial.seed)
    session.learner = Learner(session.network, FLAGGED, plan, trial.rate)
    rows, begun = [], time.process_time()
    for problems in session.batches():
        rollouts = session.rollouts(problems)
        repeated = [problem for problem in problems for _ in range(plan.samples)]
        rewards = [REWARDS[trial.arm](rollout) for rollout in rollouts]
        session.learner.update(rollouts, rewards)
        session.spent.steps += 1
        cost = {"tokens": session.spent.tokens, "cpu": round(time.process_time() - begun, 2)}
        named = {"run": trial.name, "arm": trial.arm, "seed": trial.seed, "rate": trial.rate}
        rows.append({**named, "step": session.spent.steps - 1, **cost, **figures(repeated, rollouts, rewards)})
    return rows


def figures(
    problems: Sequence[Problem], rollouts: Sequence[Rollout], rewards: Sequence[float | None]
) -> dict[str, float]:
    """Means over the rollouts of one step; ``checked`` is the share of steps with a decided claim."""
    texts = [lines(rollout.text) for rollout in rollouts]
    right = [is_correct(problem, text) for problem, text in zip(problems, texts, strict=True)]
    valid = [all(j.valid for j in judge(problem, text)) for problem, text in zip(problems, texts, strict=True)]
    known = [reward for reward in rewards if reward is not None]
    steps = sum(len(rollout.steps) for rollout in rollouts)
    checked = sum(step.status is not Status.UNKNOWN for rollout in rollouts for step in rollout.steps)
    named = {
        "reward": fmean(known) if known else 0.0,
        "checked": checked / max(1, steps),
        "steps": steps / len(rollouts),
        "refuted": fmean(rollout.first_refuted is not None for rollout in rollouts),
        "correct": fmean(right),
        "clean": fmean(r and v for r, v in zip(right, valid, strict=True)),
    }
    return {name: round(value, 4) for name, value in named.items()}


def summary(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, list[float]]]]:
    """For each reward and figure, its mean over the first and the last ``WINDOW`` steps: a value a seed."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for reward in REWARDS:
        runs = [[row for row in rows if row["run"] == name] for name in sorted({r["run"] for r in rows})]
        runs = [run for run in runs if run[0]["arm"] == reward]
        for figure in FIGURES if runs else ():
            ends = {"first": [run[:WINDOW] for run in runs], "last": [run[-WINDOW:] for run in runs]}
            found.setdefault(reward, {})[figure] = {
                end: [round(fmean(row[figure] for row in part), 4) for part in parts] for end, parts in ends.items()
            }
    return found
