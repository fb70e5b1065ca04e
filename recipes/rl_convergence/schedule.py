"""Runs trials in processes of their own and appends their rows to a file; what is in the file is skipped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from recipes.rl_convergence.config import Plan
from recipes.rl_convergence.trial import Row, Trial, run
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Work = Callable[[Trial, Plan], list[Row]]


def seed_major(arms: Sequence[str], seeds: int, plan: Plan) -> list[Trial]:
    """Every arm of one seed before the next seed, so that a stopped experiment is balanced."""
    order = range(plan.first_seed, plan.first_seed + seeds)
    return [Trial(arm, seed, plan.rate(arm)) for seed in order for arm in ("start", *arms)]


def sweep(arms: Sequence[str], rates: Sequence[float], seed: int) -> list[Trial]:
    """Each arm at each learning rate, on a seed that the main runs do not use."""
    return [Trial(arm, seed, rate) for rate in rates for arm in arms]


def run_all(trials: Sequence[Trial], plan: Plan, out: Path, jobs: int, work: Work = run) -> None:
    """Run what ``out`` does not hold yet; a row a line, a whole run at a time.

    A run that fails costs none of the others: the first failure is raised when all have ended.
    """
    check_plan(plan, out)
    done = {row["run"] for row in read(out)}
    todo = [trial for trial in trials if trial.name not in done]
    console = Console(stderr=True)
    console.print(f"{len(trials) - len(todo)} of {len(trials)} runs are in {out}")
    bars = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        Progress(*bars, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as progress,
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
    ):
        task = progress.add_task("runs", total=len(todo))
        futures: list[Future[list[Row]]] = [pool.submit(work, trial, plan) for trial in todo]
        for future in as_completed(futures):
            if future.exception() is not None:
                continue
            rows = future.result()
            append(out, rows)
            progress.console.print(headline(rows))
            progress.advance(task)
    for future in futures:
        future.result()


def check_plan(plan: Plan, out: Path) -> None:
    """One results file, one plan: refuse to mix."""
    out.parent.mkdir(parents=True, exist_ok=True)
    record = out.with_suffix(".plan.json")
    spelled = json.dumps(asdict(plan), indent=2) + "\n"
    if record.exists() and record.read_text() != spelled:
        raise SystemExit(f"{out} holds runs of another plan ({record}); give --results another folder")
    record.write_text(spelled)


def read(path: Path) -> list[Row]:
    """All rows; none where there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def append(path: Path, rows: Iterable[Row]) -> None:
    """Add rows, in one write."""
    text = "".join(json.dumps(row) + "\n" for row in rows)
    with path.open("a") as file:
        file.write(text)


def headline(rows: Sequence[Row]) -> str:
    """The last evaluations of a run, for people."""
    last = [row for row in rows[-8:] if row.get("part") == "all" and row["temperature"]]
    figures = ", ".join(
        f"{row['mode']} clean {row['clean'] / row['n']:.1%}, spurious {row['spurious'] / max(1, row['correct']):.1%}"
        for row in last
    )
    return f"{rows[0]['run']}: {figures}, {rows[-1]['tokens']} tokens, {rows[-1]['cpu']:.0f} CPU s"
