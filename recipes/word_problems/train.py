"""Trains both shipped models, one after the other.

    python -m recipes.word_problems.train                       # writes src/verifirst/models/first_light*
    python -m recipes.word_problems.train --only first_light    # from the first_light_base that is there
    python -m recipes.word_problems.train --smoke               # seconds; writes to a temporary folder

A run that was stopped goes on where it was when started again with the same
``--work`` folder. Everything is seeded; one thread, so that the sums are added
in the same order each time.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import torch
from recipes.word_problems import data, evaluate, export
from recipes.word_problems.export import load
from recipes.word_problems.network import Network, Shape
from recipes.word_problems.optimizer import Optimizer
from recipes.word_problems.tokenizer import load_tokenizer, train_tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from verifirst.bench.word_problems import generate, prompt_text

MODELS = Path(__file__).parents[2] / "src" / "verifirst" / "models"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, whose checkpoint goes by ``name``, from fresh weights or those of the checkpoint ``start``.

    ``rows`` a batch; ``drills`` is their share of the batches, ``programs`` the share of problems that
    come with a program instead of steps; ``decay`` is a fraction of the steps; ``checks`` times,
    ``checked`` dev problems are solved.
    """

    name: str
    steps: int
    start: str = ""
    problems: int = 80_000
    programs: float = 0.0
    rows: int = 20
    drills: float = 0.3
    warm_up: int = 50
    decay: float = 0.0
    seed: int = 7
    checks: int = 8
    checked: int = 100

    def rate(self, step: int) -> float:
        """Learning-rate factor: up, constant, then linearly down to 0 where there is a decay."""
        down = (self.steps - step) / (self.decay * self.steps) if self.decay else 1.0
        return min(1.0, (step + 1) / self.warm_up, down)


BASE = Plan("first_light_base", steps=1_350)
FINAL = Plan("first_light", steps=900, start=BASE.name, problems=40_000, programs=0.6, decay=0.4, seed=8, checks=3)
PLANS = (BASE, FINAL)

SAVE_EVERY = 200
"""Steps between two saved states: what a crash may cost."""


def smoke(plan: Plan) -> Plan:
    """The same run in seconds."""
    return replace(plan, problems=300, steps=8, rows=4, warm_up=2, checks=1, checked=4)


def loss_of(network: Network, tokens: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean cross-entropy where ``weights`` (rows, length) is not 0."""
    targets, weight = tokens[:, 1:].flatten(), weights[:, 1:].flatten()
    where = weight.nonzero().flatten()
    logits = network(tokens[:, :-1], where)
    each = functional.cross_entropy(logits, targets[where], reduction="none")
    return (each * weight[where]).sum() / weight.sum()


class Run:
    """One training run: network, optimizer, data, and the step it is at.

    ``models`` is the folder of checkpoints: the one to start from is there, the one that is made goes there.
    """

    def __init__(self, plan: Plan, work: Path, models: Path) -> None:
        self.plan, self.work, self.models, self.step, self.tokens = plan, work, models, 0, 0
        work.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(plan.seed)
        self.tokenizer = load_tokenizer(models / plan.start) if plan.start else self.make_tokenizer()
        self.network = Network(Shape(vocabulary=len(self.tokenizer)))
        if plan.start:
            load(self.network, models / plan.start)
        self.optimizer = Optimizer(self.network)
        if (work / "state.pt").exists():
            self.resume()

    def make_tokenizer(self) -> PreTrainedTokenizerFast:
        """Read the tokenizer of this run, or learn it."""
        folder = self.work / "tokenizer"
        if not folder.exists():
            n = min(self.plan.problems, 20_000)
            texts = (prompt_text(p) + p.solution for p in generate("train", n, self.plan.seed))
            train_tokenizer(texts).save_pretrained(folder)
        return load_tokenizer(folder)

    def resume(self) -> None:
        """Go on from the saved state."""
        state = torch.load(self.work / "state.pt", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load(state["optimizer"])
        self.step, self.tokens = state["step"], state["tokens"]
        print(f"resumed at step {self.step}", flush=True)

    def save(self) -> None:
        """Write the state; a crash while writing leaves the older one."""
        fresh = self.work / "state.new"
        state = {"network": self.network.state_dict(), "optimizer": self.optimizer.state()}
        torch.save(state | {"step": self.step, "tokens": self.tokens}, fresh)
        fresh.replace(self.work / "state.pt")

    def train(self) -> None:
        """Train to the end and write the checkpoint."""
        plan, rng = self.plan, random.Random(self.plan.seed)
        begun = time.time()
        problems = data.problem_rows(self.tokenizer, plan.problems, plan.seed, plan.programs)
        drills = [data.drill_row(self.tokenizer, rng) for _ in range(max(plan.rows, plan.problems // 4))]
        print(f"data: {len(problems)} problems in {time.time() - begun:.0f} s", flush=True)
        begun, first, running = time.time(), self.tokens, 0.0
        stream = data.batches(problems, drills, plan.drills, plan.rows, rng)
        for tokens, weights in islice(stream, self.step, None):  # a resumed run skips what it has seen
            if self.step == plan.steps:
                break
            loss = loss_of(self.network, tokens, weights)
            loss.backward()
            self.optimizer.step(plan.rate(self.step))
            self.step += 1
            self.tokens += tokens.numel()
            running = loss.item() if not running else 0.98 * running + 0.02 * loss.item()
            if self.step % 50 == 0:
                speed = (self.tokens - first) / (time.time() - begun)
                print(
                    f"step {self.step}/{plan.steps} loss {running:.3f} rate {plan.rate(self.step):.2f} "
                    f"{self.tokens / 1e6:.2f} M tokens, {speed:.0f}/s, CPU {time.process_time() / 60:.1f} min",
                    flush=True,
                )
            if self.step % max(1, plan.steps // plan.checks) == 0:
                self.check()
            if self.step % SAVE_EVERY == 0:
                self.save()
        export.write(self.network, self.tokenizer, self.models / plan.name)

    def check(self) -> None:
        """Print the accuracy on a few dev problems; keep a copy of the checkpoint."""
        problems = list(generate("dev", self.plan.checked, 0))
        model = export.to_transformers(self.network, self.tokenizer)
        greedy = evaluate.score(model, self.tokenizer, problems, 0.0)
        sampled = evaluate.score(model, self.tokenizer, problems, 1.0)
        print(f"dev greedy {greedy}\ndev T=1 {sampled}", flush=True)
        if self.plan.programs:
            written = evaluate.score_programs(model, self.tokenizer, problems, 1.0)
            print(f"dev programs, T=1: {written:.1%} right", flush=True)
        export.write(self.network, self.tokenizer, self.work / f"at_{self.step}")


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a few steps on a little data")
    parser.add_argument("--only", choices=[plan.name for plan in PLANS], help="one of the two runs")
    parser.add_argument("--out", type=Path, default=None, help="folder for the checkpoints")
    parser.add_argument("--work", type=Path, default=Path("build/word_problems"), help="folder for the states")
    parser.add_argument("--steps", type=int, default=None)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch) if args.smoke else args.work
        out = args.out or (work / "models" if args.smoke else MODELS)
        for plan in PLANS:
            if args.only not in (None, plan.name):
                continue
            plan = smoke(plan) if args.smoke else plan  # noqa: PLW2901  # the same one, smaller
            plan = replace(plan, steps=args.steps) if args.steps else plan  # noqa: PLW2901
            Run(plan, work / plan.name, out).train()
            print(f"wrote {out / plan.name}")


if __name__ == "__main__":
    main()
