"""Bans: refuted token paths, anchored at the boundary where they were sampled."""

from __future__ import annotations

from collections.abc import Sequence


class BanTrie:
    """An exact prefix trie of the token paths that may not be sampled again.

    A path is anchored at one boundary: it forbids its last token only after exactly the
    tokens before it, never elsewhere. (A suffix match such as ``bad_words`` is not exact.)
    """

    __slots__ = ("_paths", "_root")

    def __init__(self) -> None:
        self._root = _Node()
        self._paths: dict[tuple[int, ...], None] = {}

    def add(self, path: Sequence[int]) -> None:
        """Forbid the last token of ``path`` after the tokens before it."""
        if not path:
            raise ValueError("a ban needs at least one token")
        node = self._root
        for token in path[:-1]:
            node = node.children.setdefault(token, _Node())
        node.banned.add(path[-1])
        self._paths[tuple(path)] = None

    def banned_after(self, tokens: Sequence[int], anchor: int) -> frozenset[int]:
        """The tokens forbidden after ``tokens``, for a trie anchored at index ``anchor`` of them."""
        if len(tokens) < anchor:
            return frozenset()
        node = self._root
        for position in range(anchor, len(tokens)):
            child = node.children.get(tokens[position])
            if child is None:
                return frozenset()
            node = child
        return frozenset(node.banned)

    def paths(self) -> list[tuple[int, ...]]:
        """Every banned path, as it was added: the tokens after the anchor, the forbidden one last."""
        return list(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class _Node:
    """What may follow one prefix: prefixes of longer paths, and tokens that complete one."""

    __slots__ = ("banned", "children")

    def __init__(self) -> None:
        self.banned: set[int] = set()
        self.children: dict[int, _Node] = {}
