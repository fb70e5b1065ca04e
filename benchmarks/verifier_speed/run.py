"""What verification costs a step: the whole verifier and its stages, over labelled sets.

    python benchmarks/verifier_speed/run.py DATA_FOLDER [--sets NAME ...] [--traces N] [--rounds N] [--write]

``DATA_FOLDER`` holds ``SET.jsonl.gz`` with the fields problem and steps (as for ``verifirst
bench labels``). Each round is a process of its own that has seen other traces of the sets and
none of those it times: nothing is remembered from an earlier round. The time of a step is the
least of its rounds, in CPU time of the thread. ``extract`` reads claims, ``establish`` takes
facts in, ``judge`` is what is left of ``check``; ``open`` reads a problem.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from verifirst.claims import establish, extract
from verifirst.core.budget import Budget
from verifirst.core.step import Step
from verifirst.errors import BudgetExceeded
from verifirst.verifier import WORK_PER_STEP, Ledger, Verifier

HERE = Path(__file__).parent
SETS = ["processbench_gsm8k", "processbench_math", "processbench_olympiadbench", "processbench_omnimath"]
WARM = 20  # traces of each set that warm a round up
STAGES = ("check", "extract", "establish")
Traces = list[dict[str, Any]]


def main() -> None:
    """Measure, print, and write when asked."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--sets", nargs="+", default=SETS)
    arguments.add_argument("--traces", type=int, default=100)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--write", action="store_true")
    options = arguments.parse_args()
    load = os.getloadavg()[0]
    result = measure([options.data / f"{name}.jsonl.gz" for name in options.sets], options.traces, options.rounds)
    result["machine"] = (
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load before the run {load:.1f} (quiet: below 1)"
    )
    result["command"] = f"python benchmarks/verifier_speed/run.py DATA_FOLDER --traces {options.traces} --write"
    print(json.dumps(result, indent=1))
    if options.write:
        (HERE.parent / "results/verifier_speed.json").write_text(json.dumps(result, indent=1) + "\n")


def measure(files: list[Path], traces: int, rounds: int) -> dict[str, Any]:
    """Microseconds a step, by set and by stage."""
    best: dict[str, dict[str, list[int]]] = {}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for _ in range(rounds):
            for stage in (*STAGES, "open"):
                for name, times in pool.submit(_round, files, traces, stage).result().items():
                    known = best.setdefault(name, {}).get(stage, times)
                    best[name][stage] = [min(pair) for pair in zip(known, times, strict=True)]
    for stages in best.values():
        parts = zip(*(stages[stage] for stage in STAGES), strict=True)
        stages["judge"] = [max(0, whole - reading - facts) for whole, reading, facts in parts]
    everything = {stage: [t for stages in best.values() for t in stages[stage]] for stage in next(iter(best.values()))}
    return {
        "us_per_step": {name: _spread(stages["check"]) for name, stages in {**best, "all": everything}.items()},
        "us_per_step_by_stage": {stage: _spread(everything[stage]) for stage in ("extract", "judge", "establish")},
        "us_per_problem_opened": _spread(everything["open"]),
    }


def _round(files: list[Path], traces: int, stage: str) -> dict[str, list[int]]:
    """Nanoseconds of ``stage`` for each step (each problem, for ``open``) of each set."""
    verifier = Verifier()
    rows = {path.name.partition(".")[0]: _rows(path, traces + WARM) for path in files}
    for found in rows.values():
        _times(verifier, found[traces:], stage)
    return {name: _times(verifier, found[:traces], stage) for name, found in rows.items()}


def _rows(path: Path, count: int) -> Traces:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line, _ in zip(lines, range(count), strict=False)]


def _times(verifier: Verifier, rows: Traces, stage: str) -> list[int]:
    found: list[int] = []
    for row in rows:
        began = time.thread_time_ns()
        ledger = Ledger.open(verifier, row["problem"])
        if stage == "open":
            found.append(time.thread_time_ns() - began)
            continue
        for index, text in enumerate(map(str.strip, row["steps"])):
            step = Step(index, 0, len(text), len(text), text)
            found.append(_timed(_part(stage, ledger, step)))
            ledger.push(step)
    return found


def _part(stage: str, ledger: Ledger, step: Step) -> Callable[[], object]:
    """The part of ``ledger.push(step)`` to time; what it needs is worked out before."""
    if stage == "check":
        return lambda: ledger.verifier.check(step, ledger.problem, ledger.facts)
    if stage == "extract":
        return lambda: extract(step.text, Budget(WORK_PER_STEP))
    report = ledger.verifier.check(step, ledger.problem, ledger.facts)
    claims = extract(step.text, Budget(WORK_PER_STEP))
    return lambda: establish(step, claims, report.verdicts, ledger.facts)


def _timed(work: Callable[[], object]) -> int:
    began = time.thread_time_ns()
    with suppress(BudgetExceeded):  # that ends the stage, and counts
        work()
    return time.thread_time_ns() - began


def _spread(nanoseconds: list[int]) -> dict[str, float]:
    ordered = sorted(nanoseconds)
    at = {name: ordered[len(ordered) * percent // 100] for name, percent in (("p50", 50), ("p90", 90), ("p99", 99))}
    spread = {"n": len(ordered), "mean": sum(ordered) / len(ordered) / 1000, "max": ordered[-1] / 1000}
    return {name: round(value, 1) for name, value in (spread | {k: v / 1000 for k, v in at.items()}).items()}


if __name__ == "__main__":
    main()
