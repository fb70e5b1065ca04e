"""One run: an arm, a seed and a learning rate, trained and evaluated; gives rows for the results file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch
from recipes.rl_convergence.config import ARMS, MODES, Arm, Mode, Plan
from recipes.rl_convergence.learner import Learner, Update
from recipes.rl_convergence.sampling import FLAG, ROLL_BACK, Sampler, settings
from recipes.rl_convergence.world import counts, evaluate, request, right, start, test_problems, training_problems
from recipes.word_problems import data
from recipes.word_problems.train import loss_of

from verifirst.bench.word_problems import Problem
from verifirst.rl.rollouts import Rollout

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """What names a run."""

    arm: str
    seed: int
    rate: float

    @property
    def name(self) -> str:
        """Its name in the results."""
        return f"{self.arm}/{self.seed}/{self.rate:g}"


@dataclass(slots=True)
class Spent:
    """What training cost so far; evaluations do not count."""

    steps: int = 0
    tokens: int = 0
    cpu: float = 0.0


def run(trial: Trial, plan: Plan) -> list[Row]:
    """Train and evaluate; one row an evaluation. ``start`` is the checkpoint itself: step 0 of every arm."""
    torch.set_num_threads(1)
    torch.manual_seed(trial.seed)
    session = Session(trial, plan)
    rows: list[Row] = []
    for batch in session.batches() if trial.arm in ARMS else ():
        begun = time.process_time()
        session.step(batch)
        session.spent.cpu += time.process_time() - begun
        for mode, steps in plan.evaluated.items():
            if session.spent.steps in steps:
                rows += session.evaluation(mode, plan.between[mode])
    for mode in MODES:
        rows += session.evaluation(mode, plan.held_out, last=True)
    for mode in MODES if plan.greedy else ():
        rows += session.evaluation(mode, plan.greedy, last=True, temperature=0.0)
    return rows


class Session:
    """The state of a run."""

    def __init__(self, trial: Trial, plan: Plan) -> None:
        self.trial, self.plan, self.spent = trial, plan, Spent()
        self.arm: Arm = ARMS.get(trial.arm, ARMS["a"])  # "start" trains nothing
        self.network, self.tokenizer = start(plan)
        self.sampler = Sampler(self.network, self.tokenizer)
        self.learner = Learner(self.network, self.arm, plan, trial.rate)
        self.problems = test_problems(plan)
        self.seen: dict[str, float] = {}

    def batches(self) -> Iterator[list[Problem]]:
        """The problems of each step; a supervised step sees as many solutions as another sees rollouts."""
        factor = self.plan.samples if self.arm.supervised else 1
        return training_problems(replace(self.plan, prompts=self.plan.prompts * factor), self.trial.seed)

    def step(self, problems: Sequence[Problem]) -> None:
        """One optimiser step on ``samples`` rollouts of each problem."""
        if self.arm.supervised:
            self.supervise(problems)
        else:
            rollouts = self.rollouts(problems)
            repeated = [problem for problem in problems for _ in range(self.plan.samples)]
            rewards = [self.reward(problem, rollout) for problem, rollout in zip(repeated, rollouts, strict=True)]
            self.note(rollouts, rewards, self.learner.update(rollouts, rewards))
        self.spent.steps += 1

    def rollouts(self, problems: Sequence[Problem]) -> list[Rollout]:
        """``samples`` rollouts of each problem, in groups."""
        first = (self.trial.seed + 1) * 10_000_019 + self.spent.steps * 100_003
        repeated = [problem for problem in problems for _ in range(self.plan.samples)]
        requests = [
            request(problem, self.plan, first + index, enforce=self.arm.sampled != "raw")
            for index, problem in enumerate(repeated)
        ]
        policy = FLAG if self.arm.sampled == "flagged" else ROLL_BACK
        outputs = self.sampler.generate(requests, settings=settings(self.plan.training_retries), policy=policy)
        self.spent.tokens += sum(output.tally.sampled for output in outputs)
        return [Rollout.of(output) for output in outputs]

    def reward(self, problem: Problem, rollout: Rollout) -> float:
        """The right answer; with a penalty on refuted steps, also none of those."""
        if self.arm.penalty and rollout.first_refuted is not None:
            return 0.0
        return right(problem, rollout)

    def supervise(self, problems: Sequence[Problem]) -> None:
        """One step on gold solutions."""
        rows = sorted((data.solution_row(self.tokenizer, p) for p in problems), key=lambda row: len(row[0]))
        for group in quarters(rows):
            (loss_of(self.network, *data.pad(group)) / 4).backward()
        self.learner.move()

    def note(self, rollouts: Sequence[Rollout], rewards: Sequence[float], update: Update) -> None:
        """Keep what the last step saw, for the record."""
        self.seen = {
            "reward": sum(rewards) / len(rewards),
            "refused": sum(len(rollout.branches) for rollout in rollouts) / len(rollouts),
            "exhausted": sum(rollout.exhausted for rollout in rollouts) / len(rollouts),
            "gradient": update.gradient,
            "trained": update.trained,
            "drift": update.drift,
        }

    def evaluation(self, mode: Mode, n: int, *, last: bool = False, temperature: float = 1.0) -> list[Row]:
        """A point of the curve, over its own problems; the last figures are over all ``n``."""
        solved = self.problems[:n]
        enforce = mode == "verified"
        judged = evaluate(self.sampler, self.plan, solved, self.trial.seed, enforce=enforce, temperature=temperature)
        named = {"mode": mode, "temperature": temperature}
        rows = []
        if temperature:
            rows.append(self.row(named | {"part": "curve"} | counts(judged[: self.plan.between[mode]])))
        if last:
            rows.append(self.row(named | {"part": "all"} | counts(judged)))
        return rows

    def row(self, figures: Row) -> Row:
        """Figures with what they belong to."""
        named = {"run": self.trial.name, "arm": self.trial.arm, "seed": self.trial.seed, "rate": self.trial.rate}
        spent = {"step": self.spent.steps, "tokens": self.spent.tokens, "cpu": round(self.spent.cpu, 2)}
        return {**named, **spent, **figures, "last": {name: round(value, 5) for name, value in self.seen.items()}}


def quarters(rows: Sequence[data.Row]) -> Iterator[list[data.Row]]:
    """Four groups."""
    size = -(-len(rows) // 4)
    stream = iter(rows)
    while group := list(islice(stream, size)):
        yield group
