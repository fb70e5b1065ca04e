"""Masks, rollback, and both: right answers, spurious ones and tokens on the held-out word problems, paired.

    python benchmarks/kernels/masking.py --n 400 --out benchmarks/results/masking.json

Every arm sees the same problems and random numbers. ``off`` samples freely, ``mask`` forbids
wrong results while they are written and verifies nothing, ``rollback`` verifies steps and
rolls back, ``both`` does both.
"""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from verifirst.bench.arms import Sampling, run
from verifirst.bench.benchmark import ENFORCE, POLICY, SETTINGS, Arm, held_out
from verifirst.engines.transformers import LocalEngine
from verifirst.policy import Policy
from verifirst.verifier import Verifier

ACCEPT_ALL, RULES = partial(Verifier, []), partial(Verifier, enforce=ENFORCE)
ARMS = {
    "off": (ACCEPT_ALL, Policy(), SETTINGS, False),
    "mask": (ACCEPT_ALL, Policy(), replace(SETTINGS, mask=True), True),
    "rollback": (RULES, POLICY, SETTINGS, True),
    "both": (RULES, POLICY, replace(SETTINGS, mask=True), True),
}


CHUNK = 50  # the arms take turns, so that a noisy machine is noisy for all


def main() -> None:
    """Run the arms by turns and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=400)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--model", default="first_light")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    problems, sampling = held_out(args.n, seed=0), Sampling(args.temperature, 0)
    arms = {name: Arm() for name in ARMS}
    with ExitStack() as stack:
        engines = {
            name: stack.enter_context(
                LocalEngine(args.model, verifier=verifier, workers=0, policy=policy, settings=settings, batch_size=64)
            )
            for name, (verifier, policy, settings, _) in ARMS.items()
        }
        for first in range(0, len(problems), CHUNK):
            for name, (*_, enforce) in ARMS.items():
                with arms[name].timed(engines[name]) as rows:
                    rows.extend(run(engines[name], problems[first : first + CHUNK], first, sampling, enforce=enforce))
    found = {name: figures(arm) for name, arm in arms.items()}
    for name, figure in found.items():
        print(name, figure, flush=True)
    if args.out:
        command = (
            f"python benchmarks/kernels/masking.py --n {args.n} --temperature {args.temperature} --model {args.model}"
        )
        args.out.write_text(json.dumps({"command": command, "arms": found}, indent=2) + "\n")


def figures(arm: Arm) -> dict[str, Any]:
    """Shares of all problems, spurious ones of the right answers, tokens sampled a problem, ms a forward pass.

    ``arithmetic``: problems whose first wrong step is a wrong result, by the generator's oracle.
    """
    rows = arm.outcomes
    right = sum(row.correct for row in rows)
    return {
        "right": round(right / len(rows), 4),
        "clean": round(sum(row.correct and not row.spurious for row in rows) / len(rows), 4),
        "spurious": round(sum(row.spurious for row in rows) / max(1, right), 4),
        "arithmetic": round(sum(row.error == "arithmetic" for row in rows) / len(rows), 4),
        "exhausted": round(sum(row.exhausted for row in rows) / len(rows), 4),
        "refused": round(sum(row.refused for row in rows) / len(rows), 3),
        "tokens": round(sum(row.tokens for row in rows) / len(rows), 1),
        "ms_per_pass": round(median(arm.pace), 2),
        "ms_per_pass_range": [round(min(arm.pace), 2), round(max(arm.pace), 2)],
    }


if __name__ == "__main__":
    main()
