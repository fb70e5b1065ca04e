"""Lexemes: the tokens of a step with every run of words split into its words."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

from verifirst.claims.expression import Parsed, parse
from verifirst.claims.tokens import Tokens

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")


class Lexemes(NamedTuple):
    """Parallel lists over one text; ``words`` holds ``""`` where ``kinds`` is not ``w``.

    ``kinds`` are those of :mod:`verifirst.claims.tokens`, words in small letters. ``tokens``
    are the tokens themselves, with every run of words made an end, so that a parse of symbols
    stops there; ``positions`` gives each lexeme's token.
    """

    text: str
    words: list[str]
    kinds: list[str]
    starts: list[int]
    ends: list[int]
    positions: list[int]
    tokens: Tokens

    def at(self, offset: int) -> int:
        """The first lexeme that begins at ``offset`` or after it."""
        return bisect_left(self.starts, offset)

    def symbols(self, i: int) -> tuple[Parsed, int]:
        """The side made of symbols that begins at lexeme ``i``, and the lexeme after it."""
        parsed = parse(self.tokens, self.positions[i])
        return parsed, bisect_left(self.positions, parsed.end, i)


def lexemes(tokens: Tokens) -> Lexemes:
    """Split the words of ``tokens``."""
    text, kinds, starts, ends = tokens
    words: list[str] = []
    own: list[str] = []
    begins: list[int] = []
    finishes: list[int] = []
    positions: list[int] = []
    for i, kind in enumerate(kinds):
        start = starts[i]
        if kind != "w":
            words.append("")
            own.append(kind)
            begins.append(start)
            finishes.append(ends[i])
            positions.append(i)
            continue
        for word, at in _words(text, start, ends[i]):
            words.append(word)
            own.append("w")
            begins.append(at)
            finishes.append(at + len(word))
            positions.append(i)
    edges = ["E" if kind == "w" else kind for kind in kinds]
    return Lexemes(text, words, own, begins, finishes, positions, Tokens(text, edges, starts, ends))


def _words(text: str, start: int, end: int) -> list[tuple[str, int]]:
    """The words of a run in small letters, and where each begins."""
    if text[start] in "\\^":
        start = text.find("{", start, end) + 1 or end
        return [(match.group().lower(), match.start()) for match in _WORD.finditer(text, start, end)]
    found: list[tuple[str, int]] = []
    for word in text[start:end].replace("-", " ").lower().split(" "):
        found.append((word, start))
        start += len(word) + 1
    return found
