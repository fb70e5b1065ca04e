"""A growing text, kept as the pieces that it came in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Pieces:
    """Text that is appended to, cut and read in part; none of it costs the whole length.

    ``slice`` and ``truncate`` cost what they return or drop, and a binary search.
    """

    __slots__ = ("_pieces", "_starts", "length")

    def __init__(self, pieces: Iterable[str] = ()) -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []  # offset of each piece
        self.length = 0
        for piece in pieces:
            self.append(piece)

    def __str__(self) -> str:
        """The whole text: O(length). The pieces become one, so asking again is cheap."""
        if len(self._pieces) > 1:
            self._pieces, self._starts = ["".join(self._pieces)], [0]
        return self._pieces[0] if self._pieces else ""

    def append(self, piece: str) -> None:
        """Add ``piece`` at the end."""
        if piece:
            self._starts.append(self.length)
            self._pieces.append(piece)
            self.length += len(piece)

    def slice(self, start: int, end: int) -> str:
        """``text[start:end]`` for ``0 <= start``; ``end`` may lie past the text's end."""
        if start >= min(end, self.length):
            return ""
        first = bisect_right(self._starts, start) - 1
        base = self._starts[first]
        return "".join(self._pieces[first : bisect_left(self._starts, end)])[start - base : end - base]

    def truncate(self, length: int) -> None:
        """Keep the first ``length`` characters, at most all."""
        if length >= self.length:
            return
        kept = bisect_left(self._starts, length)
        del self._pieces[kept:], self._starts[kept:]
        if kept:
            self._pieces[-1] = self._pieces[-1][: length - self._starts[-1]]
        self.length = length

    def copy(self) -> Pieces:
        """An independent copy (the pieces themselves are shared)."""
        return Pieces(self._pieces)
