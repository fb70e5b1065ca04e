"""A ``DynamicCache`` whose rows have their own lengths, so that one row can be cropped alone.

Rows are left-aligned: row ``r`` holds positions ``0 .. length[r] - 1``. Cropping a row is
setting its length: what lies beyond is masked, and overwritten by the next write.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

GROWTH = 64  # positions that the buffers grow by


class RaggedLayer(DynamicLayer):  # type: ignore[misc]  # transformers is untyped
    """One layer's keys and values, ``[rows, heads, capacity, head_dim]``.

    ``update`` writes one position a row, at ``positions`` (set by the cache before the
    forward pass), and returns views of the first ``rows`` x ``width`` of the buffers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.keys: torch.Tensor
        self.values: torch.Tensor
        self.positions: torch.Tensor | None = None
        self.width = 0

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any) -> tuple[Any, Any]:
        """Scatter ``[rows, heads, 1, head_dim]`` states; mutates the buffers in place.

        Under autocast keys and values come in different types; the buffers keep the keys'.
        """
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        self._reserve(key_states.shape[0], key_states[0])
        self._lengthen(self.width)
        rows = torch.arange(key_states.shape[0], device=key_states.device)
        self.keys[rows, :, self.positions] = key_states[:, :, 0].to(self.keys.dtype)
        self.values[rows, :, self.positions] = value_states[:, :, 0].to(self.values.dtype)
        return self.keys[: len(rows), :, : self.width], self.values[: len(rows), :, : self.width]

    def adopt(self, row: int, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Copy a prefilled row's states, ``[heads, length, head_dim]``, into row ``row``."""
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
        self._reserve(row + 1, keys)
        self._lengthen(keys.shape[1])
        self.keys[row, :, : keys.shape[1]] = keys
        self.values[row, :, : values.shape[1]] = values

    def _reserve(self, rows: int, like: torch.Tensor) -> None:
        if self.keys.numel() == 0:
            shape = (rows, like.shape[0], GROWTH, like.shape[2])
            self.keys, self.values = like.new_zeros(shape), like.new_zeros(shape)
        elif rows > self.keys.shape[0]:
            grown = max(rows, 2 * self.keys.shape[0])
            self.keys, self.values = _pad(self.keys, 0, grown), _pad(self.values, 0, grown)

    def _lengthen(self, length: int) -> None:
        if length > self.keys.shape[2]:
            grown = -(-max(length, self.keys.shape[2] * 3 // 2) // GROWTH) * GROWTH
            self.keys, self.values = _pad(self.keys, 2, grown), _pad(self.values, 2, grown)


def _pad(tensor: torch.Tensor, dim: int, size: int) -> torch.Tensor:
    """``tensor`` with zeros appended along ``dim`` up to ``size``."""
    shape = list(tensor.shape)
    shape[dim] = size - shape[dim]
    return torch.cat([tensor, tensor.new_zeros(shape)], dim=dim)


class RaggedCache(DynamicCache):  # type: ignore[misc]  # transformers is untyped
    """Keys and values of a changing set of rows, kept dense: rows ``0 .. n - 1`` are live."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.layers = [RaggedLayer() for _ in range(layers)]

    def adopt(self, row: int, prefilled: DynamicCache | None, source: int, length: int) -> None:
        """Fill row ``row`` with the first ``length`` positions of row ``source`` of a prefilled cache."""
        if prefilled is None or length == 0:
            return
        for layer, filled in zip(self.layers, prefilled.layers, strict=True):
            layer.adopt(row, filled.keys[source, :, :length], filled.values[source, :, :length])

    def prepare(self, positions: torch.Tensor) -> None:
        """Set where the next forward pass writes: one position for each live row, shape ``[rows]``."""
        width = int(positions.max()) + 1
        for layer in self.layers:
            layer.positions, layer.width = positions, width

    def move(self, source: int, target: int) -> None:
        """Copy row ``source`` over row ``target`` (to keep live rows dense)."""
        for layer in self.layers:
            layer.keys[target] = layer.keys[source]
            layer.values[target] = layer.values[source]
