"""Plain values between two processes through shared memory: sending and looking cost no system call.

A thread that may not be held up (an engine's, between two forward passes) pays for a socket
with system calls, and with waking whoever waits at the other end. Here nobody waits: who
reads looks now and then. Between two passes all code is cold, so there is little of it here.
"""

from __future__ import annotations

import marshal
import mmap
import os
import platform
import struct
import tempfile
import zlib
from collections import deque
from typing import Any

RING = 1 << 16
"""Bytes that one direction holds."""
CHUNK = 1 << 14
"""Bytes put in at once, at most."""
_COUNTERS = 128  # bytes: two counters, each on a cache line of its own
_WRITTEN, _READ = 0, 8  # where they are, in 8-byte words
_HEADER = struct.Struct("=II")  # length, doubled and 1 more where the value ends here; checksum
_FORMAT = 2  # of marshal: the plainest that knows all that we send
_ORDERED = platform.machine() in ("x86_64", "AMD64")
"""Whether other processors see what one writes in the order in which it writes it."""


class Ring:
    """One direction: one process puts, the other takes, in order.

    Where a counter may be seen before the bytes that it counts, a checksum goes with each
    chunk: one that does not fit has not come yet.
    """

    def __init__(self, memory: mmap.mmap | bytearray, start: int, size: int, *, checked: bool = not _ORDERED) -> None:
        self._memory = memory
        self._counters = memoryview(memory)[start : start + _COUNTERS].cast("Q")
        self._start = start + _COUNTERS
        self._size = size
        self._checked = checked

    def put(self, chunk: bytes, *, last: bool = True) -> bool:
        """Put ``chunk`` in; False where there is no room now. ``last``: a value ends with it."""
        written = self._counters[_WRITTEN]
        length = len(chunk)
        if length + _HEADER.size > self._size - (written - self._counters[_READ]):
            return False
        header = _HEADER.pack(2 * length + last, zlib.adler32(chunk) if self._checked else 0)
        self._write(written, header + chunk)
        self._counters[_WRITTEN] = written + _HEADER.size + length
        return True

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return self._counters[_WRITTEN] == self._counters[_READ]

    def take(self) -> tuple[bytes, bool] | None:
        """The next chunk, and whether a value ends with it; None where none has come."""
        written, read = self._counters[_WRITTEN], self._counters[_READ]
        if written == read:
            return None
        double, checksum = _HEADER.unpack(self._slice(read, _HEADER.size))
        end = read + _HEADER.size + double // 2
        if end > written:
            return None
        chunk = self._slice(read + _HEADER.size, double // 2)
        if self._checked and zlib.adler32(chunk) != checksum:
            return None
        self._counters[_READ] = end
        return chunk, bool(double % 2)

    def _write(self, at: int, data: bytes) -> None:
        at = at % self._size
        first = self._size - at
        start = self._start + at
        if len(data) <= first:
            self._memory[start : start + len(data)] = data
        else:
            self._memory[start : start + first] = data[:first]
            self._memory[self._start : self._start + len(data) - first] = data[first:]

    def _slice(self, at: int, length: int) -> bytes:
        at = at % self._size
        start = self._start + at
        if at + length <= self._size:
            return bytes(self._memory[start : start + length])
        rest = at + length - self._size
        return bytes(self._memory[start : start + length - rest]) + bytes(
            self._memory[self._start : self._start + rest]
        )


class Link:
    """Two rings in one piece of shared memory, for a parent and its child.

    What goes through are values that ``marshal`` knows: numbers, text, bytes, None, tuples,
    lists and dictionaries of them.
    """

    def __init__(self, descriptor: int, *, child: bool) -> None:
        flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)  # no page faults later
        memory = mmap.mmap(descriptor, 2 * (_COUNTERS + RING), flags)
        down, up = Ring(memory, 0, RING), Ring(memory, _COUNTERS + RING, RING)
        self._outgoing, self._incoming = (up, down) if child else (down, up)
        self._waiting: deque[tuple[bytes, bool]] = deque()
        self._begun = b""  # chunks of a value that has not ended yet

    def send(self, value: Any) -> None:
        """Put ``value`` in, or what there is room for; :meth:`flush` puts in the rest."""
        data = marshal.dumps(value, _FORMAT)
        if not self._waiting and len(data) <= CHUNK and self._outgoing.put(data):
            return
        for at in range(0, len(data), CHUNK):
            self._waiting.append((data[at : at + CHUNK], at + CHUNK >= len(data)))
        self.flush()

    def flush(self) -> bool:
        """Put in what waits and has room; whether nothing waits any more."""
        while self._waiting and self._outgoing.put(self._waiting[0][0], last=self._waiting[0][1]):
            self._waiting.popleft()
        return not self._waiting

    @property
    def heard(self) -> bool:
        """Whether there is something to receive."""
        return not self._incoming.empty

    def receive(self) -> list[Any]:
        """The values that have come."""
        found = []
        incoming = self._incoming
        while not incoming.empty and (taken := incoming.take()) is not None:
            chunk, last = taken
            if self._begun:
                chunk = self._begun + chunk
            if last:
                found.append(marshal.loads(chunk))  # noqa: S302  # our own parent or child wrote it
                self._begun = b""
            else:
                self._begun = chunk
        return found


def shared_memory() -> int:
    """The descriptor of a new piece of memory for a ``Link``; the caller closes it."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("verifirst")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, 2 * (_COUNTERS + RING))
    return descriptor
