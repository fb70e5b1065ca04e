"""Check lines in several processes: in order, in constant memory, and past a worker that dies."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from verifirst.report.checking import Checker, Outcome, Settings
from verifirst.report.inputs import Line
from verifirst.report.traces import Malformed
from verifirst.solvers.pool import Failure, WorkerPool
from verifirst.stream import failed

CHUNK_BYTES = 128 * 2**10  # lines travel to a worker in chunks of about this size
CHUNKS_PER_JOB = 4  # in flight for each worker: what bounds memory
GUARD_S = 300.0  # wall-clock guard of one chunk; verdicts are bounded by work budgets long before


def check_lines(settings: Settings, lines: Iterable[Line], *, jobs: int = 1) -> Iterator[Outcome]:
    """The outcome of each line, in order; ``jobs`` > 1 judges in that many processes.

    Raises ConfigError where the settings name unknown rules.
    """
    checker = Checker(settings)
    if jobs == 1:
        yield from checker.outcomes(lines)
        return
    with WorkerPool(partial(_start, settings), workers=jobs, timeout_s=GUARD_S) as pool:
        run = _Run(pool, checker)
        for chunk in _chunks(lines):
            run.submit(chunk)
            if len(run.pending) > CHUNKS_PER_JOB * jobs:
                yield from run.take()
        while run.pending:
            yield from run.take()


def _start(settings: Settings) -> Callable[[list[Line]], list[Outcome]]:
    checker = Checker(settings)
    return lambda lines: list(checker.outcomes(lines))


def _chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line.raw)
        if size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@dataclass(slots=True)
class _Run:
    """Chunks on their way through the pool, oldest first."""

    pool: WorkerPool
    checker: Checker
    pending: deque[tuple[int, list[Line]]] = field(default_factory=deque)
    _results: dict[int, list[Outcome] | Failure] = field(default_factory=dict)
    _keys: count[int] = field(default_factory=count)

    def submit(self, chunk: list[Line]) -> None:
        """Hand ``chunk`` to a worker."""
        self.pending.append((self._send(chunk), chunk))

    def take(self) -> Iterator[Outcome]:
        """The outcomes of the oldest chunk; waits for them."""
        ticket, chunk = self.pending.popleft()
        result = self._wait(ticket)
        if not isinstance(result, Failure):
            yield from result
        elif len(chunk) == 1:
            yield self._unjudged(chunk[0], result)
        else:
            for line in chunk:  # one of them killed the worker: find out which
                alone = self._wait(self._send([line]))
                yield self._unjudged(line, alone) if isinstance(alone, Failure) else alone[0]

    def _send(self, chunk: list[Line]) -> int:
        key = str(next(self._keys))
        ticket = self.pool.submit(key, chunk).id
        self.pool.forget(key)
        return ticket

    def _wait(self, ticket: int) -> list[Outcome] | Failure:
        while ticket not in self._results:
            self.pool.wait()
            self._results.update(self.pool.drain())
        return self._results.pop(ticket)

    def _unjudged(self, line: Line, failure: Failure) -> Outcome:
        """A line whose worker was lost: each of its steps is UNKNOWN, for that reason."""
        found = self.checker.parse(line)
        if isinstance(found, Malformed):
            return self.checker.outcome(found)
        return self.checker.present(found, [failed(step, failure) for step in self.checker.steps(found)])
