"""A stand-in for the local engine: the real decoder and verifier, without a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

from verifirst.decoding import Event
from verifirst.engines.base import Output, Request
from verifirst.engines.scripted import ScriptedEngine

LINES = ("So 3 * 4 = 12 apples.", "Then 12 - 5 = 8 are left.", "The answer is 7.")


def solve(text: str, attempt: int) -> str | None:
    """Three steps; the second is wrong at the first try."""
    at = text.count("\n")
    if at == len(LINES):
        return None
    return (LINES[at] if attempt == 0 else LINES[at].replace("= 8", "= 7")) + "\n"


class FakeEngine:
    """Answers every request with the script."""

    forward_passes = 0

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def generate(self, requests: Sequence[Request], on_event: Callable[[Event], None] | None = None) -> list[Output]:
        self.requests.extend(requests)
        self.forward_passes += 10
        return [ScriptedEngine(solve).generate(request, on_event) for request in requests]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass
