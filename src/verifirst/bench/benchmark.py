"""``verifirst bench word-problems``: verification off, on, and whole-solution rejection, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from verifirst.bench.arms import Sampling, reject_whole_solutions, run
from verifirst.bench.outcome import Outcome, change, summary
from verifirst.bench.word_problems import Problem, generate
from verifirst.decoding import Release, Settings
from verifirst.engines.transformers import LocalEngine
from verifirst.errors import ConfigError
from verifirst.verifier import Verifier

ENFORCE = ("DG",)  # preview rules that the benchmark opts into: the shipped model always shows its operands
CHUNKS = 8  # the arms take turns chunk by chunk, so that a noisy machine is noisy for all
Progress = Callable[[int, int], None]


def held_out(n: int, seed: int) -> list[Problem]:
    """``n`` held-out problems: half with unseen numbers, half with unseen templates, in turn."""
    numbers = list(generate("heldout-numbers", (n + 1) // 2, seed))
    templates = list(generate("heldout-templates", n // 2, seed))
    mixed = [problem for pair in zip(numbers, templates, strict=False) for problem in pair]
    return (mixed + numbers[len(templates) :])[:n]


def word_problems(
    *,
    n: int = 200,
    temperature: float = 1.0,
    seed: int = 0,
    model: str | Path = "first_light",
    batch_size: int = 64,
    workers: int = 0,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the benchmark; JSON-ready.

    ``progress`` is called with (problems done, problems in all), three arms to a problem.
    Raises :class:`ConfigError` when ``n`` is not positive.
    """
    if n < 1:
        raise ConfigError(f"n must be at least 1, found {n}")
    problems = held_out(n, seed)
    sampling = Sampling(temperature, seed)
    factory = partial(Verifier, enforce=ENFORCE)
    settings = settings or Settings(release=Release.END)
    outcomes: dict[str, list[Outcome]] = {"off": [], "on": [], "whole_solution_rejection": []}
    pace: dict[str, list[float]] = {name: [] for name in outcomes}
    with LocalEngine(model, verifier=factory, settings=settings, batch_size=batch_size, workers=workers) as engine:
        verifier = factory()
        size = -(-n // CHUNKS)
        for first in range(0, n, size):
            chunk = problems[first : first + size]
            budget = 0
            for name in outcomes:
                before, passes = time.perf_counter(), engine.forward_passes
                if name == "whole_solution_rejection":
                    rows = reject_whole_solutions(engine, verifier, chunk, first, sampling, budget)
                else:
                    rows = run(engine, chunk, first, sampling, enforce=name == "on")
                    budget = sum(row.tokens for row in rows)
                pace[name].append(1000 * (time.perf_counter() - before) / max(1, engine.forward_passes - passes))
                outcomes[name].extend(rows)
                if progress is not None:
                    progress(
                        len(outcomes[name]) + sum(len(o) for o in outcomes.values() if o is not outcomes[name]), 3 * n
                    )
    result: dict[str, Any] = {name: summary(rows, pace[name]) for name, rows in outcomes.items()}
    result["change"] = change(outcomes["off"], outcomes["on"])
    result["settings"] = {"n": n, "temperature": temperature, "seed": seed, "model": str(model), "enforce": ENFORCE}
    return result
