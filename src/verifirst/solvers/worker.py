"""The child side of the worker pool, and the frames both sides speak.

A frame is a header (job number, kind, body length) and a pickled body. The child gets the
pickled initializer first, answers READY or BROKEN, then one RESULT, ERROR or FORGOTTEN per
JOB, in order; a handler that is a generator has a PARTIAL sent, without a body, each time it
yields. It ends with its parent: at once when the socket hangs up, even amid a job.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable, Generator
from functools import partial
from types import GeneratorType
from typing import Any, BinaryIO

from verifirst.solvers.shared_ring import Link

HEADER = struct.Struct("<QBQ")
JOB, READY, BROKEN, RESULT, ERROR, FORGOTTEN, PARTIAL = range(7)
_NAP_S = 0.0005, 0.02  # a nap between two looks at the shared memory: at least, at most
_NAP = 0.1  # and this share of the time since the last job
_PARENT_CHECK_MS = 5000  # a forked copy of the parent may keep the socket open: look at the parent's id too

BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from verifirst.solvers.worker import serve; serve(*map(int, sys.argv[2:]))"
)


class Forgotten(Exception):  # noqa: N818  # the name says what happened
    """Raised by a handler that lacks the state a job builds on: the job must be sent again, whole."""


def frame(job: int, kind: int, body: bytes) -> bytes:
    """One frame, ready to send."""
    return HEADER.pack(job, kind, len(body)) + body


def frames(buffer: bytearray) -> list[tuple[int, int, bytes]]:
    """Take the whole frames off the front of ``buffer`` (mutated)."""
    found: list[tuple[int, int, bytes]] = []
    at = 0
    while len(buffer) - at >= HEADER.size:
        job, kind, size = HEADER.unpack_from(buffer, at)
        end = at + HEADER.size + size
        if len(buffer) < end:
            break
        found.append((job, kind, bytes(buffer[at + HEADER.size : end])))
        at = end
    del buffer[:at]
    return found


def serve(descriptor: int, shared: int | None = None) -> None:
    """Run jobs from the socket until it closes. The child's whole life.

    ``shared``: the descriptor of shared memory, through which the jobs come instead.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when a worker ends
    channel = socket.socket(fileno=descriptor)
    threading.Thread(target=_end_with_parent, args=(channel,), daemon=True).start()
    incoming = channel.makefile("rb")
    handle = _begin(channel, _read(incoming))
    if handle is not None and shared is not None:
        _serve_linked(handle, Link(shared, child=True))
    while handle is not None and (request := _read(incoming)) is not None:
        channel.sendall(_answer(channel, handle, *request))


def _begin(channel: socket.socket, request: tuple[int, bytes] | None) -> Callable[[Any], Any] | None:
    """Build the handler; tell the parent."""
    if request is None:
        return None
    try:
        handle: Callable[[Any], Any] = pickle.loads(request[1])()  # noqa: S301  # our own parent wrote it
    except Exception:  # noqa: BLE001  # whatever it is, the parent reports it
        channel.sendall(frame(0, BROKEN, traceback.format_exc(limit=-3).encode(errors="replace")))
        return None
    channel.sendall(frame(0, READY, b""))
    return handle


def _serve_linked(handle: Callable[[Any], Any], link: Link) -> None:
    """Look for jobs, and nap in between: the longer, the longer none came. Ends with the process.

    What comes are lists of jobs, (number, payload); what goes are answers, (number, kind, body).
    """

    def send(*answer: object) -> None:
        link.send(answer)
        while not link.flush():
            time.sleep(_NAP_S[0])

    last = time.monotonic()
    while True:
        if lists := link.receive():
            for job, payload in (pair for pairs in lists for pair in pairs):
                try:
                    result = handle(payload)
                    if isinstance(result, GeneratorType):
                        result = _followed(partial(send, job, PARTIAL, None), result)
                    send(job, RESULT, result)
                except Exception as error:  # noqa: BLE001  # the boundary of a worker
                    send(job, ERROR, f"{type(error).__name__}: {error}"[:500])
            last = time.monotonic()
        else:
            time.sleep(min(_NAP_S[1], max(_NAP_S[0], _NAP * (time.monotonic() - last))))


def _answer(channel: socket.socket, handle: Callable[[Any], Any], job: int, body: bytes) -> bytes:
    try:
        result = handle(pickle.loads(body))  # noqa: S301  # our own parent wrote it
        if isinstance(result, GeneratorType):
            result = _followed(lambda: channel.sendall(frame(job, PARTIAL, b"")), result)
        return frame(job, RESULT, pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
    except Forgotten:
        return frame(job, FORGOTTEN, b"")
    except Exception as error:  # noqa: BLE001  # the boundary of a worker: a job that raises is an answer too
        message = f"{type(error).__name__}: {error}"[:500]
        return frame(job, ERROR, message.encode(errors="replace"))


def _followed(tell: Callable[[], None], work: Generator[None, None, Any]) -> Any:
    """What ``work`` returns in the end; the parent is told of each step on the way."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
        tell()


def _read(incoming: BinaryIO | socket.SocketIO) -> tuple[int, bytes] | None:
    """The next request, None at the end of the stream."""
    header = incoming.read(HEADER.size)
    if header is None or len(header) < HEADER.size:
        return None
    job, _, size = HEADER.unpack(header)
    body = incoming.read(size)
    return (job, body) if body is not None and len(body) == size else None


def _end_with_parent(channel: socket.socket) -> None:
    """Kill this process group (the worker leads it) once the parent is gone."""
    parent = os.getppid()
    hangup = select.poll()
    hangup.register(channel, 0)  # no event asked for: only hang-ups are told
    while not hangup.poll(_PARENT_CHECK_MS) and os.getppid() == parent:
        pass
    os.killpg(0, signal.SIGKILL)
