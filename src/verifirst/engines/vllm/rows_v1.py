"""What may not come next in each row of a V1 batch: the part that every logits processor of ours shares.

Importing this module imports vLLM and torch.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from vllm.v1.sample.logits_processor import LogitsProcessor, MoveDirectionality

Forbids = Callable[[], frozenset[int]]
"""Says, when called, which token ids may not come next in the row of one request."""

_NEVER = float("-inf")
_REMEMBERED = 128
"""Sets of forbidden tokens that stay on the device, one byte for each token of the vocabulary."""


class RowProcessor(LogitsProcessor):  # type: ignore[misc]  # vLLM is untyped here
    """Follows the batch, and masks what each row forbids. A subclass says what that is.

    Runs after vLLM's own processors (bias, min_tokens) and after the grammar bitmask, so what
    they forbid is -inf already. Where a row would have no legal token left it *yields*: it keeps
    what it had.
    """

    def __init__(self, _vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        self._device = device
        self._pin = is_pin_memory
        self._rows: dict[int, Forbids] = {}
        self._spread = lru_cache(_REMEMBERED)(self._upload_set)

    @abstractmethod
    def forbids(self, params: Any, output: Sequence[int]) -> Forbids | None:
        """What a request that enters the batch forbids, or None where it asks for nothing.

        ``params`` are its ``SamplingParams``, ``output`` is vLLM's own list of its output tokens. That list grows
        between calls. Under async scheduling its last token is a placeholder (-1) until
        ``InputBatch.update_async_output_token_ids`` replaces it, which the runner does before sampling
        whenever custom processors are loaded; a placeholder that stayed must forbid nothing.
        """

    def is_argmax_invariant(self) -> bool:
        """False: what is forbidden changes what greedy decoding picks."""
        return False

    def update_state(self, batch_update: Any) -> None:
        """Follow the batch: rows leave, then rows enter, then rows move."""
        if batch_update is None:
            return
        for index in batch_update.removed:
            self._rows.pop(index, None)
        for index, params, _, output in batch_update.added:
            self._place(index, self.forbids(params, output))
        for source, target, direction in batch_update.moved:
            moved, displaced = self._rows.pop(source, None), self._rows.pop(target, None)
            self._place(target, moved)
            if direction == MoveDirectionality.SWAP:
                self._place(source, displaced)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Mask ``logits`` (float, [rows, vocabulary]) in place and return it."""
        forbidden = {index: tokens for index, forbids in self._rows.items() if (tokens := forbids())}
        if forbidden:
            self._mask(logits, forbidden)
        return logits

    def _mask(self, logits: torch.Tensor, forbidden: Mapping[int, frozenset[int]]) -> None:
        rows = self._upload(torch.tensor(list(forbidden), dtype=torch.int64))
        before = logits[rows]
        after = before.masked_fill(
            torch.stack([self._spread(tokens, logits.shape[-1]) for tokens in forbidden.values()]), _NEVER
        )
        # Yielding is decided on the device: reading the result on the host would wait for it.
        emptied = after.amax(dim=-1, keepdim=True) == _NEVER
        logits[rows] = torch.where(emptied, before, after)

    def _place(self, index: int, forbids: Forbids | None) -> None:
        self._rows.pop(index, None)
        if forbids is not None:
            self._rows[index] = forbids

    def _upload_set(self, tokens: frozenset[int], vocabulary: int) -> torch.Tensor:
        """``tokens`` on the device (bool, [vocabulary]); ids past the vocabulary are nobody's."""
        spread = torch.zeros(vocabulary, dtype=torch.bool)
        spread[torch.tensor([token for token in tokens if token < vocabulary], dtype=torch.int64)] = True
        return self._upload(spread)

    def _upload(self, host: torch.Tensor) -> torch.Tensor:
        return (host.pin_memory() if self._pin else host).to(self._device, non_blocking=True)
