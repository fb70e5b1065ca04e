"""Where steps lie among the tokens of an output."""

from __future__ import annotations

from collections.abc import Sequence

from verifirst.decoding.records import PendingStep
from verifirst.decoding.text import TokenText


def boundary(steps: Sequence[PendingStep], count: int) -> int:
    """Tokens to keep so that the first ``count`` steps stay (fewer when a token is shared)."""
    while count > 0:
        cut = steps[count - 1].cut
        if cut is not None:
            return cut
        count -= 1
    return 0


def spans(steps: Sequence[PendingStep], text: TokenText) -> list[tuple[int, int]]:
    """Each step's tokens, half open; together all of ``text``, where there is a step.

    Neighbours meet, or share the one token that spells the end of one and the begin of the
    next. Tokens behind the last step (blanks, an end-of-text token) are counted to it.
    """
    found: list[tuple[int, int]] = []
    start = 0
    for pending in steps:
        shared = pending.cut is None
        end = text.tokens_covering(pending.step.end) if pending.cut is None else pending.cut
        found.append((start, end))
        start = end - shared
    if found:
        found[-1] = (found[-1][0], len(text))
    return found
