"""No steps at all: for text that nobody verifies."""

from __future__ import annotations

from verifirst.core.step import Step
from verifirst.segment.base import Segmenter
from verifirst.segment.newline import LineScanner


class NoSteps(Segmenter):
    """Closes no step and keeps no text."""

    def __init__(self) -> None:
        super().__init__(LineScanner)

    def feed(self, text: str) -> list[Step]:  # noqa: ARG002  # nothing is kept
        """Nothing closes."""
        return []

    def close(self) -> list[Step]:
        """Nothing is open."""
        return []

    def rollback(self, offset: int) -> None:
        """Nothing to cut."""
