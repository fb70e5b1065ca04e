"""All readers of an engine: which request is read where, and what has come back."""

from __future__ import annotations

import os
import pickle
import time
import weakref
from collections.abc import Callable
from typing import Any

from verifirst.core.verdict import Reason
from verifirst.decoding import Detokenizer
from verifirst.engines.vllm.reading.lane import LocalLane, ProcessLane, Reading, Received
from verifirst.engines.vllm.reading.messages import Finish, Opening
from verifirst.engines.vllm.reading.reader import Reader
from verifirst.errors import ConfigError
from verifirst.verifier import Verifier

LOOK_S = 0.0002
"""Seconds between two looks for answers, where there is nothing else to do."""


class ReaderFactory:
    """Makes the reader, in whichever process it runs. Picklable where its parts are."""

    def __init__(self, verifier: Callable[[], Verifier], detokenizer: Callable[[], Detokenizer]) -> None:
        self._verifier = verifier
        self._detokenizer = detokenizer

    def __call__(self) -> Reader:
        """The reader; raises what its parts raise."""
        return Reader(self._verifier(), self._detokenizer())


class Desk:
    """Readers in ``workers`` processes, or one in this process where there are none.

    Nothing waits but :meth:`wait`. Guards are kept by :meth:`drain`: call it now and then. A
    message sent while ``max_queue`` are unanswered is read and its steps are shed:
    UNKNOWN(OVERLOADED). Where no process can start each step is UNKNOWN(WORKER_LOST).
    """

    def __init__(
        self,
        verifier: Callable[[], Verifier],
        detokenizer: Callable[[], Detokenizer],
        *,
        workers: int = 1,
        timeout_s: float = 5.0,
        max_queue: int = 1024,
    ) -> None:
        if workers < 0 or timeout_s <= 0 or max_queue < 1:
            raise ConfigError(
                f"workers, timeout_s and max_queue must be positive, found {workers}, {timeout_s}, {max_queue}"
            )
        factory = ReaderFactory(verifier, detokenizer)
        self._detokenizer = detokenizer
        self._max_queue = max_queue
        self._numbers = 0
        self.queue_depth = 0
        """Messages sent and not answered, of requests that were not forgotten."""
        self._lanes: list[ProcessLane | LocalLane] = []
        self._processes: list[ProcessLane] = []
        self._finalizer = weakref.finalize(self, _kill_all, self._processes, os.getpid())
        body = _pickled(factory) if workers else b""
        for _ in range(workers):
            self._processes.append(ProcessLane(body, timeout_s))
        self._lanes += self._processes or [LocalLane(factory())]

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers alive now."""
        return [lane.worker.process.pid for lane in self._processes if not lane.broken]

    @property
    def restarts(self) -> int:
        """How often a worker process was started afresh."""
        return sum(lane.worker.restarts for lane in self._processes)

    def open(self, owner: Any, **settings: Any) -> Reading:
        """Take a request in, by the fields of its ``Opening`` but the number."""
        self._numbers += 1
        lane = min(self._lanes, key=lambda lane: lane.readings)
        lane.readings += 1
        return Reading(Opening(number=self._numbers, **settings), lane, owner)

    def send(
        self, reading: Reading, attempt: int, tokens: list[int], upto: int, finish: Finish | None, lost: int, now: float
    ) -> None:
        """Have ``tokens`` read, which end at output token ``upto``. :meth:`flush` sends them."""
        lane = reading.lane
        gone = lane.gone
        message = (reading.number, attempt, lost, tokens, finish, self.queue_depth >= self._max_queue, gone)
        if gone:
            lane.gone = []
        self.queue_depth += 1
        reading.waiting += 1
        lane.send(reading, message, upto, now)

    def flush(self) -> None:
        """Send what was put on its way: each process is woken once."""
        for lane in self._lanes:
            lane.flush()

    def drain(self, now: float) -> list[Received]:
        """The answers since the last call, of requests that were not forgotten."""
        if not self.queue_depth:
            return []
        answered: list[Received] = []
        for index, lane in enumerate(self._lanes):
            found = lane.receive(now)
            if isinstance(lane, ProcessLane) and lane.broken:
                found += self._replace(index, lane, now)
            for received in found:
                reading = received[0]
                if reading.waiting:
                    reading.waiting -= 1
                    self.queue_depth -= 1
                    answered.append(received)
        return answered

    def _replace(self, index: int, lane: ProcessLane, now: float) -> list[Received]:
        """No process can start: text is read here from now on, and nothing is judged."""
        why = Reason.WORKER_LOST.value, lane.broken
        local = self._lanes[index] = LocalLane(Reader(None, self._detokenizer(), why))
        local.readings = lane.readings
        for reading, upto, since, message in lane.unanswered():
            reading.lane = local
            local.send(reading, message, upto, since)
        return local.receive(now)

    def wait(self, timeout_s: float) -> None:
        """Return once an answer may have come, or the time is over."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            for lane in self._lanes:
                lane.flush()
                if lane.heard:
                    return
            time.sleep(LOOK_S)

    def forget(self, reading: Reading) -> None:
        """Drop a request; answers that are still due never come."""
        reading.alive = False
        self.queue_depth -= reading.waiting
        reading.waiting = 0
        reading.lane.readings -= 1
        reading.lane.gone.append(reading.number)

    def close(self) -> None:
        """Kill the processes. Idempotent."""
        self._finalizer()
        self._lanes.clear()


def _pickled(factory: ReaderFactory) -> bytes:
    try:
        return pickle.dumps(factory, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise ConfigError(f"a verifier's factory must pickle (a top-level function or a partial): {error}") from error


def _kill_all(lanes: list[ProcessLane], owner: int) -> None:
    if os.getpid() != owner:
        return  # a forked copy of the parent must not kill the parent's workers
    for lane in lanes:
        lane.close()
    lanes.clear()
