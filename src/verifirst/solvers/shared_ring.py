"""Bytes between two processes through shared memory: sending and looking cost no system call.

A thread that may not be held up (an engine's, between two forward passes) pays for a socket
with system calls, and with waking whoever waits at the other end. Here nobody waits: who
reads looks now and then.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
import zlib

RING = 1 << 16
"""Bytes that one direction holds."""
CHUNK = 1 << 14
"""Bytes put in at once, at most."""
_COUNTERS = 128  # bytes: two counters, each on a cache line of its own
_WRITTEN, _READ = 0, 8  # where they are, in 8-byte words
_HEADER = struct.Struct("=II")  # length, checksum


class Ring:
    """One direction: one process puts, the other takes, in order.

    A checksum goes with each chunk: where the counter is seen before the bytes that it counts
    (some processors do that), the chunk has not come yet.
    """

    def __init__(self, memory: memoryview) -> None:
        self._counters = memory[:_COUNTERS].cast("Q")
        self._data = memory[_COUNTERS:]
        self._size = len(self._data)

    def put(self, chunk: bytes) -> bool:
        """Put ``chunk`` in, at most ``CHUNK`` bytes; False where there is no room now."""
        written = self._counters[_WRITTEN]
        framed = _HEADER.pack(len(chunk), zlib.adler32(chunk)) + chunk
        if len(framed) > self._size - (written - self._counters[_READ]):
            return False
        at = written % self._size
        first = self._size - at
        if len(framed) <= first:
            self._data[at : at + len(framed)] = framed
        else:
            self._data[at:] = framed[:first]
            self._data[: len(framed) - first] = framed[first:]
        self._counters[_WRITTEN] = written + len(framed)
        return True

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return self._counters[_WRITTEN] == self._counters[_READ]

    def take(self) -> bytes:
        """The next chunk; empty where none has come."""
        written, read = self._counters[_WRITTEN], self._counters[_READ]
        if written == read:
            return b""
        length, checksum = _HEADER.unpack(self._slice(read, _HEADER.size))
        end = read + _HEADER.size + length
        if end > written:
            return b""
        chunk = self._slice(read + _HEADER.size, length)
        if zlib.adler32(chunk) != checksum:
            return b""
        self._counters[_READ] = end
        return chunk

    def _slice(self, start: int, length: int) -> bytes:
        at = start % self._size
        if at + length <= self._size:
            return bytes(self._data[at : at + length])
        return bytes(self._data[at:]) + bytes(self._data[: at + length - self._size])


class Link:
    """Two rings in one piece of shared memory, for a parent and its child."""

    def __init__(self, descriptor: int, *, child: bool) -> None:
        flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)  # no page faults later
        memory = memoryview(mmap.mmap(descriptor, 2 * (_COUNTERS + RING), flags))
        down, up = Ring(memory[: _COUNTERS + RING]), Ring(memory[_COUNTERS + RING :])
        self.outgoing, self.incoming = (up, down) if child else (down, up)

    def send(self, waiting: bytearray) -> None:
        """Put in what there is room for, and take it off the front of ``waiting``."""
        while waiting and self.outgoing.put(bytes(waiting[:CHUNK])):
            del waiting[:CHUNK]


def shared_memory() -> int:
    """The descriptor of a new piece of memory for a ``Link``; the caller closes it."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("verifirst")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, 2 * (_COUNTERS + RING))
    return descriptor
