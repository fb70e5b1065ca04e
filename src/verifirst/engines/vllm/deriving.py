"""Derivations read beside the front end's loop, in a process that can be killed.

A text from the engine may hold a step whose rules hung there; reading it again must not hang the server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from verifirst.agreement import Derivation, derivation, program_derivation
from verifirst.solvers.pool import Failure, WorkerPool
from verifirst.verifier import Verifier

Text = tuple[str | None, str]
"""(problem, its steps), or (None, a program)"""


class Derivations:
    """Reads derivations in one worker process, started with the first.

    A text that takes longer than ``timeout_s`` seconds, or that no process survives, is a
    derivation without an answer: it votes for nothing. Thread-safe; calls wait for each other.
    """

    def __init__(self, verifier: Callable[[], Verifier], timeout_s: float) -> None:
        self._initializer = _Initializer(verifier)
        self._timeout_s = timeout_s
        self._pool: WorkerPool | None = None
        self._lock = threading.Lock()

    def read(self, texts: Sequence[Text]) -> list[Derivation]:
        """The derivation of each text. Waits: call it from a thread."""
        with self._lock:
            if self._pool is None:
                self._pool = WorkerPool(self._initializer, 1, self._timeout_s)
            jobs = [self._pool.submit("", text, send=False) for text in texts]
            found: dict[int, object] = {}
            while len(found) < len(jobs):
                self._pool.wait()
                found.update(self._pool.drain())
        return [_or_none(found[job.id]) for job in jobs]

    def close(self) -> None:
        """End the process, for good. Idempotent."""
        if self._pool is not None:
            self._pool.close()


class _Initializer:
    """Picklable; makes a worker's handler over there."""

    def __init__(self, verifier: Callable[[], Verifier]) -> None:
        self._verifier = verifier

    def __call__(self) -> Callable[[Text], Derivation]:
        verifier = self._verifier()
        return lambda text: _read(verifier, *text)


def _read(verifier: Verifier, problem: str | None, text: str) -> Derivation:
    return program_derivation(text) if problem is None else derivation(verifier, problem, text.splitlines())


def _or_none(found: object) -> Derivation:
    if isinstance(found, Derivation):
        return found
    assert isinstance(found, Failure), "a job has a result or a failure"
    return Derivation("")
