"""Bans: refuted token paths, anchored at the boundary where they were sampled."""

from __future__ import annotations

from collections.abc import Sequence


class BanTrie:
    """An exact prefix trie of the token paths that may not be sampled again.

    A path is anchored at one boundary: it forbids its last token only after exactly the
    tokens before it, never elsewhere. (A suffix match such as ``bad_words`` is not exact.)
    """

    __slots__ = ("_banned", "_children")

    def __init__(self) -> None:
        self._children: dict[int, BanTrie] = {}
        self._banned: set[int] = set()

    def add(self, path: Sequence[int]) -> None:
        """Forbid the last token of ``path`` after the tokens before it."""
        if not path:
            raise ValueError("a ban needs at least one token")
        node = self
        for token in path[:-1]:
            node = node._children.setdefault(token, BanTrie())
        node._banned.add(path[-1])  # noqa: SLF001  # its own kind

    def banned_after(self, tokens: Sequence[int], anchor: int) -> frozenset[int]:
        """The tokens forbidden after ``tokens``, for a trie anchored at index ``anchor`` of them."""
        if len(tokens) < anchor:
            return frozenset()
        node = self
        for position in range(anchor, len(tokens)):
            child = node._children.get(tokens[position])
            if child is None:
                return frozenset()
            node = child
        return frozenset(node._banned)  # noqa: SLF001  # its own kind

    def paths(self) -> list[tuple[int, ...]]:
        """Every banned path: the tokens after the anchor, the forbidden one last."""
        found: list[tuple[int, ...]] = [(token,) for token in sorted(self._banned)]
        for token, child in sorted(self._children.items()):
            found += [(token, *path) for path in child.paths()]
        return found

    def __len__(self) -> int:
        return len(self._banned) + sum(len(child) for child in self._children.values())
