"""Run checkers over labelled steps: in killable processes, with a deadline for each step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.baselines.checkers import BASELINES, Baseline
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.judging import Place, place
from verifirst.bench.labels.tally import Tally
from verifirst.errors import ConfigError
from verifirst.solvers.pool import Failure, WorkerPool

DEADLINE_S = 10.0
OURS = "verifirst"


@dataclass(slots=True)
class Score:
    """One checker over good and first-error steps; every field but ``ns`` counts steps.

    ``excused``: flagged good steps that somebody read and found wrong, whatever rule was at
    issue. ``killed``: steps not done by the deadline, or on which the process died.
    """

    name: str
    good: int = 0
    errors: int = 0
    decided: int = 0
    flagged_good: int = 0
    excused: int = 0
    caught: int = 0
    killed: int = 0
    ns: list[int] = field(default_factory=list)

    @property
    def false(self) -> int:
        """Good steps refuted that nobody found wrong."""
        return self.flagged_good - self.excused

    @property
    def precision(self) -> float | None:
        """Refuted steps that are wrong, of all refuted; None where nothing is refuted."""
        refuted = self.flagged_good + self.caught
        return 1 - self.false / refuted if refuted else None

    @property
    def recall(self) -> float | None:
        """First-error steps refuted, None where there are none."""
        return self.caught / self.errors if self.errors else None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; times in microseconds a step."""
        ordered = sorted(self.ns)
        return {
            "good": self.good,
            "errors": self.errors,
            "decided": self.decided,
            "flagged_good": self.flagged_good,
            "false": self.false,
            "caught": self.caught,
            "killed": self.killed,
            "precision": self.precision,
            "recall": self.recall,
            "us_per_step": {
                "p50": ordered[len(ordered) // 2] / 1000 if ordered else None,
                "mean": sum(ordered) / len(ordered) / 1000 if ordered else None,
            },
        }

    @classmethod
    def ours(cls, tally: Tally) -> Score:
        """The verifier's own figures, on the same steps."""
        return cls(
            OURS,
            good=tally["good"],
            errors=tally["errors"],
            decided=tally["good_decided"] + tally["errors_decided"],
            flagged_good=tally["good_flagged"],
            excused=tally["good_flagged"] - tally["good_false"],
            caught=tally["caught"],
            ns=tally.ns,
        )


def chosen(names: Sequence[str]) -> list[Baseline]:
    """The baselines by name, ``all`` for every one; raises :class:`ConfigError`."""
    wanted = list(BASELINES) if "all" in names else list(names)
    if missing := [name for name in wanted if name not in BASELINES]:
        known = ", ".join(BASELINES)
        raise ConfigError(f"--baselines names no checker: {', '.join(missing)}; checkers: {known}, all")
    return [BASELINES[name] for name in wanted]


def steps(solutions: Sequence[Labelled]) -> Iterator[tuple[Labelled, int]]:
    """Every good and every first-error step that holds any text."""
    for labelled in solutions:
        for index in range(len(labelled.steps) if labelled.first_error is not None else 0):
            if labelled.text(index) and place(labelled, index) is not Place.LATER:
                yield labelled, index


def score(
    baseline: Baseline,
    solutions: Sequence[Labelled],
    adjudications: Adjudications,
    *,
    jobs: int = 1,
    deadline_s: float = DEADLINE_S,
    progress: Callable[[int], None] = lambda _: None,
) -> Score:
    """Run ``baseline`` over the steps; ``progress`` hears how many more are done."""
    result = Score(baseline.name)
    with WorkerPool(partial(_start, baseline.start), workers=jobs, timeout_s=deadline_s) as pool:
        sent: dict[int, tuple[Labelled, int]] = {}
        for number, (labelled, index) in enumerate(steps(solutions)):
            sent[pool.submit(str(number % jobs), labelled.text(index)).id] = (labelled, index)
            if len(sent) >= 1000 * jobs:
                progress(_take(pool, sent, adjudications, result))
        while sent:
            progress(_take(pool, sent, adjudications, result))
    return result


def _start(start: Callable[[], Callable[[str], bool | None]]) -> Callable[[str], tuple[bool | None, int]]:
    check = start()

    def timed(text: str) -> tuple[bool | None, int]:
        began = time.thread_time_ns()
        answer = check(text)
        return answer, time.thread_time_ns() - began

    return timed


def _take(pool: WorkerPool, sent: dict[int, tuple[Labelled, int]], adjudications: Adjudications, result: Score) -> int:
    """Wait for answers and count them; how many came."""
    pool.wait()
    done = pool.drain()
    for job, answer in done:
        labelled, index = sent.pop(job)
        good = place(labelled, index) is Place.GOOD
        result.good += good
        result.errors += not good
        if isinstance(answer, Failure):
            result.killed += 1
            continue
        holds, ns = answer
        result.ns.append(ns)
        result.decided += holds is not None
        if holds is False:
            result.flagged_good += good
            result.caught += not good
            result.excused += good and adjudications.excuse(labelled.set, labelled.id, index)
    return len(done)
