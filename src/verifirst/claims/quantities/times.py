r"""Reading times of day: ``from 9:30 AM to 2:15 PM is 4 hours 45 minutes``, ``3 hours after 10 PM is 1 AM``.

A time needs a colon, a half of the day, or a name (noon, midnight). Where either half of the
day is missing the clock has twelve hours, else twenty-four.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

from verifirst.core.claim import Claim

MAX_TIMES = 40  # claims of one step that are read
MAX_TEXT = 20_000  # characters of a step that are searched
HALF_DAY, DAY = 720, 1440  # minutes

_TIME = r"(?:[0-9]{1,2}:[0-9]{2}(?:\s?[ap]\.?m\b\.?)?|[0-9]{1,2}\s?[ap]\.?m\b\.?|noon\b|midnight\b)"
_COUNT = r"(?:[0-9]{1,2}(?:\.[0-9]{1,2})?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HOURS = rf"{_COUNT}\s+(?:hours?|hrs?)"
_MINUTES = r"[0-9]{1,3}\s+(?:minutes?|mins?)"
_SPAN = rf"(?:{_HOURS}(?:(?:,?\s+and)?\s+{_MINUTES})?|{_MINUTES})"
_IS = r"\s*,?\s*(?:(?:which|that|it|there|this|and)\s+)?(?:is|are|=|equals|lasts|takes)\s+(?:a\s+total\s+of\s+)?"
_BETWEEN = re.compile(
    rf"\b(?:from|between)\s+({_TIME})\s+(?:to|until|till|and)\s+({_TIME}){_IS}({_SPAN})", re.IGNORECASE
)
_LATER = re.compile(
    rf"({_SPAN})\s+(after|before|past)\s+({_TIME})\s+(?:is|=|will\s+be|would\s+be)\s+({_TIME})", re.IGNORECASE
)
_SUM = re.compile(rf"({_TIME})\s*(\+|-|−|plus|minus)\s*({_SPAN})\s*(?:=|is|equals)\s*({_TIME})", re.IGNORECASE)
_LESS = re.compile(rf"({_TIME})\s*[-−]\s*({_TIME})\s*(?:=|is|equals)\s*({_SPAN})", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:[.,;)\n]|$|so\b|and\s+(?![0-9])|later\b|which\b)|\s+on\b", re.IGNORECASE)
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class TimeSpan(Claim):
    """Two times of day and the minutes said to lie between them, from ``first`` on.

    Times are minutes after midnight; ``cycle`` is a day, or half of one where a time does not
    say which half it means.
    """

    kind: ClassVar[str] = "time-span"
    optional: ClassVar[bool] = True

    first: int
    second: int
    minutes: int
    cycle: int

    def holds(self) -> bool:
        """Whether that many minutes lie between the two."""
        return (self.second - self.first - self.minutes) % self.cycle == 0


def time_spans(text: str) -> list[TimeSpan]:
    """What ``text`` says about the time between two times of day, in order."""
    found: list[TimeSpan] = []
    for pattern in (_BETWEEN, _LATER, _SUM, _LESS):
        for match in pattern.finditer(text, 0, MAX_TEXT):
            claim = _claim(match) if _ENDS.match(text, match.end()) else None
            if claim is not None and len(found) < MAX_TIMES:
                found.append(claim)
    return sorted(found, key=lambda claim: claim.start)


def _claim(match: re.Match[str]) -> TimeSpan | None:
    """The claim that a match makes, its times put in order."""
    backwards = match.re is not _BETWEEN and match.re is not _LESS and match[2].lower() in ("before", "-", "−", "minus")
    if match.re is _BETWEEN:
        first, second, span = match[1], match[2], match[3]
    elif match.re is _LESS:
        first, second, span = match[2], match[1], match[3]
    elif match.re is _LATER:
        first, second, span = match[3], match[4], match[1]
    else:
        first, second, span = match[1], match[4], match[3]
    if backwards:
        first, second = second, first
    start, end, minutes = _time(first), _time(second), _minutes(span)
    if start is None or end is None or minutes is None:
        return None
    cycle = DAY if start[1] and end[1] else HALF_DAY
    claim = TimeSpan(match.start(), match.end(), start[0], end[0], minutes, cycle)
    turned = replace(claim, first=claim.second, second=claim.first)
    return turned if match.re is _LESS and turned.holds() else claim  # 5 pm - 6 pm is one hour


def _time(text: str) -> tuple[int, bool] | None:
    """Minutes after midnight, and whether the text says which half of the day."""
    text = text.lower().replace(".", "").replace(" ", "")
    if text in ("noon", "midnight"):
        return (HALF_DAY if text == "noon" else 0), True
    half = text[-2:] if text[-1] == "m" else ""
    hour, _, minute = text.removesuffix(half).partition(":")
    hours, minutes = int(hour), int(minute or 0)
    if minutes > 59 or hours > (12 if half else 24):  # noqa: PLR2004  # a clock
        return None
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return hours * 60 + minutes, bool(half) or hours > 12  # noqa: PLR2004


def _minutes(text: str) -> int | None:
    """The minutes of ``4 hours and 45 minutes``."""
    total = 0.0
    for match in _PART.finditer(text):
        word = match[1].lower()
        value = float(word) if word[0].isdecimal() else float(1 if word in ("a", "an") else _WORDS.index(word))
        total += value * (60 if match[2].lower().startswith("h") else 1)
    return int(total) if total == int(total) else None


_PART = re.compile(r"([0-9.]+|[a-z]+)\s+(hours?|hrs?|minutes?|mins?)", re.IGNORECASE)
