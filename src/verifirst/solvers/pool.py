"""A pool of warm worker processes that can really be killed.

Each worker is a fresh interpreter (never a fork, and it does not re-run the caller's main
script). Jobs with the same key go to the same worker, in order, so a worker can keep state
per key; that state is only ever a cache, because a killed worker comes back empty.
"""

from __future__ import annotations

import json
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError, InputError
from verifirst.solvers import worker as wire

MAX_QUEUE = 4096  # jobs submitted and not finished; submit waits for room beyond that
MAX_KEYS = 65_536  # keys whose worker is remembered
BOOT_TIMEOUT_S = 120.0  # a worker that is not ready by then has failed to start
_AHEAD = 4  # jobs sent to a worker before it asks: hides the round trip
_STARTS = 3  # failed starts in a row before the pool gives up
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job has no result: TIMEOUT (killed), WORKER_LOST (died) or RULE_ERROR (raised)."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A submitted job. ``id`` is unique in its pool."""

    id: int
    key: str
    frame: bytes


class _Worker:
    """One process and its socket; jobs sent (``flight``, in order) and waiting (``queue``)."""

    def __init__(self, initializer: bytes) -> None:
        self._initializer = initializer
        self.queue: deque[Job] = deque()
        self.flight: deque[Job] = deque()
        self.failed_starts = 0
        self.keys = 0
        self.start()

    def start(self) -> None:
        """Start a fresh process; it is ``ready`` once its READY frame comes."""
        ours, theirs = socket.socketpair()
        with theirs:
            descriptor = theirs.fileno()
            command = [sys.executable, "-c", wire.BOOT, str(descriptor), json.dumps([str(entry) for entry in sys.path])]
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own code
                command, stdin=subprocess.DEVNULL, pass_fds=(descriptor,), start_new_session=True
            )
        ours.setblocking(False)
        self.channel = ours
        self.ready = False
        self.since = time.monotonic()  # when the head job began, or the process while it starts
        self._in = bytearray()
        self.out = bytearray(wire.frame(0, wire.JOB, self._initializer))
        self.flush()

    def kill(self) -> None:
        """Kill the process with everything it started, and reap it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.channel.close()

    def flush(self) -> None:
        """Send what the socket takes now."""
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while self.out:
                sent = self.channel.send(self.out)
                del self.out[:sent]

    def receive(self) -> tuple[list[tuple[int, int, bytes]], bool]:
        """The frames that have arrived, and whether the process still holds its end."""
        try:
            while data := self.channel.recv(_CHUNK):
                self._in += data
                if len(data) < _CHUNK:
                    return wire.frames(self._in), True
        except BlockingIOError:
            return wire.frames(self._in), True
        except ConnectionError:
            pass
        return wire.frames(self._in), False

    @property
    def load(self) -> int:
        return len(self.queue) + len(self.flight)


class WorkerPool:
    """Warm worker processes with a wall-clock guard per job.

    ``initializer`` is called once in each worker and returns the handler, a function from
    payload to result; it must be importable there (not from ``__main__``), and payloads and
    results must pickle. A job that runs longer than ``timeout_s`` seconds has its worker
    killed and fails; the jobs behind it are re-run on a fresh worker. A job during which
    the worker dies fails too. Guards are kept by :meth:`drain`, :meth:`wait` and
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
    ) -> None:
        if workers < 1 or timeout_s <= 0 or max_queue < 1:
            raise ConfigError(
                f"workers, timeout_s and max_queue must be positive, found {workers}, {timeout_s}, {max_queue}"
            )
        self.timeout_s = timeout_s
        self._max_queue = max_queue
        self._done: list[tuple[int, Any]] = []
        self._live: dict[int, Job] = {}  # submitted, not finished, not cancelled
        self._homes: dict[str, _Worker] = {}
        self._next_id = 0
        self._broken = ""  # why no worker can start
        self._closed = False
        body = _initializer_body(initializer)
        self._selector = selectors.DefaultSelector()
        self._workers: list[_Worker] = []
        self._finalizer = weakref.finalize(self, _kill_all, self._workers, os.getpid())
        for _ in range(workers):
            self._workers.append(_Worker(body))
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

    def submit(self, key: str, payload: object) -> Job:
        """Queue a job on the worker of ``key``; waits only while ``max_queue`` are unfinished.

        Raises InputError where the payload does not pickle or the pool is closed.
        """
        if self._closed:
            raise InputError("the worker pool is closed; make a new one")
        try:
            body = pickle.dumps(payload, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            raise InputError(f"a job's payload must pickle: {error}") from error
        while len(self._live) >= self._max_queue:
            self._pump(None)
        self._next_id += 1
        job = Job(self._next_id, key, wire.frame(self._next_id, wire.JOB, body))
        self._live[job.id] = job
        if self._broken:
            self._finish(job, Failure(Reason.WORKER_LOST, self._broken))
            return job
        worker = self._home(key)
        worker.queue.append(job)
        self._dispatch(worker)
        return job

    def drain(self) -> list[tuple[int, Any]]:
        """What finished since the last drain: (job id, result or :class:`Failure`). Never blocks."""
        if not self._closed:
            self._pump(0)
        done, self._done = self._done, []
        return done

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until a result can be drained; True where one can.

        Returns early when no job is outstanding. ``timeout_s`` None waits as long as it takes.
        """
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
        self._live.pop(job.id, None)
        self._done = [entry for entry in self._done if entry[0] != job.id]

    def forget(self, key: str) -> None:
        """Forget which worker serves ``key``."""
        if (home := self._homes.pop(key, None)) is not None:
            home.keys -= 1

    def close(self) -> None:
        """Kill the workers and drop every job. Idempotent; also runs at interpreter exit."""
        self._closed = True
        self._live.clear()
        self._done.clear()
        self._selector.close()
        self._finalizer()

    def _home(self, key: str) -> _Worker:
        home = self._homes.get(key)
        if home is None:
            if len(self._homes) >= MAX_KEYS:
                self.forget(next(iter(self._homes)))
            home = min(self._workers, key=lambda worker: (worker.load, worker.keys))
            home.keys += 1
            self._homes[key] = home
        return home

    def _watch(self, worker: _Worker) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.out else 0)
        self._selector.register(worker.channel, events, worker)

    def _dispatch(self, worker: _Worker) -> None:
        """Send queued jobs, at most ``_AHEAD`` unanswered."""
        while worker.queue and len(worker.flight) < _AHEAD:
            job = worker.queue.popleft()
            if job.id not in self._live:
                continue  # cancelled
            if not worker.flight and worker.ready:
                worker.since = time.monotonic()
            worker.flight.append(job)
            worker.out += job.frame
        if worker.out:
            worker.flush()
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.out else 0)
            if self._selector.get_key(worker.channel).events != events:
                self._selector.modify(worker.channel, events, worker)

    def _pump(self, timeout_s: float | None) -> None:
        """Receive what came, at most ``timeout_s`` from now; then keep the guards."""
        for key, _ in self._selector.select(self._patience(timeout_s)):
            if self._broken:
                return
            worker: _Worker = key.data
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

    def _deadline(self, worker: _Worker) -> float:
        if not worker.ready:
            return worker.since + BOOT_TIMEOUT_S
        return worker.since + self.timeout_s if worker.flight else float("inf")

    def _patience(self, timeout_s: float | None) -> float | None:
        if timeout_s is not None and timeout_s <= 0:
            return 0
        first = min(self._deadline(worker) for worker in self._workers) - time.monotonic()
        limits = [limit for limit in (timeout_s, first) if limit is not None and limit != float("inf")]
        return max(0.0, min(limits)) if limits else None

    def _take(self, worker: _Worker, number: int, kind: int, body: bytes) -> None:
        """One frame from ``worker``."""
        worker.since = time.monotonic()
        if kind == wire.READY:
            worker.ready, worker.failed_starts = True, 0
        elif kind == wire.BROKEN:
            self._give_up(f"a worker could not start: {body.decode(errors='replace')}")
        else:
            job = worker.flight.popleft()
            assert job.id == number, "a worker answers in order"
            self._finish(job, _outcome(kind, body))

    def _finish(self, job: Job, outcome: object) -> None:
        if self._live.pop(job.id, None) is not None:
            self._done.append((job.id, outcome))

    def _lost(self, worker: _Worker, reason: Reason, message: str) -> None:
        """``worker`` died or overran: fail the job it was running, re-run the others."""
        if self._broken:
            return
        self._selector.unregister(worker.channel)
        worker.kill()
        if worker.ready and worker.flight:
            self._finish(worker.flight.popleft(), Failure(reason, message))
        worker.queue.extendleft(reversed(worker.flight))
        worker.flight.clear()
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


def _outcome(kind: int, body: bytes) -> object:
    if kind == wire.ERROR:
        return Failure(Reason.RULE_ERROR, body.decode(errors="replace"))
    return pickle.loads(body)  # noqa: S301  # our own worker wrote it


def _kill_all(workers: list[_Worker], owner: int) -> None:
    if os.getpid() != owner:
        return  # a forked copy of the parent must not kill the parent's workers
    for worker in workers:
        worker.kill()
    workers.clear()
