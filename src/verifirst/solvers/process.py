"""One worker process as its parent sees it: its socket, its jobs, what it has been told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from verifirst.solvers import worker as wire
from verifirst.solvers.shared_ring import Link, shared_memory

_CHUNK = 1 << 16
_PULSE_S = 0.05  # seconds without an answer after which a linked process is looked after


@dataclass(slots=True, eq=False)
class Job:
    """A submitted job. ``id`` is unique in its pool. ``body`` is its pickled payload, where sending encodes nothing."""

    id: int
    key: str
    payload: object
    body: bytes | None = None
    losses: int = 0  # workers that died during it
    whole: bool = False  # a worker lacked what it builds on: encode it as for one that knows nothing of its key


class Memory:
    """What one worker process has been sent, by key: an encoder's notes, empty again after a restart.

    The pool drops the note of a key when the worker says that it lost the key's state.
    ``gone`` names the keys that the caller forgot since the encoder last emptied it.
    """

    __slots__ = ("gone", "sent", "serial")

    def __init__(self) -> None:
        self.sent: dict[str, Any] = {}
        self.gone: list[str] = []
        self.serial = 0


class Worker:
    """One process and its socket; jobs sent (``flight``, in order) and waiting (``queue``).

    ``linked``: once it is ready, jobs and answers go through shared memory (``shared_ring``). Sending
    and looking then cost no system call, and the process naps between two looks.
    """

    def __init__(self, initializer: bytes, *, linked: bool = False) -> None:
        self._initializer = initializer
        self._linked = linked
        self.queue: deque[Job] = deque()
        self.flight: deque[Job] = deque()
        self.failed_starts = 0
        self.keys = 0
        self.restarts = -1
        self.start()

    def start(self) -> None:
        """Start a fresh process; it is ``ready`` once its READY frame comes."""
        self.restarts += 1
        self.memory = Memory()
        self.writing = False  # whether we wait for room to write
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = [theirs.fileno()]
            if self._linked:
                descriptors.append(shared_memory())
                self._link = Link(descriptors[1], child=False)
            path = json.dumps([str(entry) for entry in sys.path])
            command = [sys.executable, "-c", wire.BOOT, path, *map(str, descriptors)]
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own code
                command, stdin=subprocess.DEVNULL, pass_fds=descriptors, start_new_session=True
            )
            for shared in descriptors[1:]:
                os.close(shared)
        ours.setblocking(False)
        self.channel = ours
        self.ready = False
        self.since = time.monotonic()  # when the head job began, or the process while it starts
        self._in = bytearray()
        self._looked = self.since
        self.out = bytearray(wire.frame(0, wire.JOB, self._initializer))
        self.flush()

    def kill(self) -> None:
        """Kill the process with everything it started, and reap it."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.channel.close()

    def flush(self) -> None:
        """Send what the socket, or the shared memory, takes now."""
        self._send(self.out)
        if self._linked:
            self._link.flush()

    def post(self, jobs: list[tuple[int, Any]]) -> None:
        """Send jobs, (number, payload), to a linked process. The payloads are plain values: see ``Link``."""
        self._link.send(jobs)

    def _send(self, waiting: bytearray) -> None:
        with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
            while waiting:
                sent = self.channel.send(waiting)
                del waiting[:sent]

    def receive(self) -> tuple[list[tuple[int, int, bytes]], bool]:
        """The frames that have arrived, and whether the process still holds its end of the socket."""
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

    def hear(self, now: float) -> tuple[list[tuple[int, int, Any]], bool]:
        """The answers of a linked process, (number, kind, body), and whether it lives.

        ``now`` is ``time.monotonic()``: a process that is ready is looked after only where it
        says nothing for a while.
        """
        if self.ready and ((answers := self._link.receive()) or now - self._looked < _PULSE_S):
            return answers, True
        self._looked = now
        frames, alive = self.receive()
        return [*frames, *self._link.receive()], alive

    @property
    def heard(self) -> bool:
        """Whether a linked process has said something that was not heard yet."""
        return self._link.heard

    @property
    def load(self) -> int:
        """Jobs sent or waiting."""
        return len(self.queue) + len(self.flight)
