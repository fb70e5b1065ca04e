"""Scopes: a case of a case distinction, or one of several scenarios, options or methods.

What is said inside one holds there: the next case may say otherwise without contradiction.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_TEXT = 20_000  # characters of a step that are searched

_CUES = ("ase", "ASE", "cenario", "ption", "hoice", "ethod", "pproach", "lan", "ossibility", "ttempt", "rial")
_OPENING = re.compile(
    r"(?:^|(?<=[\n.;:]))[ \t*#\-•>(]*(?:[0-9]+[.)]\s*|step\s+[0-9]+\s*:\s*|(?:in|for|under|now|next|consider|with)\s+)?"
    r"(?:the\s+)?(?P<what>(?:sub-?)?(?:cases?|scenario|option|choice|method|approach|plan|possibility|attempt|trial)"
    r"\s+(?:[0-9]+(?:\.[0-9]+)?|[ivx]+|[a-e]|one|two|three|four)\b"
    r"|(?:first|second|third|fourth|other|last|next)\s+(?:case|scenario|option|possibility|method|approach|plan)\b)",
    re.IGNORECASE,
)


class Opening(NamedTuple):
    """Where a scope opens in a step's text, and what it is called."""

    start: int
    end: int
    what: str


def opening(text: str) -> Opening | None:
    """The last scope that ``text`` opens, or None."""
    for cue in _CUES:
        if cue in text:
            break
    else:
        return None
    found = None
    for found in _OPENING.finditer(text, 0, MAX_TEXT):  # noqa: B007  # the last one is what goes on
        pass
    return None if found is None else Opening(found.start("what"), found.end("what"), found["what"])
