"""Think tags around an inner convention.

``<think>`` and ``</think>`` are boundaries wherever they stand, and never part of a step's
text; between them, before and after, the inner convention cuts.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial

from verifirst.errors import ConfigError
from verifirst.segment.base import LOOK_BEHIND, MAX_STEP_CHARS, Cut, Scanner, Segmenter
from verifirst.segment.newline import LineScanner

TAGS = ("think", "thinking")


class TagScanner(Scanner):
    """Cuts at tags, else where the inner scanner does."""

    def __init__(self, inner: Scanner, tags: tuple[str, ...]) -> None:
        """``tags`` without the closing bracket, which decides."""
        self._inner = inner
        self._tags = tags
        self._widen()

    def __copy__(self) -> TagScanner:
        return _restored(self, copy(self._inner))

    def _widen(self) -> None:
        self.stops = self._inner.stops and ">" + self._inner.stops
        self.closers = self._inner.closers and ">" + self._inner.closers

    def take(self, char: str, at: int, before: str) -> Cut | None:
        """Cut a tag away, once its bracket closes."""
        if char == ">":
            for tag in self._tags:
                if before.endswith(tag):
                    return Cut(at - len(tag), at + 1)
        cut = self._inner.take(char, at, before)
        self._widen()
        return cut


def _restored(scanner: TagScanner, inner: Scanner) -> TagScanner:
    twin = TagScanner.__new__(TagScanner)
    twin.__dict__.update(scanner.__dict__)
    twin._inner = inner  # noqa: SLF001  # its own copy
    return twin


def think(
    inner: Callable[[], Scanner] = LineScanner,
    *,
    tags: tuple[str, ...] = TAGS,
    max_step_chars: int = MAX_STEP_CHARS,
) -> Segmenter:
    """A segmenter that takes ``<tag>`` and ``</tag>`` for boundaries around ``inner``."""
    if not tags or any(not tag or len(tag) > LOOK_BEHIND - 2 for tag in tags):
        raise ConfigError(f"tags must be names of 1..{LOOK_BEHIND - 2} characters, found {tags!r}")
    marks = tuple(mark + tag for tag in tags for mark in ("</", "<"))
    return Segmenter(partial(_tagged, inner, marks), max_step_chars=max_step_chars)


def _tagged(inner: Callable[[], Scanner], marks: tuple[str, ...]) -> Scanner:
    return TagScanner(inner(), marks)
