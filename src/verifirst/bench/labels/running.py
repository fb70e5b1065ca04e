"""Judge many labelled solutions, in this process or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.judging import Settings, Solution, judge
from verifirst.solvers.pool import Failure, WorkerPool

CHUNK = 24  # solutions a job: some tens of milliseconds
GUARD_S = 600.0  # wall-clock guard of one job, for a loaded machine; budgets bound a step long before
Lost = tuple[Labelled, str]
"""A solution whose worker died or was killed, and why."""


def judge_all(
    settings: Settings, solutions: Sequence[Labelled], *, jobs: int = 1
) -> Iterator[tuple[list[Solution], list[Lost]]]:
    """Batches as they are done, in any order; ``jobs`` > 1 judges in that many processes.

    Raises :class:`verifirst.errors.ConfigError` where the settings name unknown rules.
    """
    verifier = settings.verifier()
    chunks = [solutions[at : at + CHUNK] for at in range(0, len(solutions), CHUNK)]
    if jobs == 1:
        yield from (([judge(verifier, solution) for solution in chunk], []) for chunk in chunks)
    else:
        yield from _pooled(settings, chunks, jobs)


def _start(settings: Settings) -> Callable[[Sequence[Labelled]], list[Solution]]:
    verifier = settings.verifier()
    return lambda chunk: [judge(verifier, solution) for solution in chunk]


def _pooled(
    settings: Settings, chunks: Sequence[Sequence[Labelled]], jobs: int
) -> Iterator[tuple[list[Solution], list[Lost]]]:
    with WorkerPool(partial(_start, settings), workers=jobs, timeout_s=GUARD_S) as pool:
        sent = {pool.submit(str(number), chunk).id: chunk for number, chunk in enumerate(chunks)}
        while sent:
            pool.wait()
            for job, result in pool.drain():
                chunk = sent.pop(job)
                if not isinstance(result, Failure):
                    yield result, []
                elif len(chunk) == 1:
                    yield [], [(chunk[0], f"{result.reason.value}: {result.message}")]
                else:  # one of them ended the worker: find out which
                    alone = {pool.submit(f"{job}.{at}", [one]).id: [one] for at, one in enumerate(chunk)}
                    sent.update(alone)
