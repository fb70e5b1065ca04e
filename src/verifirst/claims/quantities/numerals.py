"""Number words: ``twenty-five``, ``a hundred and six``, ``two thirds``, ``one and a half``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from verifirst.solvers.rational import Rpn

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
} | {"fourty": 40}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10, "twelfth": 12, "twelfths": 12, "twentieth": 20,
    "hundredth": 100, "hundredths": 100, "thousandth": 1000,
}  # fmt: skip
MAX_WORDS = 12  # words of one numeral

STARTS = frozenset(_UNITS) | frozenset(_TENS)
"""Words that begin a whole number."""

PARTS = frozenset(_PARTS)
"""Words that name a part of one."""


class Numeral(NamedTuple):
    """A number in words: its postfix form, and the position after its last word."""

    rpn: Rpn
    end: int


def whole(words: Sequence[str], i: int) -> tuple[int, int] | None:
    """The whole number that begins at word ``i``, and the position after it."""
    total, group, seen, j = 0, 0, False, i
    stop = min(len(words), i + MAX_WORDS)
    while j < stop:
        word = words[j]
        if word in _UNITS and (not seen or _open_to_unit(group % 100)):
            group += _UNITS[word]
        elif word in _TENS and group % 100 == 0:
            group += _TENS[word]
        elif word in ("hundred", "hundreds") and 0 < group < 100:  # noqa: PLR2004  # at most 99 hundred
            group *= 100
        elif word in _SCALES and group:
            total, group = total + group * _SCALES[word], 0
        elif word == "and" and seen and group % 100 == 0 and j + 1 < stop and words[j + 1] in STARTS and group:
            pass
        elif word == "a" and not seen and j + 1 < stop and words[j + 1] in _LARGE:
            group = 1
        else:
            break
        seen = True
        j += 1
    return (total + group, j) if seen else None


def _open_to_unit(rest: int) -> bool:
    """Whether a unit may follow: ``twenty`` + ``one``, ``hundred`` + ``one``."""
    return rest == 0 or (rest % 10 == 0 and rest // 10 > 1)


_LARGE = frozenset(_SCALES) | {"hundred"}


def part(words: Sequence[str], i: int) -> Numeral | None:
    """The fraction that begins at word ``i``: ``half``, ``a third``, ``two thirds``."""
    word = words[i]
    if word == "half":
        return Numeral((1, 2, "/"), i + 1)
    following = words[i + 1] if i + 1 < len(words) else ""
    if word in ("a", "an", "one") and following in _PARTS and following[-1] != "s":
        return Numeral((1, _PARTS[following], "/"), i + 2)
    if word in _UNITS and following in _PARTS and (following[-1] == "s" or following == "half"):
        return Numeral((_UNITS[word], _PARTS[following], "/"), i + 2)
    return None


def numeral(words: Sequence[str], i: int) -> Numeral | None:
    """The number in words that begins at word ``i``: whole, a fraction, or both."""
    if words[i] not in _BEGINS:
        return None
    if (fraction := part(words, i)) is not None:
        return fraction
    found = whole(words, i)
    if found is None:
        return None
    value, end = found
    if words[end : end + 1] == ["and"] and end + 1 < len(words) and (rest := part(words, end + 1)) is not None:
        return Numeral((value, *rest.rpn, "+"), rest.end)
    return Numeral((value,), end)


_BEGINS = STARTS | {"a", "an", "half"}
