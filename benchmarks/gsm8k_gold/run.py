"""Speed on the gold solutions of GSM8K, beside Math-Verify on the same equations.

    python benchmarks/gsm8k_gold/run.py GSM8K_GOLD.jsonl.gz [--equations N] [--rounds N] [--write]

Data: openai/grade-school-math (MIT); fields id, problem, steps, solution. What extraction finds
there, and what is refuted, ``verifirst bench labels`` says.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import platform
import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from verifirst.claims import Equation, extract
from verifirst.core.budget import Budget
from verifirst.core.step import Step
from verifirst.core.verdict import Status
from verifirst.verifier import Ledger, Verifier

HERE = Path(__file__).parent
Rows = list[dict[str, Any]]


def main() -> None:
    """Measure, print, and write when asked."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--equations", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    with gzip.open(options.data, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    result = {
        "speed": speed(rows, options.rounds),
        "paired": paired(rows, options.equations, options.rounds),
        "machine": f"{platform.python_implementation()} {platform.python_version()}, one process",
        "command": "python benchmarks/gsm8k_gold/run.py GSM8K_GOLD.jsonl.gz --write",
    }
    print(json.dumps(result, indent=1))
    if options.write:
        (HERE.parent / "results/gsm8k_gold.json").write_text(json.dumps(result, indent=1) + "\n")


def _traces(rows: Rows) -> list[tuple[dict[str, Any], list[Step]]]:
    return [
        (row, [Step(i, 0, len(text), len(text), text) for i, text in enumerate(map(str.strip, row["steps"]))])
        for row in rows
    ]


def speed(rows: Rows, rounds: int) -> dict[str, Any]:
    """Steps a second through ``Verifier.check`` (extraction, every built-in rule, facts).

    ``whole_run`` times all steps at a stretch, with whatever else the machine was doing.
    ``quiet`` sums, over batches of twenty traces, the fastest of many repeats: what the same
    work takes when nothing interrupts it.
    """
    verifier = Verifier()
    traces = [(Ledger.open(verifier, row["problem"]), steps) for row, steps in _traces(rows)]
    count = sum(len(steps) for _, steps in traces)
    whole = [count / _seconds(lambda: _push(traces)) for _ in range(rounds)]
    some = traces[: 20 * 30]
    batches = [some[at : at + 20] for at in range(0, len(some), 20)]
    fastest = sum(min(_seconds(lambda b=batch: _push(b)) for _ in range(8 * rounds)) for batch in batches)
    quiet = sum(len(steps) for _, steps in some) / fastest
    return {
        "steps": count,
        "whole_run_steps_per_second": _spread(whole),
        "quiet_steps_per_second": round(quiet),
        "quiet_us_per_step": round(1e6 / quiet, 1),
    }


def _push(traces: list[tuple[Ledger, list[Step]]]) -> None:
    for ledger, steps in traces:
        ledger.rollback(0)
        for step in steps:
            ledger.push(step)


def paired(rows: Rows, count: int, rounds: int) -> dict[str, Any]:
    """Ours and Math-Verify on the same equations, in turn: ours, theirs, ours, theirs."""
    from math_verify import parse, verify  # noqa: PLC0415  # only this comparison needs it

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    equations = _equations(rows, count)
    verifier = Verifier()
    steps = [Step(0, 0, len(text), len(text), text) for text, _, _ in equations]
    facts = verifier.begin("")
    accepted: dict[str, int] = {}

    def ours() -> None:
        reports = [verifier.check(step, "", facts) for step in steps]
        accepted["ours"] = sum(report.status is Status.VERIFIED for report in reports)

    def theirs() -> None:
        answers = [verify(parse(f"${right}$"), parse(f"${left}$")) for _, left, right in equations]
        accepted["math_verify"] = sum(answers)

    rates: dict[str, list[float]] = {"ours": [], "math_verify": []}
    for _ in range(rounds):
        rates["ours"].append(count / _seconds(ours))
        rates["math_verify"].append(count / _seconds(theirs))
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["math_verify"], strict=True))
    return {
        "equations": count,
        "equations_per_second": {name: _spread(values) for name, values in rates.items()},
        "accepted": accepted,
        "median_ratio": round(ratio, 1),
    }


def _equations(rows: Rows, count: int) -> list[tuple[str, str, str]]:
    """Plain annotated equations: the text, its left side, its right side."""
    plain = re.compile(r"<<([0-9.+\-*/()]*[-+*/][0-9.+\-*/()]*)=([0-9.]+)>>")
    found = [(f"{left} = {right}", left, right) for row in rows for left, right in plain.findall(row["solution"])]
    readable = [
        equation for equation in found if isinstance((extract(equation[0], Budget(10_000)) or [0])[0], Equation)
    ]
    return random.Random(0).sample(readable, count)


def _seconds(work: Callable[[], None]) -> float:
    """CPU seconds, so that other processes on the machine count less."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _spread(rates: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(rates)), "low": round(min(rates)), "high": round(max(rates))}


if __name__ == "__main__":
    main()
