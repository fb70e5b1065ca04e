"""What a request remembers about its step boundaries: bans, refusals, reopenings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from verifirst.decoding.bans import BanTrie
from verifirst.decoding.settings import Settings


class Boundaries:
    """Records keyed by boundary, an output token index; a cut drops those behind it."""

    __slots__ = ("_bans", "_refusals", "_reopens")

    def __init__(self) -> None:
        self._bans: dict[int, BanTrie] = {}
        self._refusals: Counter[int] = Counter()
        self._reopens: Counter[int] = Counter()

    def refuse(self, boundary: int) -> int:
        """Count a refusal at ``boundary``; how many there were, this one included."""
        self._refusals[boundary] += 1
        return self._refusals[boundary]

    def refusals(self, boundary: int) -> int:
        """Refusals so far at ``boundary``."""
        return self._refusals[boundary]

    def record(self, boundary: int, earlier: Iterable[int], settings: Settings) -> int | None:
        """Count a refusal at ``boundary``; how many more steps to reopen (None: budget spent).

        ``earlier`` are the boundaries that may be reopened, the nearest first. One that was
        reopened often enough is passed over: each jump goes further.
        """
        if self.refuse(boundary) <= settings.retries_per_boundary:
            return 0
        for back, reopened in enumerate(earlier, start=1):
            times = self.reopen(reopened)
            if settings.back_jump and times <= settings.reopens_per_boundary:
                return back
        return None

    def reopen(self, boundary: int) -> int:
        """Count a reopening of ``boundary``, granted or passed over; how many there were."""
        self._reopens[boundary] += 1
        return self._reopens[boundary]

    def ban(self, boundary: int, path: Sequence[int]) -> None:
        """Forbid ``path`` from ``boundary`` on."""
        self._bans.setdefault(boundary, BanTrie()).add(path)

    def banned(self, tokens: Sequence[int]) -> frozenset[int]:
        """Tokens that may not follow ``tokens``, the output so far."""
        banned: frozenset[int] = frozenset()
        for anchor, trie in self._bans.items():
            banned |= trie.banned_after(tokens, anchor)
        return banned

    def ban_paths(self) -> list[tuple[int, tuple[int, ...]]]:
        """Every ban: (its boundary, the path from there)."""
        return [(anchor, path) for anchor, trie in self._bans.items() for path in trie.paths()]

    def cut(self, keep: int) -> None:
        """The output was cut to ``keep`` tokens: the boundaries after that are gone."""
        for record in (self._bans, self._refusals, self._reopens):
            for boundary in [boundary for boundary in record if boundary > keep]:
                del record[boundary]
