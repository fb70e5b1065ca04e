"""Which tokens can close a step now: an engine may put off feeding the others."""

from __future__ import annotations

from functools import lru_cache

from verifirst.decoding.text import REPLACEMENT, Detokenizer


class Loudness(dict[int, bool]):
    """Token id to whether reading it could close a step, or change which characters could.

    For one detokeniser and the segmenter's ``closers``; filled as tokens are asked for, so
    that the common case is one look-up. A token is quiet when all it can spell is ASCII
    without a closer: feeding it closes nothing and leaves the closers as they are. So tokens
    put off while quiet cannot have changed what is loud, and asking about the next one needs
    no feeding first. Left out is the bound on an open step's length, which closes a step by
    length and not by any character: flush now and then.
    """

    __slots__ = ("_detokenizer", "closers")

    def __init__(self, detokenizer: Detokenizer, closers: str) -> None:
        super().__init__()
        self._detokenizer = detokenizer
        self.closers = closers

    def __missing__(self, token: int) -> bool:
        loud = self[token] = self._hear(token)
        return loud

    def _hear(self, token: int) -> bool:
        # REPLACEMENT: any token may reveal that the bytes before it were broken
        spelled = None if not self.closers or REPLACEMENT in self.closers else self._detokenizer.characters(token)
        return spelled is None or not spelled.isascii() or any(closer in spelled for closer in self.closers)


@lru_cache(maxsize=64)
def loudness(detokenizer: Detokenizer, closers: str) -> Loudness:
    """The table for these two, shared by all requests: a vocabulary is learnt once.

    Detokenisers count as different unless they are the same object (or say otherwise).
    """
    return Loudness(detokenizer, closers)
