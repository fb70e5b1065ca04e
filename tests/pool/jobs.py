"""Handlers that the pool's tests run in worker processes."""

from __future__ import annotations

import ctypes
import os
import time
from typing import Any


def echo() -> Any:
    return _handle


def _handle(payload: Any) -> Any:
    command, value = payload
    if command == "loop":
        while True:
            pass
    if command == "sleep":
        time.sleep(value)
    if command == "exit":
        os._exit(3)
    if command == "segfault":
        ctypes.string_at(0)
    if command == "raise":
        raise RuntimeError(value)
    if command == "unpicklable":
        return lambda: value
    if command == "pid":
        return os.getpid()
    return value


def broken() -> Any:
    raise RuntimeError("no solver here")


def dies() -> Any:
    os._exit(7)
