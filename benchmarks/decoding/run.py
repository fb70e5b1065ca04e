"""What verification costs a decode step: off, inline, in a worker process; paired in one run.

    python benchmarks/decoding/run.py [--rounds 7] [--batch 32] [--n 64] [--out FILE.json]

The policy only flags, so all arms decode the same tokens and only the checking differs. Prints milliseconds a forward
pass, median and range over rounds, and the ratio to the arm without verification, round by
round.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from pathlib import Path
from statistics import median

import torch

from verifirst.bench.benchmark import held_out
from verifirst.bench.word_problems import prompt_text
from verifirst.engines.transformers import LocalEngine, Request
from verifirst.policy import OnRefuted, Policy
from verifirst.verifier import Verifier


def measure(engine: LocalEngine, requests: list[Request]) -> float:
    """Milliseconds a forward pass, everything between passes included."""
    passes, start = engine.forward_passes, time.perf_counter()
    engine.generate(requests)
    return 1000 * (time.perf_counter() - start) / (engine.forward_passes - passes)


def main() -> None:
    """Run the arms in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--n", type=int, default=64)
    parser.add_argument("--model", default="first_light")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    factory = partial(Verifier, enforce=("DG",))
    policy = Policy(on_refuted=OnRefuted.FLAG)
    build = partial(LocalEngine, options.model, verifier=factory, policy=policy, batch_size=options.batch)
    problems = held_out(options.n, seed=1)
    times: dict[str, list[float]] = {"off": [], "inline": [], "process": []}
    with build(workers=0) as inline, build(workers=1) as process:
        arms = {"off": (inline, False), "inline": (inline, True), "process": (process, True)}
        for round_ in range(options.rounds + 1):
            for name, (engine, enforce) in arms.items():
                requests = [
                    Request(prompt_text(p), problem=p.text, temperature=1.0, seed=i, max_tokens=128, enforce=enforce)
                    for i, p in enumerate(problems)
                ]
                taken = measure(engine, requests)
                if round_:  # the first round warms up
                    times[name].append(taken)
    result = {
        name: {
            "ms_per_step": median(taken),
            "range": [min(taken), max(taken)],
            "ratio_to_off": median(a / b for a, b in zip(taken, times["off"], strict=True)),
        }
        for name, taken in times.items()
    }
    result["settings"] = {"rounds": options.rounds, "batch": options.batch, "n": options.n, "model": options.model}
    text = json.dumps(result, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
