"""A pool of warm worker processes that can really be killed.

Each worker is a fresh interpreter (never a fork, and it does not re-run the caller's main
script). Jobs with the same key go to the same worker, in order, so a worker can keep state
per key; that state is only ever a cache, because a killed worker comes back empty.
"""

from __future__ import annotations

import os
import pickle
import selectors
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError, InputError
from verifirst.solvers import worker as wire
from verifirst.solvers.process import Job, Memory, Worker

MAX_QUEUE = 4096  # jobs submitted and not finished; submit waits for room beyond that
MAX_KEYS = 65_536  # keys whose worker is remembered
BOOT_TIMEOUT_S = 120.0  # a worker that is not ready by then has failed to start
_AHEAD = 64  # jobs sent to a worker before it answers: it must not idle until the caller looks again
_LOSSES = 2  # workers that die during one job before it fails
_STARTS = 3  # failed starts in a row before the pool gives up


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job has no result: TIMEOUT (killed), WORKER_LOST (died) or RULE_ERROR (raised)."""

    reason: Reason
    message: str


Encoder = Callable[[Memory, Any], object]
"""(what the worker has been sent, a job's payload) -> what is pickled and sent, called just before sending."""


class WorkerPool:
    """Warm worker processes with a wall-clock guard per job.

    ``initializer`` is called once in each worker and returns the handler, a function from
    payload to result; it must be importable there (not from ``__main__``), and payloads and
    results must pickle. A job that runs longer than ``timeout_s`` seconds has its worker
    killed and fails; the jobs behind it are re-run on a fresh worker. A job during which
    the worker dies is re-run once, then fails. ``encoder`` turns a payload into what is
    sent, knowing what that worker has been sent before; a handler that raises
    :class:`verifirst.solvers.worker.Forgotten` gets the job again, encoded for a worker
    that knows nothing of its key. Guards are kept by :meth:`drain`, :meth:`wait` and
    :meth:`submit`: call one of them now and then. Not thread-safe.

    Raises ConfigError for wrong settings.
    """

    def __init__(
        self,
        initializer: Callable[[], Callable[[Any], Any]],
        workers: int = 1,
        timeout_s: float = 5.0,
        *,
        max_queue: int = MAX_QUEUE,
        encoder: Encoder | None = None,
    ) -> None:
        if workers < 1 or timeout_s <= 0 or max_queue < 1:
            raise ConfigError(
                f"workers, timeout_s and max_queue must be positive, found {workers}, {timeout_s}, {max_queue}"
            )
        self.timeout_s = timeout_s
        self._max_queue = max_queue
        self._encoder = encoder
        self._done: list[tuple[int, Any]] = []
        self._live: dict[int, Job] = {}  # submitted, not finished, not cancelled
        self._homes: dict[str, Worker] = {}
        self._next_id = 0
        self._broken = ""  # why no worker can start
        self._closed = False
        body = _initializer_body(initializer)
        self._selector = selectors.DefaultSelector()
        self._workers: list[Worker] = []
        self._finalizer = weakref.finalize(self, _kill_all, self._workers, os.getpid())
        for _ in range(workers):
            self._workers.append(Worker(body))
            self._watch(self._workers[-1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def outstanding(self) -> int:
        """Jobs submitted and neither finished nor cancelled."""
        return len(self._live)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers alive now."""
        return [] if self._closed else [worker.process.pid for worker in self._workers]

    @property
    def restarts(self) -> int:
        """How often a worker was started afresh."""
        return sum(worker.restarts for worker in self._workers)

    def running(self, job: Job) -> bool:
        """Whether a worker is at ``job`` now: it was sent, and nothing before it is unanswered."""
        home = self._homes.get(job.key)
        return home is not None and home.ready and bool(home.flight) and home.flight[0] is job

    def submit(self, key: str, payload: object, *, send: bool = True) -> Job:
        """Queue a job on the worker of ``key``; waits only while ``max_queue`` are unfinished.

        ``send=False`` leaves it queued until :meth:`flush`, :meth:`drain` or :meth:`wait`:
        several jobs then wake their worker once. Raises InputError where the payload does not
        pickle or the pool is closed.
        """
        if self._closed:
            raise InputError("the worker pool is closed; make a new one")
        body = _pickled(payload) if self._encoder is None else None
        while len(self._live) >= self._max_queue:
            self._pump(None)
        self._next_id += 1
        job = Job(self._next_id, key, payload, body)
        self._live[job.id] = job
        if self._broken:
            self._finish(job, Failure(Reason.WORKER_LOST, self._broken))
            return job
        worker = self._home(key)
        worker.queue.append(job)
        if send:
            self._dispatch(worker)
        return job

    def flush(self) -> None:
        """Send what was queued with ``send=False``. Never blocks."""
        for worker in self._workers:
            if worker.queue and not self._broken:
                self._dispatch(worker)

    def drain(self) -> list[tuple[int, Any]]:
        """What finished since the last drain: (job id, result or :class:`Failure`). Never blocks."""
        if self._live and not self._closed:
            self.flush()
            self._pump(0)
        done, self._done = self._done, []
        return done

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until a result can be drained; True where one can.

        Returns early when no job is outstanding. ``timeout_s`` None waits as long as it takes.
        """
        self.flush()
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while not self._done and self._live and not self._closed:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                self._pump(0)
                break
            self._pump(left)
        return bool(self._done)

    def cancel(self, job: Job) -> None:
        """Forget a job: no result of it will be drained. One that runs already runs on, guarded."""
        if self._live.pop(job.id, None) is None:
            self._done = [entry for entry in self._done if entry[0] != job.id]

    def forget(self, key: str) -> None:
        """Forget which worker serves ``key``."""
        if (home := self._homes.pop(key, None)) is not None:
            home.keys -= 1
            if home.memory.sent.pop(key, None) is not None:
                home.memory.gone.append(key)

    def close(self) -> None:
        """Kill the workers and drop every job. Idempotent; also runs at interpreter exit."""
        self._closed = True
        self._live.clear()
        self._done.clear()
        self._selector.close()
        self._finalizer()

    def _home(self, key: str) -> Worker:
        home = self._homes.get(key)
        if home is None:
            if len(self._homes) >= MAX_KEYS:
                self.forget(next(iter(self._homes)))
            home = min(self._workers, key=lambda worker: (worker.load, worker.keys))
            home.keys += 1
            self._homes[key] = home
        return home

    def _watch(self, worker: Worker) -> None:
        worker.writing = bool(worker.out)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.out else 0)
        self._selector.register(worker.channel, events, worker)

    def _dispatch(self, worker: Worker) -> None:
        """Send queued jobs, at most ``_AHEAD`` unanswered."""
        while worker.queue and len(worker.flight) < _AHEAD:
            job = worker.queue.popleft()
            if job.id not in self._live:
                continue  # cancelled
            if not worker.flight and worker.ready:
                worker.since = time.monotonic()
            worker.flight.append(job)
            worker.out += wire.frame(job.id, wire.JOB, self._body(worker, job))
        if worker.out:
            worker.flush()
        if worker.writing is not bool(worker.out):
            worker.writing = bool(worker.out)
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.out else 0)
            self._selector.modify(worker.channel, events, worker)

    def _body(self, worker: Worker, job: Job) -> bytes:
        if self._encoder is None:
            assert job.body is not None, "pickled when it was submitted"
            return job.body
        if job.whole:
            worker.memory.sent.pop(job.key, None)
        return _pickled(self._encoder(worker.memory, job.payload))

    def _pump(self, timeout_s: float | None) -> None:
        """Receive what came, at most ``timeout_s`` from now; then keep the guards."""
        for worker in self._stirring(timeout_s):
            if self._broken:
                return
            received, alive = worker.receive()
            for job, kind, body in received:
                self._take(worker, job, kind, body)
            if alive:
                self._dispatch(worker)
            else:
                self._lost(worker, Reason.WORKER_LOST, "the worker process died during this job")
        now = time.monotonic()
        for worker in self._workers:
            if not self._broken and now >= self._deadline(worker):
                message = f"killed after {self.timeout_s:g} s of wall-clock time"
                self._lost(worker, Reason.TIMEOUT, message)

    def _stirring(self, timeout_s: float | None) -> list[Worker]:
        """The workers to look at; waits for one that has something to say where there is time to."""
        if timeout_s is not None and timeout_s <= 0:  # asking the socket itself saves a call, on an engine's thread
            return [worker for worker in self._workers if worker.flight or worker.out or not worker.ready]
        return [key.data for key, _ in self._selector.select(self._patience(timeout_s))]

    def _deadline(self, worker: Worker) -> float:
        if not worker.ready:
            return worker.since + BOOT_TIMEOUT_S
        return worker.since + self.timeout_s if worker.flight else float("inf")

    def _patience(self, timeout_s: float | None) -> float | None:
        if timeout_s is not None and timeout_s <= 0:
            return 0
        first = min(self._deadline(worker) for worker in self._workers) - time.monotonic()
        limits = [limit for limit in (timeout_s, first) if limit is not None and limit != float("inf")]
        return max(0.0, min(limits)) if limits else None

    def _take(self, worker: Worker, number: int, kind: int, body: bytes) -> None:
        """One frame from ``worker``."""
        worker.since = time.monotonic()
        if kind == wire.PARTIAL:
            return
        if kind == wire.READY:
            worker.ready, worker.failed_starts = True, 0
        elif kind == wire.BROKEN:
            self._give_up(f"a worker could not start: {body.decode(errors='replace')}")
        else:
            job = worker.flight.popleft()
            assert job.id == number, "a worker answers in order"
            if kind == wire.FORGOTTEN and not job.whole:
                job.whole = True
                worker.queue.appendleft(job)
            elif kind == wire.FORGOTTEN:
                self._finish(job, Failure(Reason.WORKER_LOST, "the worker lacks state that a whole job cannot lack"))
            else:
                self._finish(job, _outcome(kind, body))

    def _lose(self, worker: Worker, job: Job, failure: Failure) -> None:
        """The worker died during ``job``: perhaps by its fault, so run it again, but not for ever."""
        job.losses += 1
        if job.losses >= _LOSSES:
            self._finish(job, failure)
        else:
            worker.queue.appendleft(job)

    def _finish(self, job: Job, outcome: object) -> None:
        if self._live.pop(job.id, None) is not None:
            self._done.append((job.id, outcome))

    def _lost(self, worker: Worker, reason: Reason, message: str) -> None:
        """``worker`` died or overran: fail the job it was running, re-run the others."""
        if self._broken:
            return
        self._selector.unregister(worker.channel)
        worker.kill()
        first = worker.flight.popleft() if worker.ready and worker.flight else None
        worker.queue.extendleft(reversed(worker.flight))
        worker.flight.clear()
        if first is not None and reason is Reason.TIMEOUT:
            self._finish(first, Failure(reason, message))
        elif first is not None:
            self._lose(worker, first, Failure(reason, message))
        worker.failed_starts += not worker.ready
        if worker.failed_starts >= _STARTS:
            self._give_up(f"a worker died {_STARTS} times while starting")
            return
        worker.start()
        self._watch(worker)
        self._dispatch(worker)

    def _give_up(self, why: str) -> None:
        """No worker can start: fail every job, now and later."""
        self._broken = why
        for job in list(self._live.values()):
            self._finish(job, Failure(Reason.WORKER_LOST, why))
        for worker in self._workers:
            worker.queue.clear()
            worker.flight.clear()
            with suppress(KeyError, ValueError):
                self._selector.unregister(worker.channel)
            worker.kill()


def _initializer_body(initializer: object) -> bytes:
    owner = getattr(initializer, "func", initializer)  # a partial pickles by its function
    if getattr(owner, "__module__", None) == "__main__":
        raise ConfigError(f"{owner!r} lives in __main__; workers must be able to import it: move it to a module")
    try:
        return pickle.dumps(initializer, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise ConfigError(f"a worker initializer must pickle (a top-level function or a partial): {error}") from error


def _pickled(payload: object) -> bytes:
    try:
        return pickle.dumps(payload, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise InputError(f"a job's payload must pickle: {error}") from error


def _outcome(kind: int, body: bytes) -> object:
    if kind == wire.ERROR:
        return Failure(Reason.RULE_ERROR, body.decode(errors="replace"))
    return pickle.loads(body)  # noqa: S301  # our own worker wrote it


def _kill_all(workers: list[Worker], owner: int) -> None:
    if os.getpid() != owner:
        return  # a forked copy of the parent must not kill the parent's workers
    for worker in workers:
        worker.kill()
    workers.clear()
