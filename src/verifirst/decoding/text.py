"""The token <-> character map of one request's output, kept exact under truncation."""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Protocol

from verifirst.segment.pieces import Pieces

REPLACEMENT = "\ufffd"  # what decoders emit for an unfinished UTF-8 sequence
CONTEXT = 6  # tokens of left context that a detokeniser may need for spacing
PATIENCE = 8  # tokens to wait for the rest of a character before it counts as broken


class Detokenizer(Protocol):
    """Turns tokens into the characters they add. Hashable, by identity unless it says otherwise."""

    def __hash__(self) -> int: ...

    def spell(self, before: Sequence[int], tokens: Sequence[int], *, final: bool = False) -> tuple[str, bool]:
        """The characters that ``tokens`` add after ``before``, and whether none is left unfinished.

        ``before`` ends between characters. Characters that later bytes could still change are
        left out, unless ``final``: then they come out as replacement characters.
        """
        ...

    def plain(self, tokens: Sequence[int]) -> tuple[str, list[int]] | None:
        """What ``tokens`` add after any whole text, and the length each adds; None where that depends."""
        ...

    def characters(self, token: int) -> str | None:
        """ASCII characters among which are all that ``token`` can add, wherever it stands; None where unknown."""
        ...


class ByteDetokenizer:
    """For byte-level vocabularies: the text is the concatenation of the tokens' bytes.

    ``table[id]`` is the bytes of token ``id`` (empty for special tokens); a token past the
    table spells nothing. Exact, also on broken UTF-8.
    """

    def __init__(self, table: Sequence[bytes]) -> None:
        self._table = table

    def spell(self, before: Sequence[int], tokens: Sequence[int], *, final: bool = False) -> tuple[str, bool]:  # noqa: ARG002  # bytes need no context
        """See :class:`Detokenizer`."""
        piece = b"".join(map(self._bytes, tokens))
        if piece.isascii():
            return piece.decode("ascii"), True
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        return decoder.decode(piece, final), not decoder.getstate()[0]

    def plain(self, tokens: Sequence[int]) -> tuple[str, list[int]] | None:
        """See :class:`Detokenizer`; None where a byte is not ASCII."""
        try:
            pieces = [self._table[token] for token in tokens]
        except IndexError:  # a token past the table
            pieces = [self._bytes(token) for token in tokens]
        joined = b"".join(pieces)
        return (joined.decode("ascii"), list(map(len, pieces))) if joined.isascii() else None

    def characters(self, token: int) -> str | None:
        """See :class:`Detokenizer`; exactly the token's own."""
        piece = self._bytes(token)
        return piece.decode("ascii") if piece.isascii() else None

    def _bytes(self, token: int) -> bytes:
        return self._table[token] if 0 <= token < len(self._table) else b""


class GenericDetokenizer:
    """For any tokenizer: the difference between two decodings of the last few tokens.

    ``decode`` maps token ids to text. Costs two calls of it for each token. Exact when
    spacing depends on at most ``CONTEXT`` tokens. A literal U+FFFD looks like a broken
    character and is held back for up to ``PATIENCE`` tokens.
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode

    def spell(self, before: Sequence[int], tokens: Sequence[int], *, final: bool = False) -> tuple[str, bool]:
        """See :class:`Detokenizer`."""
        context = list(before[-CONTEXT:])
        known, whole = self._decode(context), self._decode([*context, *tokens])
        if whole.endswith(REPLACEMENT) and len(tokens) < PATIENCE and not final:
            return "", False
        return whole[len(known) :], True

    def plain(self, tokens: Sequence[int]) -> tuple[str, list[int]] | None:  # noqa: ARG002  # the protocol's
        """See :class:`Detokenizer`; spacing always depends on what stands before."""
        return None

    def characters(self, token: int) -> str | None:
        """See :class:`Detokenizer`; what stands before may add or take spaces, nothing else."""
        alone = self._decode([token])
        return alone + " " if alone.isascii() else None


class TokenText:
    """Output tokens with the text they spell: ``ends[i]`` is the text length after token ``i``.

    ``_settled[i]`` is the number of leading tokens, up to and with token ``i``, after which no
    character is unfinished. No call costs the length so far, except :attr:`text`.
    """

    __slots__ = ("_detokenizer", "_ends", "_pieces", "_settled", "tokens")

    def __init__(self, detokenizer: Detokenizer) -> None:
        self._detokenizer = detokenizer
        self.tokens: list[int] = []
        self._ends: list[int] = []
        self._settled: list[int] = []
        self._pieces = Pieces()

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def text(self) -> str:
        """The text spelled so far; joined on demand."""
        return str(self._pieces)

    @property
    def length(self) -> int:
        """Its number of characters."""
        return self._pieces.length

    @property
    def unfinished(self) -> bool:
        """Whether the last tokens are the beginning of a character."""
        return self._last_settled() < len(self.tokens)

    def slice(self, start: int, end: int) -> str:
        """``text[start:end]``."""
        return self._pieces.slice(start, end)

    def append(self, token: int) -> str:
        """Add a token; return the characters it adds."""
        self.tokens.append(token)
        piece, whole = self._unspelled(final=False)
        self._record(piece, whole=whole)
        return piece

    def extend(self, tokens: Sequence[int]) -> str:
        """Add tokens as :meth:`append` does one by one; return the characters they add."""
        before = len(self.tokens)
        whole = not before or self._settled[-1] == before
        plain = self._detokenizer.plain(tokens) if whole else None
        if plain is None:
            return "".join(map(self.append, tokens))
        text, lengths = plain
        self.tokens += tokens
        ends = accumulate(lengths, initial=self._pieces.length)
        next(ends)
        self._ends += ends
        self._settled += range(before + 1, len(self.tokens) + 1)
        self._pieces.append(text)
        return text

    def append_silent(self, token: int) -> None:
        """Add a token that spells nothing (an end-of-text token)."""
        self.tokens.append(token)
        self._record("", whole=True)

    def flush(self) -> str:
        """Let the last token spell what is unfinished, as replacement characters; return them."""
        if not self.tokens or self._settled[-1] == len(self.tokens):
            return ""
        piece, _ = self._unspelled(final=True)
        self._pieces.append(piece)
        self._ends[-1], self._settled[-1] = self._pieces.length, len(self.tokens)
        return piece

    def _unspelled(self, *, final: bool) -> tuple[str, bool]:
        """The characters of the tokens that are not in the text yet, and whether they are all."""
        settled = self._last_settled()
        before = self.tokens[max(0, settled - CONTEXT) : settled]
        spelled, whole = self._detokenizer.spell(before, self.tokens[settled:], final=final)
        return spelled[self._pieces.length - self.chars(settled) :], whole

    def _record(self, piece: str, *, whole: bool) -> None:
        settled = self._last_settled()
        self._pieces.append(piece)
        self._ends.append(self._pieces.length)
        self._settled.append(len(self.tokens) if whole else settled)

    def _last_settled(self) -> int:
        return self._settled[-1] if self._settled else 0

    def truncate(self, tokens: int) -> None:
        """Keep the first ``tokens`` tokens."""
        del self.tokens[tokens:], self._ends[tokens:], self._settled[tokens:]
        self._pieces.truncate(self.chars(tokens))

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
        if not self.slice(boundary, self.chars(count)).strip():
            return count
        return count - 1 if self.chars(count - 1) >= end else None
