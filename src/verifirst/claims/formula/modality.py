"""Modality: whether the words before a formula suppose it or introduce it."""

from __future__ import annotations

import re

WINDOW = 120  # characters before a formula that are looked at

_CLAUSE = re.compile(r"[.!?;:](?=\s|$)|\n\n|,|\b(?:then|so|thus|hence|therefore|gives|we (?:get|have|find|obtain))\b")
_SUPPOSES = re.compile(
    r"\b(?:if|suppos\w+|assum\w+|whether|unless|when|whenever|tr(?:y|ied|ies|ying)|guess\w*|test\w*|check\w*|verif\w*"
    r"|say|case|imagine|consider|would|could|might|may|want|wants|need|needs|must|should|possible|possibly|for|at|until"
    r"|either|or|such that|satisf\w+|not|cannot|can't|isn't|no)\b"
)
_INTRODUCES = re.compile(r"\b(?:let|denote|define|set|put|call|where|with|now|new|given)\b")
_SAYS = re.compile(f"{_SUPPOSES.pattern}|{_INTRODUCES.pattern}")


def modality(text: str, start: int, region: int) -> tuple[bool, bool]:
    """Whether the formula at ``start``, in the region that begins at ``region``, is supposed, and introduced."""
    low = max(0, min(start, region) - WINDOW)
    before = max(0, low - 1)  # a word that begins there is cut off
    said = text[before:start].lower()  # several times faster than patterns that ignore case
    if not _SAYS.search(said, low - before):
        return False, False
    at = low
    for match in _CLAUSE.finditer(text, low, start):
        at = match.end()
    return _SUPPOSES.search(said, at - before) is not None, _INTRODUCES.search(said, at - before) is not None


_ANOTHER = re.compile(
    r"[\s$\\)\],;.}]*(?:\\(?:text|quad)\s*\{?\s*)*\b(?:or|and)\b[\s$\\(\[}]*(?:\\quad\s*)*([A-Za-z])\s*="
)


def one_of_several(text: str, end: int, name: str) -> bool:
    """Whether another value of ``name`` follows at ``end``: ``x = 3 or x = 4``."""
    match = _ANOTHER.match(text, end)
    return match is not None and match[1] == name
