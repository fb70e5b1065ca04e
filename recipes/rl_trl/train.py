"""Train a shipped model on word problems with TRL, on verified rollouts.

    python -m recipes.rl_trl.train --trainer ppo --engine vllm --steps 2

The last line printed is JSON: what the trainer logged at each step.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import tempfile
from typing import Any

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from verifirst import models
from verifirst.bench.word_problems import Problem, generate, is_correct, is_spurious, prompt_text
from verifirst.rl.rewards import Outcome
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl import (
    Credit,
    PPOTrainer,
    RolloutReward,
    VerificationCallback,
    VerifiedGRPOTrainer,
    VerifiedRollouts,
)

TRAINERS = {"grpo": GRPOTrainer, "refusals": VerifiedGRPOTrainer, "ppo": PPOTrainer}
VLLM = {"dtype": "float32", "enforce_eager": True}  # as the trainer computes, so that the importance ratio is 1


def main(arguments: list[str] | None = None) -> list[dict[str, Any]]:
    """Train as the command line says; returns and prints the trainer's log."""
    options = parser().parse_args(arguments)
    problems = {prompt_text(problem): problem for problem in itertools.islice(generate("train", 256, seed=1), 256)}
    rollouts = VerifiedRollouts(enforce=not options.no_verification)
    kwargs = {"credit": Credit(refused=True)} if options.trainer == "refusals" else {}
    with tempfile.TemporaryDirectory() as folder:
        with rollouts.vllm(**VLLM) if options.engine == "vllm" else contextlib.nullcontext():
            trainer = TRAINERS[options.trainer](
                model=str(models.path(options.model)),
                reward_funcs=RolloutReward(Outcome()),
                args=configuration(options, folder),
                train_dataset=dataset(problems),
                rollout_func=rollouts,
                callbacks=[VerificationCallback(rollouts, spurious(problems))],
                **kwargs,
            )
        trainer.train()
    log: list[dict[str, Any]] = [entry for entry in trainer.state.log_history if "loss" in entry]
    print(json.dumps(log))
    return log


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--trainer", choices=TRAINERS, default="grpo")
    found.add_argument("--engine", choices=["local", "vllm"], default="local")
    found.add_argument("--model", choices=models.SHIPPED, default="first_light_base")
    found.add_argument("--steps", type=int, default=100)
    found.add_argument("--prompts", type=int, default=16, help="problems a step")
    found.add_argument("--group", type=int, default=8, help="rollouts a problem")
    found.add_argument("--learning-rate", type=float, default=1e-4)
    found.add_argument("--seed", type=int, default=0)
    found.add_argument("--no-verification", action="store_true", help="the control: the same without verification")
    return found


def configuration(options: argparse.Namespace, folder: str) -> GRPOConfig:
    """The trainer's settings."""
    return GRPOConfig(
        output_dir=folder,
        max_steps=options.steps,
        per_device_train_batch_size=options.prompts * options.group,
        num_generations=options.group,
        max_completion_length=160,
        learning_rate=options.learning_rate,
        warmup_steps=min(10, options.steps // 10),
        seed=options.seed,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        bf16=False,
        use_vllm=options.engine == "vllm",
        vllm_mode="colocate",
        vllm_max_model_length=512,
    )


def dataset(problems: dict[str, Problem]) -> Dataset:
    """Prompts with their answers."""
    return Dataset.from_dict({"prompt": list(problems), "answer": [problem.answer for problem in problems.values()]})


def spurious(problems: dict[str, Problem]) -> Any:
    """The oracle: whether a rollout arrives at the right answer by a wrong step; None where it is not right."""

    def judged(prompt: str, rollout: Rollout) -> bool | None:
        problem, steps = problems[prompt], rollout.text.splitlines()
        return is_spurious(problem, steps) if is_correct(problem, steps) else None

    return judged


if __name__ == "__main__":
    main()
