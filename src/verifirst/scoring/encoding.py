"""A trace as token ids, with the positions at which a model is asked about its steps."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError
from verifirst.scoring.base import Scored, Unscored
from verifirst.scoring.layout import Layout


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of a whole trace; ``positions`` are the indices into them, one for each step that is due."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]


class Encoder:
    """Writes traces in ``layout`` and reads them with ``tokenizer`` (a fast one: it knows offsets).

    At most ``limit`` tokens, as the model can read no more (None: no limit). Raises ConfigError
    for a tokenizer without offsets.

    Steps are written by a model and may be hostile: a step that holds the separator, or a
    special token of the tokenizer spelled out, would put words into the mouth of the layout.
    Such a trace is Unscored, and so is one in which a separator does not end on a token boundary.
    """

    def __init__(self, tokenizer: Any, layout: Layout, limit: int | None = None) -> None:
        if not getattr(tokenizer, "is_fast", False):
            raise ConfigError(
                f"{type(tokenizer).__name__} gives no character offsets; load the fast tokenizer (use_fast=True)"
            )
        self._tokenizer = tokenizer
        self._layout = layout
        self._limit = limit
        added = tokenizer.added_tokens_decoder.values()
        self._special = tuple(token.content for token in added if token.special and token.content)

    def __call__(self, trace: Scored) -> Encoded | Unscored:
        """Encode ``trace``."""
        if (found := self._smuggled(trace)) is not None:
            return Unscored(Reason.UNSUPPORTED, f"the text holds {found!r}, which means something to the scorer")
        text, ends = self._layout.write(trace.problem, trace.steps)
        if not _is_unicode(text):
            return Unscored(Reason.UNSUPPORTED, "half of a surrogate pair is no character that a tokenizer reads")
        read = self._tokenizer(text, return_offsets_mapping=True)
        ids, offsets = read["input_ids"], read["offset_mapping"]
        if self._limit is not None and len(ids) > self._limit:
            return Unscored(Reason.TOO_LARGE, f"{len(ids)} tokens; the scorer reads {self._limit}")
        stops = _running([stop for _, stop in offsets])
        positions = [bisect_left(stops, end) for end in ends[trace.since :]]
        if any(at == len(ids) or stops[at] != end for at, end in zip(positions, ends[trace.since :], strict=True)):
            return Unscored(Reason.UNSUPPORTED, "a separator does not end on a token boundary")
        return Encoded(tuple(ids), tuple(_last(stops, at) for at in positions))

    def _smuggled(self, trace: Scored) -> str | None:
        """What the text may not hold: the separator in a step, a special token anywhere."""
        inside = next((self._layout.separator for step in trace.steps if self._layout.separator in step), None)
        if inside is not None:
            return inside
        whole = (trace.problem, *trace.steps)
        return next((mark for mark in self._special for text in whole if mark in text), None)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _running(stops: list[int]) -> list[int]:
    """Never falling: special tokens that a tokenizer adds have an empty offset of 0."""
    most = 0
    return [most := max(most, stop) for stop in stops]


def _last(stops: list[int], at: int) -> int:
    """The last of the tokens that end where token ``at`` does: a character may be several tokens."""
    while at + 1 < len(stops) and stops[at + 1] == stops[at]:
        at += 1
    return at
