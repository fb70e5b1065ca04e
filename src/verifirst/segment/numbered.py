"""Numbered lists: a step begins at a line that begins with a marker.

Markers: ``1.``, ``2)``, ``(3)``, ``Step 4:``, ``**Step 5**``, ``### Step 6``. The marker
stays in its step's text; the text before the first marker is a step of its own. A marker
closes the step before it, so the last step closes with the trace.
"""

from __future__ import annotations

import re

from verifirst.segment.base import MAX_STEP_CHARS, Cut, Scanner, Segmenter

_HEAD = 24  # a marker is seen within this many characters of its line
_MARKER = re.compile(
    r"[ \t]{0,8}(?:\#{1,6}\ |[*_]{1,2})?"
    r"(?:\d{1,3}[.)][*_]{0,2}\s | \(\d{1,3}\)[*_]{0,2}\s | step\ ?\d{1,3}[\s:.)*_,\-\u2013\u2014])",
    re.VERBOSE | re.IGNORECASE,
)


class MarkerScanner(Scanner):
    """Cuts before a line that begins with a marker."""

    def __init__(self) -> None:
        self.stops = ""
        self._line = 0  # where the current line begins
        self._head = ""  # its first characters
        self._text = False  # whether anything but blanks comes before it

    def take(self, char: str, at: int, before: str) -> Cut | None:  # noqa: ARG002  # the line's head is enough
        """Cut at the line's start once its head reads as a marker."""
        self._head += char
        if self._text and _MARKER.fullmatch(self._head):
            return Cut(self._line, self._line)
        if char == "\n":
            self._text = self._text or bool(self._head.strip())
            self._line, self._head, self.stops = at + 1, "", ""
        elif len(self._head) >= _HEAD:
            self._text = self._text or bool(self._head.strip())
            self.stops = "\n"
        return None


def numbered(*, max_step_chars: int = MAX_STEP_CHARS) -> Segmenter:
    """A segmenter whose steps are the items of a numbered list."""
    return Segmenter(MarkerScanner, max_step_chars=max_step_chars)
