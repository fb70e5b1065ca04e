"""Output that stands before a request's first token: whole steps, sampled and verified earlier."""

from __future__ import annotations

from collections.abc import Sequence

from verifirst.core.before import Before
from verifirst.core.step import Step
from verifirst.decoding.records import PendingStep
from verifirst.decoding.text import TokenText
from verifirst.errors import InputError
from verifirst.segment import Segmenter

_NEXT = ("A", " A", "1. ")
"""What may follow a step. A convention that looks ahead closes the step before it once it sees one of these."""


def stand(text: TokenText, segmenter: Segmenter, prefix: Sequence[int]) -> list[PendingStep]:
    """Let ``text`` and ``segmenter`` read ``prefix``; the steps that it has, without reports.

    Mutates both. The last step's tokens are all of the prefix that is left. Raises InputError where
    the prefix ends amid a character or a step.
    """
    if not prefix:
        return []
    text.extend(prefix)
    steps: list[PendingStep] = []
    for step in _closed(text, segmenter):
        end, before = text.tokens_covering(step.boundary), steps[-1].upto if steps else None
        steps.append(PendingStep(step, text.cut(step.end, step.boundary), end, 0, Before(step.text, before)))
    if steps:
        steps[-1].cut = steps[-1].end = len(prefix)
    return steps


def _closed(text: TokenText, segmenter: Segmenter) -> list[Step]:
    steps = segmenter.feed(text.text)
    left = segmenter.text[segmenter.open_start :]
    if text.unfinished or (left.strip() and not _may_end(segmenter, text.length)):
        amid = "a character" if text.unfinished else f"a step: {left[-60:]!r} is open"
        raise InputError(
            f"a prefix must be whole steps, found one that ends amid {amid}; cut it where a step ends "
            "(Output.prefix does)"
        )
    return steps + segmenter.close()


def _may_end(segmenter: Segmenter, length: int) -> bool:
    """Whether a step ends where the text does, by what a convention would say of it a character later."""
    blank = 1  # a boundary may lie past the blank that the next step's first token spells
    return any(closed[-1].boundary <= length + blank for text in _NEXT if (closed := segmenter.fork().feed(text)))
