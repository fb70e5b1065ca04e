"""Labels: a phrase to the name under which the fact graph keeps it.

Two phrases have one name when they differ in case, articles, possessives, small words or
the plural only: ``The total number of cookies`` and ``Total number of cookie``. The order
of the words stays, for ``cost of boxes`` and ``boxes of cost`` may be two things.
"""

from __future__ import annotations

import re

MAX_WORDS = 12  # words of a label; a longer run is a sentence
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|[0-9]+(?:\.[0-9]+)?%?")
_SMALL = frozenset(
    "a an the of for in on at to by per and is are was were be s his her hers their its our my your this that these "
    "those so then thus therefore hence now next finally first second also since because we have get he she they it "
    "let calculate find compute given".split()
)
_SAME_IN_PLURAL = ("ss", "us", "is")


def label_name(text: str) -> str:
    """The name of the label ``text``, or "" where nothing is left of it or it is too long."""
    words = _WORD.findall(text)
    if not 0 < len(words) <= MAX_WORDS:
        return ""
    return " ".join(_singular(word) for word in map(str.lower, words) if word not in _SMALL)


def _singular(word: str) -> str:
    owner, mark, _ = word.replace("’", "'").partition("'")
    if mark:
        return owner
    if len(word) <= 3:  # noqa: PLR2004  # gas, bus
        return word
    if word.endswith("s") and not word.endswith(_SAME_IN_PLURAL):
        word = word[:-1]
    return word[:-2] + "y" if word.endswith("ie") else word  # candies and candy, cookies and cookie: one key
