"""Keys and values of what requests begin with, computed once for all requests that begin alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import torch

Context = tuple[int, ...]
"""What the model is given of a request before its first own token, but the last token of it."""


class Prefills:
    """Prefilled contexts of one batch, each kept while a request waits that begins with it.

    ``contexts`` are those of all requests; ``forward`` runs the model over right-padded token ids,
    int64 ``[rows, width]``, and gives the cache: causal masking keeps the padding out.
    """

    def __init__(self, contexts: Iterable[Context], forward: Callable[[torch.Tensor], Any]) -> None:
        self._due = Counter(contexts)
        self._forward = forward
        self._kept: dict[Context, tuple[Any, int]] = {}

    def take(self, contexts: list[Context]) -> list[tuple[Any, int]]:
        """For each of the next requests the cache that holds its context, None for an empty one, and the row there."""
        fresh = [context for context in dict.fromkeys(contexts) if context and context not in self._kept]
        if fresh:
            width = max(map(len, fresh))
            cache = self._forward(torch.tensor([[*context, *([0] * (width - len(context)))] for context in fresh]))
            self._kept.update((context, (cache, row)) for row, context in enumerate(fresh))
        found = [self._kept.get(context, (None, 0)) for context in contexts]
        self._due.subtract(contexts)
        for context in contexts:
            if not self._due[context]:
                self._kept.pop(context, None)
        return found
