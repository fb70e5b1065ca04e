"""Reasons to keep quiet about a formula that fails."""

from __future__ import annotations

import re

from verifirst.claims.assertion import doubt
from verifirst.claims.formula import Formula
from verifirst.core.rule import Context

_OWN_BASE = re.compile(r"[0-9}]\s*_\s*\{?[0-9]")
_OTHER = "other than ordinary arithmetic"
_OVERTURNED = re.compile(
    r"contradict|impossible|absurd|not possible|no (?:real )?solutions?|cannot|can't|can not|inconsistent|not true|false"
    r"|not (?:a )?valid|invalid|no such|does(?:n't| not) (?:hold|work|satisfy)|is not|extraneous|reject|discard|never",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|suppos\w+|assum\w+|cases?|when|try|trying|test\w*|check\w*|verify\w*|would|unless|impl(?:y|ies) that if)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?](?=\s)|\n\s*\n")
WINDOW = 240


def excuse(claim: Formula, context: Context) -> str:
    """Why a failing ``claim`` may not be an error, or ``""``."""
    text = context.step.text
    if claim.supposed:
        return "it is supposed, tested or one of several cases"
    if _SUPPOSED.search(text, _sentence(text, claim.start), claim.start):
        return "its sentence supposes something"
    if claim.left.units or claim.right.units:
        return "its units were left out"
    if _OVERTURNED.search(text, claim.end, claim.end + WINDOW):
        return "the text goes on to overturn it"
    why = doubt(text, claim.start, claim.end, context.problem)
    if why.startswith(_OTHER) and (claim.relation == "≡" or _OWN_BASE.search(text, claim.start, claim.end)):
        return ""
    return why


def _sentence(text: str, start: int) -> int:
    """Where the sentence around ``start`` begins, at most ``WINDOW`` characters back."""
    at = max(0, start - WINDOW)
    for match in _SENTENCE.finditer(text, at, start):
        at = match.end()
    return at
