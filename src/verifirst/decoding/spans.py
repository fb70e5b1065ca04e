"""Where steps lie among the tokens of an output."""

from __future__ import annotations

from collections.abc import Sequence

from verifirst.decoding.records import PendingStep


def boundary(steps: Sequence[PendingStep], count: int) -> int:
    """Tokens to keep so that the first ``count`` steps stay (fewer when a token is shared)."""
    while count > 0:
        cut = steps[count - 1].cut
        if cut is not None:
            return cut
        count -= 1
    return 0


def spans(steps: Sequence[PendingStep], start: int = 0) -> list[tuple[int, int]]:
    """Each step's tokens, half open, the first from ``start`` on: what was sampled for it, whatever came after.

    Neighbours meet, or share the one token that closed the one and begins the next. An
    end-of-text token belongs to the step that it closed; where the last step was closed by its
    separator, what follows belongs to none.
    """
    found: list[tuple[int, int]] = []
    for pending in steps:
        found.append((start, pending.end))
        start = pending.end - 1 if pending.cut is None else pending.cut
    return found
