"""A verifier stream in killable worker processes."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Any, NamedTuple

from verifirst.core.before import Before
from verifirst.core.report import Report
from verifirst.core.sealed import Seal, SealedReport
from verifirst.core.step import Step
from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError
from verifirst.solvers.pool import Failure, WorkerPool
from verifirst.solvers.process import Job
from verifirst.stream.base import MAX_LEDGERS, Result, check_follows, failed
from verifirst.stream.messages import Initializer, Submitted, encode
from verifirst.verifier import Verifier

MAX_QUEUE = 1024  # steps submitted and not answered; a step beyond that is shed


class _Due(NamedTuple):
    trace_id: str
    ticket: int
    step: Step
    job: Job
    since: float  # when it was submitted, where there is a deadline


class ProcessStream:
    """Checks steps in killable worker processes.

    ``factory`` makes the verifier in each worker: a :class:`VerifierSpec`, a top-level
    function, or a partial of one. Steps of one trace stay on one worker. A step that
    takes longer than ``timeout_s`` seconds is UNKNOWN(TIMEOUT), one whose worker died twice is
    UNKNOWN(WORKER_LOST); guards are kept while the stream is drained or waited for.

    Nothing here blocks: a step submitted while ``max_queue`` are unanswered, and one that no
    worker began within ``deadline_s`` seconds, is shed: UNKNOWN(OVERLOADED). ``failures``
    counts such answers by reason. Raises ConfigError for wrong settings.
    """

    def __init__(
        self,
        factory: Callable[[], Verifier] = Verifier,
        *,
        workers: int = 1,
        timeout_s: float = 5.0,
        max_ledgers: int = MAX_LEDGERS,
        max_queue: int = MAX_QUEUE,
        deadline_s: float | None = None,
    ) -> None:
        if max_ledgers < 1 or max_queue < 1 or (deadline_s is not None and deadline_s <= 0):
            raise ConfigError(
                "max_ledgers, max_queue and deadline_s must be positive, "
                f"found {max_ledgers}, {max_queue}, {deadline_s}"
            )
        if getattr(getattr(factory, "func", factory), "__module__", None) == "__main__":
            raise ConfigError(f"{factory!r} lives in __main__; workers must be able to import it: move it to a module")
        initializer = Initializer(factory, max_ledgers)
        self._pool = WorkerPool(initializer, workers, timeout_s, max_queue=max_queue + 1, encoder=encode)
        self._max_queue = max_queue
        self._deadline_s = deadline_s
        self._due: dict[int, _Due] = {}
        self._by_trace: dict[str, set[int]] = {}
        self._oldest: deque[int] = deque()  # jobs in order of submission, where there is a deadline
        self._shed: list[Result] = []
        self._failures: Counter[Reason] = Counter()

    @property
    def pool(self) -> WorkerPool:
        """The worker pool underneath."""
        return self._pool

    @property
    def queue_depth(self) -> int:
        """Steps submitted and not answered yet."""
        return len(self._due)

    @property
    def failures(self) -> Counter[Reason]:
        """Steps that timed out, lost their worker, were shed, or met a rule that raised; read it, do not write."""
        return self._failures

    @property
    def restarts(self) -> int:
        """How often a worker process was started afresh."""
        return self._pool.restarts

    def submit(self, trace_id: str, problem: str, before: Before | None, step: Step, ticket: int) -> None:
        """Queue ``step`` for the trace's worker, or shed it where the queue is full."""
        check_follows(before, step)
        if len(self._due) >= self._max_queue:
            self._answer_overloaded(trace_id, ticket, step, f"{self._max_queue} steps were waiting")
            return
        job = self._pool.submit(trace_id, Submitted(trace_id, problem, before, step.text), send=False)
        since = 0.0
        if self._deadline_s is not None:
            since = time.monotonic()
            self._oldest.append(job.id)
        self._due[job.id] = _Due(trace_id, ticket, step, job, since)
        self._by_trace.setdefault(trace_id, set()).add(job.id)

    def flush(self) -> None:
        """Send what was submitted: each worker is woken once."""
        self._pool.flush()

    def drain(self) -> list[Result]:
        """The reports since the last drain; mostly in order of submission within a trace."""
        if not self._due and not self._shed:
            return []
        results: list[Result] = []
        for job_id, outcome in self._pool.drain():
            due = self._due.pop(job_id)
            self._by_trace[due.trace_id].discard(job_id)
            results.append((due.trace_id, due.ticket, self._report(due.step, outcome)))
        if self._deadline_s is not None:
            self._shed_late(time.monotonic() - self._deadline_s)
        if self._shed:
            results += self._shed
            self._shed = []
        return results

    def wait(self, timeout_s: float) -> None:
        """Wait for a report, at most ``timeout_s`` seconds."""
        if not self._shed:
            self._pool.wait(timeout_s)

    def forget(self, trace_id: str) -> None:
        """Cancel what is due of the trace; its worker drops what it has of it with its next step."""
        for job_id in self._by_trace.pop(trace_id, ()):
            self._pool.cancel(self._due.pop(job_id).job)
        self._pool.forget(trace_id)
        if self._shed:
            self._shed = [result for result in self._shed if result[0] != trace_id]

    def close(self) -> None:
        """Kill the workers."""
        self._pool.close()
        self._due.clear()
        self._by_trace.clear()
        self._oldest.clear()
        self._shed.clear()

    def _report(self, step: Step, outcome: Any) -> Report:
        if isinstance(outcome, Failure):
            self._failures[outcome.reason] += 1
            return failed(step, outcome)
        seal = Seal(*outcome)
        if seal.reasons and Reason.RULE_ERROR.value in seal.reasons:
            self._failures[Reason.RULE_ERROR] += 1
        return SealedReport(step, seal)

    def _shed_late(self, before: float) -> None:
        """Shed what was submitted before that time and is neither answered nor begun."""
        while self._oldest:
            due = self._due.get(self._oldest[0])
            if due is not None and due.since > before:
                return
            self._oldest.popleft()
            if due is None or self._pool.running(due.job):
                continue  # answered, or under the guard of its own time limit now
            self._pool.cancel(due.job)
            del self._due[due.job.id]
            self._by_trace[due.trace_id].discard(due.job.id)
            self._answer_overloaded(due.trace_id, due.ticket, due.step, f"no worker began it in {self._deadline_s:g} s")

    def _answer_overloaded(self, trace_id: str, ticket: int, step: Step, why: str) -> None:
        self._failures[Reason.OVERLOADED] += 1
        message = f"the verifier was overloaded, so this step was shed: {why}"
        self._shed.append((trace_id, ticket, failed(step, Failure(Reason.OVERLOADED, message))))
