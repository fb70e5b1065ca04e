"""Givens: the values that a problem states, in digits or in words."""

from __future__ import annotations

import re
from fractions import Fraction

from verifirst.claims.side import literal
from verifirst.core.facts import PROBLEM, Fact

NUMBER = re.compile(
    r"(?P<whole>[0-9]++(?:,[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+|\.[0-9]++)"
    r"(?:\s?(?P<top>[0-9]{1,3})/(?P<bottom>[0-9]{1,3})(?![0-9]))?"
)
_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: dict[str, Fraction] = {word: Fraction(i) for i, word in enumerate(_UNITS)}
_WORDS |= {word: Fraction(20 + 10 * i) for i, word in enumerate(_TENS)}
_WORDS |= {
    f"{ten}-{unit}": Fraction(20 + 10 * i + j) for i, ten in enumerate(_TENS) for j, unit in enumerate(_UNITS[:10]) if j
}
_WORDS |= {
    "half": Fraction(1, 2), "halves": Fraction(1, 2), "third": Fraction(1, 3), "thirds": Fraction(1, 3),
    "quarter": Fraction(1, 4), "quarters": Fraction(1, 4), "fourth": Fraction(1, 4), "fourths": Fraction(1, 4),
    "fifth": Fraction(1, 5), "fifths": Fraction(1, 5), "sixth": Fraction(1, 6), "sixths": Fraction(1, 6),
    "seventh": Fraction(1, 7), "sevenths": Fraction(1, 7), "eighth": Fraction(1, 8), "eighths": Fraction(1, 8),
    "ninth": Fraction(1, 9), "ninths": Fraction(1, 9),
    "tenth": Fraction(1, 10), "tenths": Fraction(1, 10), "twice": Fraction(2), "double": Fraction(2),
    "doubled": Fraction(2), "doubles": Fraction(2), "thrice": Fraction(3), "triple": Fraction(3),
    "tripled": Fraction(3), "triples": Fraction(3), "quadruple": Fraction(4), "dozen": Fraction(12),
    "dozens": Fraction(12), "score": Fraction(20), "hundred": Fraction(100), "thousand": Fraction(1000),
    "million": Fraction(10**6), "billion": Fraction(10**9), "pair": Fraction(2), "couple": Fraction(2),
    "both": Fraction(2), "once": Fraction(1), "single": Fraction(1), "week": Fraction(7), "fortnight": Fraction(14),
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?")
_PERCENT = re.compile(r"\s?(?:\\?%|percent)")
_SCALE = re.compile(r"\s+(hundred|thousand|million|billion|dozen)\b", re.IGNORECASE)
MAX_TEXT = 100_000


def givens(problem: str) -> list[Fact]:
    """The distinct values that ``problem`` states, as facts of step ``PROBLEM``."""
    values: dict[Fraction, str] = {}
    for value, source in stated(problem[:MAX_TEXT]):
        if value not in values or source.endswith("%"):  # a percentage may be used in more ways
            values[value] = source
    return [Fact(value, PROBLEM, source) for value, source in values.items()]


def stated(text: str) -> list[tuple[Fraction, str]]:
    """Every value that ``text`` states, in digits or in words, with its spelling."""
    found: list[tuple[Fraction, str]] = []
    for match in NUMBER.finditer(text):
        found += _digits(text, match)
    for match in _WORD.finditer(text):
        word = match.group().lower()
        value = _WORDS.get(word)
        if value is None and "-" in word:
            value = _compound(word)
        if value is not None:
            found.append((value, match.group()))
            found += _scaled(text, match.end(), value, match.group())
    return found


def _digits(text: str, match: re.Match[str]) -> list[tuple[Fraction, str]]:
    item = literal(match["whole"])
    if item is None:
        return []
    value = Fraction(item) if isinstance(item, int) else Fraction(*item)
    sign = "%" if _PERCENT.match(text, match.end()) else ""
    found = [(value, match["whole"] + sign)]
    if match["top"] and int(match["bottom"]):
        part = Fraction(int(match["top"]), int(match["bottom"]))
        found += [(part, match.group()), (value + part, match.group())]
        value += part
    after = text[match.end() : match.end() + 1]
    if after == "/" and (bottom := NUMBER.match(text, match.end() + 1)):
        low = literal(bottom["whole"])
        if isinstance(low, int) and low:
            found.append((value / low, f"{match['whole']}/{bottom['whole']}"))
    return found + _scaled(text, match.end(), value, match["whole"])


def _scaled(text: str, end: int, value: Fraction, source: str) -> list[tuple[Fraction, str]]:
    """``5 thousand`` states 5000 too."""
    scale = _SCALE.match(text, end)
    return [(value * _WORDS[scale[1].lower()], source + scale[0])] if scale else []


def _compound(word: str) -> Fraction | None:
    """``two-thirds``, ``three-quarters``."""
    top, _, bottom = word.partition("-")
    if top in _WORDS and bottom in _WORDS and _WORDS[bottom] < 1:
        return _WORDS[top] * _WORDS[bottom]
    return _WORDS.get(top)
