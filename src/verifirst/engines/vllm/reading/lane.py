"""One reader as the engine's thread sees it: a process of its own, or none.

A *lane* sends messages and takes answers, in order. A process that dies or overruns is started
afresh; each request is rebuilt there from the messages that it was answered, and those that
were not are sent again. The step under which a process died twice, or overran once, is not
judged again: it is UNKNOWN(WORKER_LOST) or UNKNOWN(TIMEOUT).
"""

from __future__ import annotations

import pickle
from collections import Counter, deque
from typing import Any, NamedTuple

from verifirst.core.verdict import Reason
from verifirst.engines.vllm.reading.messages import Answer, Fault, Opening, Read, Restore
from verifirst.engines.vllm.reading.reader import Reader
from verifirst.solvers import worker as wire
from verifirst.solvers.process import Worker

BOOT_TIMEOUT_S = 120.0
"""Seconds after which a process that is not ready has failed to start."""
_STARTS = 3  # failed starts in a row before a lane gives up
_DEATHS = 2  # processes that die under a step before it is not judged again


class Reading:
    """One request as its lane knows it; ``owner`` is the caller's own.

    ``answer`` is its last one, ``waiting`` the messages that are not answered. ``journal`` holds
    those that are, ``faults`` the steps not to be judged again.
    """

    __slots__ = (
        "alive",
        "answer",
        "deaths",
        "epoch",
        "faults",
        "journal",
        "lane",
        "number",
        "owner",
        "sealed",
        "waiting",
    )

    def __init__(self, opening: Opening, lane: ProcessLane | LocalLane, owner: Any) -> None:
        self.sealed = pickle.dumps(opening, pickle.HIGHEST_PROTOCOL)
        self.number = opening.number
        self.owner = owner
        self.lane = lane
        self.alive = True  # somebody waits for its answers
        self.epoch: object = None  # the life of the reader that knows this request
        self.journal: list[Read] = []
        self.faults: dict[int, Fault] = {}
        self.deaths: Counter[int] = Counter()
        self.answer: Answer = (0, 0, 0, 0, b"", None)
        self.waiting = 0

    def restoring(self) -> Restore:
        """The message that brings a reader to where this request is."""
        return self.sealed, self.faults, self.journal


class Broken(NamedTuple):
    """In place of an answer: reading this request failed, and it must end."""

    why: str


Sent = tuple[Reading, int, float, "Read | None"]
"""A message under way: (request, output token that it ends at, when it was sent, the message).
None in place of a restoring message, which is made anew where it must be sent again."""

Received = tuple[Reading, int, float, int, "Answer | Broken"]
"""(request, output token that the message ended at, when it was sent, steps judged, answer)"""


class LocalLane:
    """A reader in this process: answers at once, without a guard."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._epoch = object()
        self._done: list[Received] = []
        self.readings = 0
        self.gone: list[int] = []
        self.flight: deque[Sent] = deque()

    def send(self, reading: Reading, message: Read, upto: int, now: float) -> None:
        """Have the message read."""
        if reading.epoch is not self._epoch:
            reading.epoch = self._epoch
            restored = _run(self._reader, reading.restoring())
            if isinstance(restored, Broken) or not _same(reading, restored):
                self._done.append((reading, upto, now, 0, Broken(f"not restored: {restored}")))
                return
        answer = _run(self._reader, message)
        steps = 0
        if not isinstance(answer, Broken):
            steps, reading.answer = answer[2] - reading.answer[2], answer
        self._done.append((reading, upto, now, steps, answer))

    def flush(self) -> None:
        """Nothing waits."""

    @property
    def heard(self) -> bool:
        """Whether there are answers."""
        return bool(self._done)

    def receive(self, now: float) -> list[Received]:  # noqa: ARG002  # a lane's
        """The answers since the last call."""
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        """Nothing to end."""


def _run(reader: Reader, message: tuple[Any, ...]) -> Answer | Broken:
    try:
        work = reader(message)
        while True:
            next(work)
    except StopIteration as end:
        answer: Answer = end.value
        return answer
    except Exception as error:  # noqa: BLE001  # a bug in reading ends one request, not the engine
        return Broken(f"{type(error).__name__}: {error}")


def _same(reading: Reading, answer: Answer) -> bool:
    """Whether a restored request is where it was."""
    last = reading.answer
    return (answer[0], answer[2], answer[3]) == (last[0], last[2], last[3])


class ProcessLane:
    """A reader in a process of its own."""

    def __init__(self, initializer: bytes, timeout_s: float) -> None:
        self.worker = Worker(initializer, linked=True)
        self.timeout_s = timeout_s
        self.flight: deque[Sent] = deque()
        self.readings = 0
        self.gone: list[int] = []  # requests to drop over there
        self.broken = ""  # why no process can start
        self._epoch = object()
        self._posted: list[tuple[int, Restore | Read]] = []
        self._ticks = 0  # steps that the message at the head got past

    def send(self, reading: Reading, message: Read, upto: int, now: float) -> None:
        """Put a message on its way; :meth:`flush` sends it."""
        flight, posted = self.flight, self._posted
        if not flight and self.worker.ready:
            self.worker.since = now
        if reading.epoch is not self._epoch:
            reading.epoch = self._epoch
            flight.append((reading, upto, now, None))
            posted.append((reading.number, reading.restoring()))
        flight.append((reading, upto, now, message))
        posted.append((reading.number, message))

    def flush(self) -> None:
        """Send what there is room for now."""
        if self._posted:
            self.worker.post(self._posted)
            self._posted = []
        else:
            self.worker.flush()

    @property
    def heard(self) -> bool:
        """Whether anything has come."""
        return self.worker.heard

    def receive(self, now: float) -> list[Received]:
        """The answers that have come; keeps the guards."""
        worker, flight = self.worker, self.flight
        done: list[Received] = []
        if not flight and worker.ready:
            return done
        answers, alive = worker.hear(now)
        if answers:
            worker.since = now
        for _, kind, body in answers:
            if kind == wire.RESULT:
                self._ticks = 0
                answer: Answer = body
                reading, upto, since, sent = flight.popleft()
                if sent is None:
                    if not _same(reading, answer):
                        done.append((reading, upto, since, 0, Broken("judged the same text otherwise than before")))
                    continue
                steps = answer[2] - reading.answer[2]
                reading.answer = answer
                reading.journal.append(sent)
                done.append((reading, upto, since, steps, answer))
            elif not self._note(kind, body, done):
                return done
        if not alive:
            self._lost((Reason.WORKER_LOST.value, "the worker process died during this step"), now, done)
        elif now - worker.since >= (self.timeout_s if worker.ready else BOOT_TIMEOUT_S):
            self._lost((Reason.TIMEOUT.value, f"killed after {self.timeout_s:g} s of wall-clock time"), now, done)
        return done

    def _note(self, kind: int, body: Any, done: list[Received]) -> bool:
        """Take what is not an answer; whether the lane goes on."""
        worker = self.worker
        if kind == wire.PARTIAL:
            self._ticks += 1
        elif kind == wire.READY:
            worker.ready, worker.failed_starts = True, 0
        elif kind == wire.BROKEN:
            self.broken = f"a worker could not start: {body.decode(errors='replace')}"
            worker.kill()
            return False
        else:
            self._ticks = 0
            reading, upto, since, _ = self.flight.popleft()
            done.append((reading, upto, since, 0, Broken(str(body))))
        return True

    def _lost(self, fault: Fault, now: float, done: list[Received]) -> None:
        """The process died or overran: find the step at fault, start afresh, and send again what was not answered."""
        worker = self.worker
        worker.kill()
        if worker.ready and self.flight:
            self._blame(self.flight[0], fault, done)
        worker.failed_starts += not worker.ready
        if worker.failed_starts >= _STARTS:
            self.broken = f"a worker died {_STARTS} times while starting"
            return
        worker.start()
        self._epoch, self._ticks, self._posted = object(), 0, []
        for reading, upto, since, message in self.unanswered():
            self.send(reading, message, upto, since)
        worker.since = now
        self.flush()

    def unanswered(self) -> list[tuple[Reading, int, float, Read]]:
        """The messages under way that somebody still waits for; they are under way no more."""
        waiting = [
            (reading, upto, since, message)
            for reading, upto, since, message in self.flight
            if message is not None and reading.alive
        ]
        self.flight.clear()
        return waiting

    def _blame(self, sent: Sent, fault: Fault, done: list[Received]) -> None:
        reading, upto, since, message = sent
        step = self._ticks + (0 if message is None else reading.answer[2])
        if step in reading.faults:  # it is not judged any more, and still the process ends
            reading.alive = False
            done.append((reading, upto, since, 0, Broken(fault[1])))
            return
        reading.deaths[step] += 1
        if fault[0] == Reason.TIMEOUT.value or reading.deaths[step] >= _DEATHS:
            reading.faults[step] = fault

    def close(self) -> None:
        """Kill the process."""
        if not self.broken:
            self.worker.kill()
