"""Text to steps: one file per convention, and :func:`segmenter` to get one by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifirst.errors import ConfigError
from verifirst.segment.base import MAX_STEP_CHARS, Cut, Scanner, Segmenter
from verifirst.segment.newline import LineScanner, newline
from verifirst.segment.numbered import MarkerScanner, numbered
from verifirst.segment.sentence import SentenceScanner, sentence
from verifirst.segment.think import think

_CONVENTIONS: dict[str, Callable[..., Segmenter]] = {
    "newline": newline,
    "sentence": sentence,
    "numbered": numbered,
    "think": think,
    "think+newline": partial(think, LineScanner),
    "think+sentence": partial(think, SentenceScanner),
    "think+numbered": partial(think, MarkerScanner),
    "auto": think,
}
CONVENTIONS = tuple(_CONVENTIONS)


def segmenter(name: str, *, max_step_chars: int = MAX_STEP_CHARS) -> Segmenter:
    """A fresh segmenter for the convention ``name``, one of ``CONVENTIONS``.

    ``"think"`` puts think tags around lines, ``"think+sentence"`` around sentences.
    ``"auto"`` is ``"think"``, which equals ``"newline"`` on text without tags.
    """
    make = _CONVENTIONS.get(name) if isinstance(name, str) else None
    if make is None:
        raise ConfigError(f"unknown segmenter {name!r}; expected one of: {', '.join(CONVENTIONS)}")
    return make(max_step_chars=max_step_chars)


__all__ = [
    "CONVENTIONS",
    "MAX_STEP_CHARS",
    "Cut",
    "Scanner",
    "Segmenter",
    "newline",
    "numbered",
    "segmenter",
    "sentence",
    "think",
]
