"""Masks, rollback, and both: right answers, spurious ones and tokens on the held-out word problems, paired.

    python benchmarks/kernels/masking.py --n 400 --out benchmarks/results/masking.json

Every arm sees the same problems and random numbers. ``off`` samples freely, ``mask`` forbids
wrong results while they are written and verifies nothing, ``rollback`` verifies steps and
rolls back, ``both`` does both.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

from verifirst.bench.arms import Sampling, run
from verifirst.bench.benchmark import ENFORCE, POLICY, SETTINGS, held_out
from verifirst.decoding import Settings
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


def main() -> None:
    """Run the arms and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=400)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--model", default="first_light")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    problems, sampling = held_out(args.n, seed=0), Sampling(args.temperature, 0)
    found = {}
    for name, (verifier, policy, settings, enforce) in ARMS.items():
        found[name] = arm(args.model, verifier, policy, settings, sampling, problems, enforce=enforce)
        print(name, found[name], flush=True)
    if args.out:
        command = (
            f"python benchmarks/kernels/masking.py --n {args.n} --temperature {args.temperature} --model {args.model}"
        )
        args.out.write_text(json.dumps({"command": command, "arms": found}, indent=2) + "\n")


def arm(model, verifier, policy: Policy, settings: Settings, sampling, problems, *, enforce) -> dict[str, float]:  # noqa: ANN001
    """Shares of all problems, spurious ones of the right answers, tokens sampled a problem."""
    with LocalEngine(model, verifier=verifier, workers=0, policy=policy, settings=settings, batch_size=64) as engine:
        rows = run(engine, problems, 0, sampling, enforce=enforce)
    right = sum(row.correct for row in rows)
    return {
        "right": round(right / len(rows), 4),
        "clean": round(sum(row.correct and not row.spurious for row in rows) / len(rows), 4),
        "spurious": round(sum(row.spurious for row in rows) / max(1, right), 4),
        "exhausted": round(sum(row.exhausted for row in rows) / len(rows), 4),
        "refused": round(sum(row.refused for row in rows) / len(rows), 3),
        "tokens": round(sum(row.tokens for row in rows) / len(rows), 1),
    }


if __name__ == "__main__":
    main()
