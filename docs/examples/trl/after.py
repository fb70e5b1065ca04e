"""GRPO on word problems with TRL. The arguments: a model, and how many steps to train it."""

import sys
from pathlib import Path

from datasets import load_dataset
from trl import GRPOConfig, GRPOTrainer

from verifirst.rl.trl import VerificationCallback, VerifiedRollouts

PROBLEMS = str(Path(__file__).with_name("problems.jsonl"))


def right(completions, answer, **_):
    """1 where a completion ends with the answer, else 0."""
    return [float(text.endswith(f"is {wanted}.")) for text, wanted in zip(completions, answer, strict=True)]


def main(model, steps):
    """Train."""
    args = GRPOConfig(
        output_dir="out",
        max_steps=int(steps),
        per_device_train_batch_size=8,
        num_generations=4,
        max_completion_length=160,
        learning_rate=1e-5,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        bf16=False,
    )
    rollouts = VerifiedRollouts()
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=right,
        rollout_func=rollouts,
        callbacks=[VerificationCallback(rollouts)],
        args=args,
        train_dataset=load_dataset("json", data_files=PROBLEMS, split="train"),
    )
    trainer.train()


if __name__ == "__main__":
    main(*sys.argv[1:])
