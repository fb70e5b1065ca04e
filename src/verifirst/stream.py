"""Stream 2: steps go in, reports come out, and decoding never waits in between.

A stream is stateless from outside: each submission names the steps before it. Inside, a
ledger per trace is cached and rolled back to what the submission shares with it, so
rollbacks and killed workers need no message.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.errors import ConfigError, InputError
from verifirst.rules import load_pack
from verifirst.solvers.pool import Failure, Job, WorkerPool
from verifirst.verifier import Ledger, Verifier

MAX_LEDGERS = 256  # traces whose ledger is kept warm, the least recently used goes first

Result = tuple[str, int, Report]  # trace id, ticket, report


@dataclass(frozen=True, slots=True)
class VerifierSpec:
    """A verifier by its settings: picklable, and callable to build it wherever it runs.

    ``enforce`` as in :class:`Verifier`; ``packs`` are importable packages of rules, none
    meaning the built-in packs.
    """

    enforce: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()

    def __call__(self) -> Verifier:
        """Build the verifier; raises ConfigError for unknown packs or codes."""
        rules = [rule for package in self.packs for rule in load_pack(package)] if self.packs else None
        return Verifier(rules, enforce=self.enforce)


class VerifierStream(Protocol):
    """Checks steps of many traces. ``ticket`` is the caller's own number, handed back."""

    def submit(self, trace_id: str, problem: str, before: tuple[str, ...], step: Step, ticket: int) -> None:
        """Hand over ``step``, which follows the steps with texts ``before``. Does not wait."""
        ...

    def drain(self) -> list[Result]:
        """The reports that came since the last drain. Does not wait."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Return once there is something to drain, nothing is outstanding, or the time is over."""
        ...

    def forget(self, trace_id: str) -> None:
        """Drop everything about a trace; reports of it that are still due never come."""
        ...

    def close(self) -> None:
        """End the stream and every process it started. Idempotent."""
        ...


class LedgerCache:
    """Ledgers of recent traces, each checked against what the caller says came before."""

    def __init__(self, verifier: Verifier, limit: int = MAX_LEDGERS) -> None:
        if limit < 1:
            raise ConfigError(f"the ledger cache must hold at least 1 trace, found {limit}")
        self._verifier = verifier
        self._limit = limit
        self._ledgers: OrderedDict[str, Ledger] = OrderedDict()

    def __len__(self) -> int:
        return len(self._ledgers)

    def check(self, trace_id: str, problem: str, before: Sequence[str], step: Step) -> Report:
        """The report on ``step`` after ``before``; UNKNOWN(RULE_ERROR) should checking raise."""
        ledger = self._ledgers.pop(trace_id, None)
        if ledger is None or ledger.problem != problem:
            ledger = Ledger.open(self._verifier, problem)
        try:
            _bring(ledger, before)
            report = ledger.push(step)
        except Exception as error:  # noqa: BLE001  # a bug in reading must not end the stream
            return failed(step, Failure(Reason.RULE_ERROR, f"{type(error).__name__}: {error}"[:200]))
        self._ledgers[trace_id] = ledger
        if len(self._ledgers) > self._limit:
            self._ledgers.popitem(last=False)
        return report

    def forget(self, trace_id: str) -> None:
        """Drop the ledger of a trace."""
        self._ledgers.pop(trace_id, None)


def _bring(ledger: Ledger, before: Sequence[str]) -> None:
    """Roll ``ledger`` back to what it shares with ``before``, then push the rest."""
    shared = 0
    for report, text in zip(ledger.reports, before, strict=False):
        if report.step.text != text:
            break
        shared += 1
    ledger.rollback(shared)
    for text in before[shared:]:
        ledger.push(Step(len(ledger.reports), 0, len(text), len(text), text))


def failed(step: Step, failure: Failure) -> Report:
    """The report of a step whose check did not finish: one UNKNOWN, no claim."""
    return Report(step, (Verdict(Status.UNKNOWN, None, reason=failure.reason, message=failure.message),))


def _checked(before: tuple[str, ...], step: Step) -> None:
    if step.index != len(before):
        raise InputError(f"step {step.index} must follow {step.index} earlier steps, found {len(before)} in before")


class InlineStream:
    """Checks each step as it is submitted, in this process. No guard: a rule that loops hangs."""

    def __init__(self, verifier: Verifier, *, max_ledgers: int = MAX_LEDGERS) -> None:
        self._cache = LedgerCache(verifier, max_ledgers)
        self._done: list[Result] = []

    def submit(self, trace_id: str, problem: str, before: tuple[str, ...], step: Step, ticket: int) -> None:
        """Check ``step`` now."""
        _checked(before, step)
        self._done.append((trace_id, ticket, self._cache.check(trace_id, problem, before, step)))

    def drain(self) -> list[Result]:
        """The reports since the last drain, in order of submission."""
        done, self._done = self._done, []
        return done

    def wait(self, timeout_s: float) -> None:
        """Nothing is ever outstanding."""

    def forget(self, trace_id: str) -> None:
        """Drop the trace's ledger and its undrained reports."""
        self._cache.forget(trace_id)
        self._done = [result for result in self._done if result[0] != trace_id]

    def close(self) -> None:
        """Nothing to end."""


class ProcessStream:
    """Checks steps in killable worker processes.

    ``factory`` makes the verifier in each worker: a :class:`VerifierSpec`, a top-level
    function, or a partial of one. Steps of one trace stay on one worker. A step that
    takes longer than ``timeout_s`` seconds is UNKNOWN(TIMEOUT), one whose worker died is
    UNKNOWN(WORKER_LOST); guards are kept while the stream is drained or waited for.
    """

    def __init__(
        self,
        factory: Callable[[], Verifier] = Verifier,
        *,
        workers: int = 1,
        timeout_s: float = 5.0,
        max_ledgers: int = MAX_LEDGERS,
    ) -> None:
        self._pool = WorkerPool(_Checker(factory, max_ledgers), workers, timeout_s)
        self._jobs: dict[int, tuple[str, int, Step, Job]] = {}
        self._by_trace: dict[str, set[int]] = {}

    @property
    def pool(self) -> WorkerPool:
        """The worker pool underneath."""
        return self._pool

    def submit(self, trace_id: str, problem: str, before: tuple[str, ...], step: Step, ticket: int) -> None:
        """Queue ``step`` on the trace's worker."""
        _checked(before, step)
        job = self._pool.submit(trace_id, (trace_id, problem, before, step))
        self._jobs[job.id] = (trace_id, ticket, step, job)
        self._by_trace.setdefault(trace_id, set()).add(job.id)

    def drain(self) -> list[Result]:
        """The reports since the last drain; in order of submission within a trace."""
        results: list[Result] = []
        for job_id, outcome in self._pool.drain():
            trace_id, ticket, step, _ = self._jobs.pop(job_id)
            self._by_trace[trace_id].discard(job_id)
            report: Report = failed(step, outcome) if isinstance(outcome, Failure) else outcome
            results.append((trace_id, ticket, report))
        return results

    def wait(self, timeout_s: float) -> None:
        """Wait for a report, at most ``timeout_s`` seconds."""
        self._pool.wait(timeout_s)

    def forget(self, trace_id: str) -> None:
        """Cancel what is due of the trace. Its ledger leaves the worker by age."""
        for job_id in self._by_trace.pop(trace_id, ()):
            self._pool.cancel(self._jobs.pop(job_id)[3])
        self._pool.forget(trace_id)

    def close(self) -> None:
        """Kill the workers."""
        self._pool.close()
        self._jobs.clear()
        self._by_trace.clear()


class _Checker:
    """The worker's initializer: picklable, builds the verifier over there."""

    def __init__(self, factory: Callable[[], Verifier], max_ledgers: int) -> None:
        if getattr(getattr(factory, "func", factory), "__module__", None) == "__main__":
            raise ConfigError(f"{factory!r} lives in __main__; workers must be able to import it: move it to a module")
        self._factory = factory
        self._max_ledgers = max_ledgers

    def __call__(self) -> Callable[[tuple[str, str, tuple[str, ...], Step]], Report]:
        cache = LedgerCache(self._factory(), self._max_ledgers)
        return partial(_check, cache)


def _check(cache: LedgerCache, payload: tuple[str, str, tuple[str, ...], Step]) -> Report:
    return cache.check(*payload)
