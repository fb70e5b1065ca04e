"""The token <-> character map of one request's output, kept exact under truncation."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Protocol

REPLACEMENT = "\ufffd"  # what decoders emit for an unfinished UTF-8 sequence
CONTEXT = 6  # tokens of left context that a detokeniser may need for spacing
PATIENCE = 8  # tokens to wait for the rest of a character before it counts as broken


class Detokenizer(Protocol):
    """Turns tokens into the characters they add."""

    def extend(self, tokens: Sequence[int], settled: int) -> str:
        """Characters that ``tokens[settled:]`` add to the text of ``tokens[:settled]``.

        Returns "" while the last token ends inside a character; a sequence that stays
        broken for ``PATIENCE`` tokens comes out with replacement characters.
        """
        ...


class ByteDetokenizer:
    """For byte-level vocabularies: the text is the concatenation of the tokens' bytes.

    ``table[id]`` is the bytes of token ``id`` (empty for special tokens).
    """

    def __init__(self, table: Sequence[bytes]) -> None:
        self._table = table

    def extend(self, tokens: Sequence[int], settled: int) -> str:
        """See :class:`Detokenizer`; exact."""
        piece = self._table[tokens[-1]] if settled == len(tokens) - 1 else self._join(tokens[settled:])
        try:
            return piece.decode("utf-8")
        except UnicodeDecodeError:
            return "" if len(tokens) - settled < PATIENCE else piece.decode("utf-8", errors="replace")

    def _join(self, tokens: Sequence[int]) -> bytes:
        return b"".join(self._table[token] for token in tokens)


class GenericDetokenizer:
    """For any tokenizer: the difference between two decodings of the last few tokens.

    ``decode`` maps token ids to text. Costs two calls of it for each token. A literal
    U+FFFD looks like a broken character and is held back up to ``PATIENCE`` tokens.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode

    def extend(self, tokens: Sequence[int], settled: int) -> str:
        """See :class:`Detokenizer`; exact when spacing depends on at most ``CONTEXT`` tokens."""
        start = max(0, settled - CONTEXT)
        before, after = self._decode(tokens[start:settled]), self._decode(tokens[start:])
        if after.endswith(REPLACEMENT) and len(tokens) - settled < PATIENCE:
            return ""
        return after[len(before) :]


class TokenText:
    """Output tokens with the text they spell: ``ends[i]`` is the text length after token ``i``."""

    __slots__ = ("_detokenizer", "_ends", "text", "tokens")

    def __init__(self, detokenizer: Detokenizer) -> None:
        self._detokenizer = detokenizer
        self.tokens: list[int] = []
        self._ends: list[int] = []
        self.text = ""

    def __len__(self) -> int:
        return len(self.tokens)

    def append(self, token: int) -> str:
        """Add a token; return the characters it adds."""
        settled = bisect_left(self._ends, len(self.text)) + 1 if self.text else 0
        self.tokens.append(token)
        piece = self._detokenizer.extend(self.tokens, settled)
        self.text += piece
        self._ends.append(len(self.text))
        return piece

    def append_silent(self, token: int) -> None:
        """Add a token that spells nothing (an end-of-text token)."""
        self.tokens.append(token)
        self._ends.append(len(self.text))

    def truncate(self, tokens: int) -> None:
        """Keep the first ``tokens`` tokens."""
        del self.tokens[tokens:], self._ends[tokens:]
        self.text = self.text[: self.chars(tokens)]

    def chars(self, tokens: int) -> int:
        """Length of the text that the first ``tokens`` tokens spell."""
        return self._ends[tokens - 1] if tokens else 0

    def tokens_covering(self, chars: int) -> int:
        """The least number of tokens whose text has at least ``chars`` characters."""
        return bisect_left(self._ends, chars) + 1 if chars > 0 else 0

    def cut(self, end: int, boundary: int) -> int | None:
        """Where to cut so that text up to ``end`` stays whole and nothing after ``boundary`` does.

        Returns a number of tokens, or None when one token spells both sides (then the two
        steps live and die together). Whitespace past ``boundary`` may stay.
        """
        count = min(self.tokens_covering(boundary), len(self.tokens))
        if not self.text[boundary : self.chars(count)].strip():
            return count
        return count - 1 if self.chars(count - 1) >= end else None
