r"""Doubts about an assertion, without the words that only look like another arithmetic.

The subscript of a letter (``b_2``, ``\log_{11}``) is no base of a numeral, the base of a
logarithm is none either, and a remainder bends divisions only. They are blanked before
:func:`verifirst.claims.assertion.doubt` is asked again, so offsets stay.
"""

from __future__ import annotations

import re

from verifirst.claims.assertion import doubt

OTHER = "other than ordinary"
_SUBSCRIPT = re.compile(r"(?<=[A-Za-z])\s?_\s?(?:\{[0-9]{1,6}\}|[0-9])")
_LOGARITHM = re.compile(r"(?<=log)\w*\s?[^.;]{0,20}\bbases?[-\s$\\(]*[0-9]", re.IGNORECASE)
_REMAINDER = re.compile(r"\bremainders?\b", re.IGNORECASE)
_DIVIDES = re.compile(r"÷|/|\\(?:div|[dt]?frac)|\bdivided\b|\bover\b", re.IGNORECASE)
WINDOW = 500  # characters on either side that matter to a doubt


def doubted(text: str, start: int, end: int, problem: str) -> str:
    """Why ``text[start:end]`` may not be an assertion of ordinary arithmetic, or ``""``."""
    why = doubt(text, start, end, problem)
    if not why.startswith(OTHER):
        return why
    low = max(0, start - WINDOW)
    near = _plain(text[low : end + WINDOW])
    if not _DIVIDES.search(text, start, end):
        near = _REMAINDER.sub(_blank, near)
    return doubt(near, start - low, end - low, _LOGARITHM.sub(_blank, problem))


def _plain(text: str) -> str:
    return _SUBSCRIPT.sub(_blank, _LOGARITHM.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
