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
    found = Lexemes(text, [], [], [], [], [], Tokens(text, ["E" if k == "w" else k for k in kinds], starts, ends))
    words, own, begins, finishes, index = found.words, found.kinds, found.starts, found.ends, found.positions
    for i, kind in enumerate(kinds):
        if kind != "w":
            words.append("")
            own.append(kind)
            begins.append(starts[i])
            finishes.append(ends[i])
            index.append(i)
            continue
        start = starts[i]
        if text[start] in "\\^":
            start = text.find("{", start, ends[i]) + 1 or ends[i]
        for match in _WORD.finditer(text, start, ends[i]):
            words.append(match.group().lower())
            own.append("w")
            begins.append(match.start())
            finishes.append(match.end())
            index.append(i)
    return found
