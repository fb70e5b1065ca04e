"""Reasons to keep quiet about a formula that fails."""

from __future__ import annotations

import re
from collections.abc import Callable

from verifirst.claims.formula import Formula
from verifirst.core.claim import Claim
from verifirst.core.rule import Context
from verifirst.rules.numbers.doubts import OTHER, doubted

_OWN_BASE = re.compile(r"[0-9}]\s*_\s*\{?[0-9]")
_OWN_SUBSCRIPT = frozenset(("log", "mod"))
_OVERTURNED = re.compile(
    r"contradict|impossible|absurd|not possible|no (?:real )?solutions?|cannot|can't|can not|inconsistent|not true"
    r"|false|not (?:a )?valid|invalid|no such|does(?:n't| not) (?:hold|work|satisfy)|is not|extraneous|reject"
    r"|discard|never",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:if|suppos\w+|assum\w+|cases?|when|try|trying|test\w*|check\w*|verify\w*|would|unless|either|respectively"
    r"|two (?:possible |real |different )?(?:values|solutions|cases|roots|equations|possibilities))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?](?=\s)|\n\s*\n")
_NO_NUMBERS = re.compile(r"\\(?:mathbf|boldsymbol|bm|vec|overrightarrow|mathcal)\b")
WINDOW = 240


def excuse(claim: Formula, context: Context) -> str:
    """Why a failing ``claim`` may not be an error, or ``""``."""
    text = context.step.text
    for why, holds in _EXCUSES:
        if holds(claim, context):
            return why
    why = doubted(text, claim.start, claim.end, context.problem)
    own = claim.relation == "≡" or _OWN_BASE.search(text, claim.start, claim.end)
    if not why.startswith(OTHER):
        return why
    if own:
        return ""
    if _OWN_SUBSCRIPT.isdisjoint((*claim.left.term, *claim.right.term)):
        return why
    blank = text[: claim.start] + " " * (claim.end - claim.start) + text[claim.end :]
    return doubted(blank, claim.start, claim.end, context.problem)  # log_2 and mod are read: what is around them?


def _supposed_around(claim: Formula, context: Context) -> bool:
    text = context.step.text
    return _SUPPOSED.search(text, _sentence(text, claim.start), claim.start) is not None


def _of_vectors(claim: Formula, context: Context) -> bool:
    return _NO_NUMBERS.search(context.step.text, claim.start, claim.end) is not None


def _overturned(claim: Formula, context: Context) -> bool:
    after = _OVERTURNED.search(context.step.text, claim.end, claim.end + WINDOW)
    return after is not None or _ends_in_absurdity(claim, context)


def _ends_in_absurdity(claim: Formula, context: Context) -> bool:
    """Whether ``1 = 4`` or the like comes after it: a proof that there is no solution."""
    memo = context.memo
    if "AL.absurd" not in memo:
        memo["AL.absurd"] = max((other.start for other in context.claims if _absurd(other)), default=-1)
    last: int = memo["AL.absurd"]
    return last >= claim.end


def _absurd(claim: Claim) -> bool:
    if not isinstance(claim, Formula) or claim.relation != "=":
        return False
    left, right = claim.left.term, claim.right.term
    return len(left) == len(right) == 1 and left != right and isinstance(left[0], int) and isinstance(right[0], int)


def _sentence(text: str, start: int) -> int:
    """Where the sentence around ``start`` begins, at most ``WINDOW`` characters back."""
    at = max(0, start - WINDOW)
    for match in _SENTENCE.finditer(text, at, start):
        at = match.end()
    return at


_EXCUSES: tuple[tuple[str, Callable[[Formula, Context], bool]], ...] = (
    ("it is supposed, tested or one of several cases", lambda claim, _: claim.supposed),
    ("its sentence supposes something", _supposed_around),
    ("its letters are vectors or matrices", _of_vectors),
    ("its units were left out", lambda claim, _: claim.left.units or claim.right.units),
    ("the text goes on to overturn it", _overturned),
    ("the problem says so", lambda claim, context: context.step.text[claim.start : claim.end] in context.problem),
)
