"""Read lines from files, standard input and gzip, in constant memory."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from verifirst.errors import FormatError, InputError

STDIN = "-"
MAX_LINE = 64 * 2**20  # bytes; one longer line is reported and skipped
TOO_LONG = f"expected at most {MAX_LINE:,} bytes, found more"
_GZIP_MAGIC = b"\x1f\x8b"
_BROKEN = (EOFError, zlib.error, OSError)  # gzip.BadGzipFile is an OSError


@dataclass(frozen=True, slots=True)
class Line:
    """One line of input, undecoded; ``fault`` says why where it could not be read."""

    source: str
    number: int
    raw: bytes = b""
    fault: str = ""


def require(source: str) -> None:
    """Raise :class:`InputError` unless ``source`` is standard input or a readable file."""
    if source == STDIN:
        return
    path = Path(source)
    if path.is_dir():
        raise InputError(f"{source}: expected a file, found a directory; name the files in it")
    if not path.exists():
        raise InputError(f"{source}: expected a file, found nothing there")
    if not os.access(path, os.R_OK):
        raise InputError(f"{source}: expected a readable file; its permissions forbid it")


@contextmanager
def opened(source: str) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open ``source``; yield (decompressed bytes, the bytes as stored).

    The position in the second says how far through the file the first is.
    """
    with _stored(source) as stored:
        if stored.peek(2)[:2] != _GZIP_MAGIC:
            yield cast("BinaryIO", stored), cast("BinaryIO", stored)
            return
        with gzip.GzipFile(fileobj=stored) as unpacked:
            yield cast("BinaryIO", io.BufferedReader(unpacked)), cast("BinaryIO", stored)


@contextmanager
def _stored(source: str) -> Iterator[io.BufferedReader]:
    if source == STDIN:
        buffer = sys.stdin.buffer
        yield buffer if isinstance(buffer, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", buffer))
        return
    with Path(source).open("rb") as file:
        yield file


def lines(source: str, at: Callable[[int], None] = lambda _: None) -> Iterator[Line]:
    """The lines of ``source`` that hold something; ``at`` hears the position in the file, in bytes.

    A line that is too long, and the place where a file breaks off, are lines with a fault.
    """
    number = 0
    try:
        with opened(source) as (file, stored):
            while raw := file.readline(MAX_LINE + 1):
                number += 1
                if source != STDIN:
                    at(stored.tell())
                if len(raw) > MAX_LINE:
                    _skip_line(file, raw)
                    yield Line(source, number, fault=TOO_LONG)
                elif not raw.isspace():
                    yield Line(source, number, raw)
    except _BROKEN as error:
        yield Line(source, number + 1, fault=_broken(error))


def _skip_line(file: BinaryIO, raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(2**20)


def text(source: str) -> str:
    """The whole of ``source`` as text."""
    try:
        with opened(source) as (file, _):
            raw = file.read(MAX_LINE + 1)
    except _BROKEN as error:
        raise FormatError(_broken(error)) from error
    if len(raw) > MAX_LINE:
        raise FormatError(TOO_LONG)
    return decode(raw)


def decode(raw: bytes) -> str:
    """``raw`` as UTF-8, a leading byte order mark removed."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte 0x{raw[error.start]:02x} at offset {error.start}"
        raise FormatError(f"expected UTF-8 text, found {where}") from error


def _broken(error: Exception) -> str:
    return f"expected readable data to the end of the file, found: {error}"
