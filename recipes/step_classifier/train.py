"""Trains, calibrates and writes a small step classifier.

    python -m recipes.step_classifier.train             # writes build/step_judge
    python -m recipes.step_classifier.train --smoke     # seconds; writes to a temporary folder

Everything is seeded; one thread, so that the sums are added in the same order each time. It
starts from a shipped language model and is labelled on what that model writes: run it again when
``first_light`` was trained again.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from recipes.step_classifier import data, network, rows
from recipes.step_classifier.calibrate import ALPHA, calibrated
from recipes.word_problems.tokenizer import load_tokenizer
from torch.nn import functional

from verifirst.bench.word_problems import generate
from verifirst.engines.transformers.scorer import CALIBRATION, TransformersScorer
from verifirst.models import path

NAME = "step_judge"
BUILD = Path("build")


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of a run.

    ``sampled`` solutions of the language model and ``corrupted`` gold ones, each seen ``epochs`` times
    in batches of ``rows``. AdamW with a rate of ``body`` and ``head`` (which starts from nothing), rising
    over ``warm_up`` steps and then falling linearly to 0. ``labelled`` dev problems calibrate.
    """

    sampled: int = 3_000
    corrupted: int = 6_000
    epochs: int = 2
    rows: int = 24
    body: float = 1e-3
    head: float = 3e-3
    warm_up: int = 30
    labelled: int = 1_500
    seed: int = 11

    @property
    def steps(self) -> int:
        """Updates in all."""
        return self.epochs * -(-(self.sampled + self.corrupted) // self.rows)

    def factor(self, step: int) -> float:
        """The factor on the rates at one update."""
        return min((step + 1) / self.warm_up, 1 - step / self.steps)


SMOKE = Plan(sampled=4, corrupted=12, epochs=1, rows=6, warm_up=2, labelled=24)


def examples(plan: Plan, model: Path) -> list[data.Labelled]:
    """The labelled derivations to learn from, all of the train split."""
    gold = generate("train", plan.corrupted, plan.seed + 1)
    return data.sampled(model, "train", plan.sampled, plan.seed) + list(data.corrupted(gold, plan.seed))


def train(plan: Plan, model: Path, labelled: list[data.Labelled]) -> network.StepClassifier:
    """A classifier that starts from the body of ``model``; prints its speed."""
    torch.manual_seed(plan.seed)
    tokenizer = load_tokenizer(model)
    classifier = network.from_language_model(model)
    optimizer = torch.optim.AdamW(
        [
            {"params": classifier.model.parameters(), "lr": plan.body},
            {"params": classifier.score.parameters(), "lr": plan.head},
        ],
        betas=(0.9, 0.98),
        weight_decay=0.0,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, plan.factor)
    table = [rows.row_of(tokenizer, one) for one in labelled]
    begun, seen, running = time.process_time(), 0, 0.0
    stream = rows.batches(table, plan.rows, plan.epochs, random.Random(plan.seed))
    for step, (tokens, labels) in enumerate(stream):
        marks = labels.flatten()
        where = (marks != rows.NO_LABEL).nonzero().flatten()
        loss = functional.cross_entropy(classifier(tokens, where), marks[where])
        loss.backward()
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        seen += tokens.numel()
        running = loss.item() if not step else 0.95 * running + 0.05 * loss.item()
        if step % 50 == 49:  # noqa: PLR2004  # now and then
            speed = seen / (time.process_time() - begun)
            print(f"step {step + 1}/{plan.steps} loss {running:.4f} {speed:.0f} tokens a CPU second", flush=True)
    return classifier


def main() -> None:
    """Parse the command line; train, write, calibrate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a few steps on a little data")
    parser.add_argument("--from", dest="model", default="first_light", help="a shipped language model, or a folder")
    parser.add_argument("--out", type=Path, default=None, help="folder for the checkpoint")
    parser.add_argument("--alpha", type=float, default=ALPHA, help="right steps that may be refused, as a share")
    args = parser.parse_args()
    torch.set_num_threads(1)
    plan = SMOKE if args.smoke else Plan()
    model = Path(args.model) if Path(args.model).is_dir() else path(args.model)
    with tempfile.TemporaryDirectory() as scratch:
        out = args.out or (Path(scratch) if args.smoke else BUILD / NAME)
        labelled = examples(plan, model)
        print(f"data: {len(labelled)} derivations, {time.process_time() / 60:.1f} CPU minutes so far", flush=True)
        network.write(train(plan, model, labelled), load_tokenizer(model), out)
        judge = calibrated(
            TransformersScorer(out, name=NAME),
            data.sampled(model, "dev", plan.labelled, plan.seed),
            alpha=args.alpha,
        )
        judge.save(out / CALIBRATION)
        print(f"threshold {judge.threshold.value}: {judge.threshold.reason}")
        print(f"wrote {out} in {time.process_time() / 60:.1f} CPU minutes")


if __name__ == "__main__":
    main()
