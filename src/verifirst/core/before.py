"""The steps before a step, as a chain that grows and branches without being copied."""

from __future__ import annotations

from collections.abc import Iterable


class Before:
    """``length`` steps, the last of which has ``text``; ``parent`` are those before it (None: none).

    Immutable; compared by identity, so that two streams that share a node share every step
    up to it, and telling so costs one comparison.
    """

    __slots__ = ("length", "parent", "text")

    def __init__(self, text: str, parent: Before | None = None) -> None:
        self.text = text
        self.parent = parent
        self.length: int = 1 if parent is None else parent.length + 1

    @classmethod
    def of(cls, texts: Iterable[str]) -> Before | None:
        """A chain of its own for ``texts``; None where there are none."""
        chain: Before | None = None
        for text in texts:
            chain = cls(text, chain)
        return chain

    def texts(self) -> tuple[str, ...]:
        """The texts, first step first: O(length)."""
        return tuple(reversed(since(self, None)))


def count(before: Before | None) -> int:
    """How many steps ``before`` has."""
    return 0 if before is None else before.length


def since(before: Before | None, ancestor: Before | None) -> list[str]:
    """The texts of ``before`` back to ``ancestor``, left out: the last step first."""
    found: list[str] = []
    node = before
    while node is not ancestor:
        assert node is not None, "the ancestor lies on the chain"
        found.append(node.text)
        node = node.parent
    return found


def shared(one: Before | None, other: Before | None) -> Before | None:
    """The last node that both chains have; costs the steps after it."""
    while one is not other:
        if count(one) >= count(other):
            one = one.parent if one is not None else None
        else:
            other = other.parent if other is not None else None
    return one
