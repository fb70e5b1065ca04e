"""``verifirst bench word-problems``: verification off, on, and whole-solution rejection, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from verifirst.bench.agreement import Agreement
from verifirst.bench.arms import Sampling, reject_whole_solutions, run
from verifirst.bench.consistency import ARMS as VOTING
from verifirst.bench.consistency import Agreeing
from verifirst.bench.outcome import Outcome, change, summary
from verifirst.bench.word_problems import Problem, generate
from verifirst.decoding import Release, Settings
from verifirst.engines.transformers import LocalEngine
from verifirst.errors import ConfigError
from verifirst.policy import OnUnknown, Policy
from verifirst.verifier import Verifier

ENFORCE = ("DG",)  # preview rules that the benchmark opts into: the shipped model always shows its operands
POLICY = Policy(on_unknown=OnUnknown.STRICT)  # for the same reason: each of its steps can be decided
SETTINGS = Settings(release=Release.END, retry_temperature=0.5)
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
    consistency: Agreeing | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the benchmark; JSON-ready.

    ``consistency`` adds the arms of agreement, calibrated on other problems first.
    ``progress`` is called with (problems done, problems in all), ``arms_of(consistency)`` to a problem.
    Raises :class:`ConfigError` when ``n`` is not positive.
    """
    if n < 1:
        raise ConfigError(f"n must be at least 1, found {n}")
    problems = held_out(n, seed)
    sampling = Sampling(temperature, seed)
    factory = partial(Verifier, enforce=ENFORCE)
    settings = settings or SETTINGS
    size = -(-n // CHUNKS)
    arms = {"off": Arm(), "on": Arm(), "whole_solution_rejection": Arm()}
    with LocalEngine(
        model, verifier=factory, policy=POLICY, settings=settings, batch_size=batch_size, workers=workers
    ) as engine:
        verifier = factory()
        conditions = {"model": str(model), "temperature": temperature, "enforce": list(ENFORCE)}
        agreement = None if consistency is None else Agreement(engine, verifier, sampling, consistency, conditions)
        for first in range(0, n, size):
            chunk = problems[first : first + size]
            with arms["off"].timed(engine) as rows:
                rows.extend(run(engine, chunk, first, sampling, enforce=False))
            with arms["on"].timed(engine) as rows:
                rows.extend(run(engine, chunk, first, sampling, enforce=True))
            budget = sum(row.tokens for row in rows)
            with arms["whole_solution_rejection"].timed(engine) as rows:
                rows.extend(reject_whole_solutions(engine, verifier, chunk, first, sampling, budget))
            if agreement is not None:
                agreement.vote(chunk, first)
            if progress is not None:
                progress(arms_of(consistency) * min(n, first + size), arms_of(consistency) * n)
        shifted = None if agreement is None else agreement.shifted(problems)
    result: dict[str, Any] = {name: summary(arm.outcomes, arm.pace) for name, arm in arms.items()}
    result["change"] = change(arms["off"].outcomes, arms["on"].outcomes)
    result["change_to_rejection"] = change(arms["whole_solution_rejection"].outcomes, arms["on"].outcomes)
    if agreement is not None:
        result |= agreement.summary(arms["off"].outcomes) | {"shifted": shifted}
    result["settings"] = {
        "n": n,
        "temperature": temperature,
        "seed": seed,
        "model": str(model),
        "enforce": ENFORCE,
        "on_unknown": POLICY.on_unknown,
        "decoder": asdict(settings),
        "batch_size": batch_size,
        "workers": workers,
        "consistency": None if consistency is None else repr(consistency),
    }
    return result


def arms_of(consistency: Agreeing | None) -> int:
    """How many arms a run has."""
    return 3 if consistency is None else 3 + len(VOTING)


@dataclass(slots=True)
class Arm:
    """One arm's outcomes, and its milliseconds a forward pass for each chunk."""

    outcomes: list[Outcome] = field(default_factory=list)
    pace: list[float] = field(default_factory=list)

    @contextmanager
    def timed(self, engine: LocalEngine) -> Iterator[list[Outcome]]:
        """Collect one chunk's outcomes and time it."""
        rows: list[Outcome] = []
        before, passes = time.perf_counter(), engine.forward_passes
        yield rows
        self.pace.append(1000 * (time.perf_counter() - before) / max(1, engine.forward_passes - passes))
        self.outcomes += rows
