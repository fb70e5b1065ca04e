"""Bans in vLLM's V1 model runner: a batch-level logits processor.

Importing this module imports vLLM and torch. On Model Runner V2 use ``bans_v2``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from vllm.v1.sample.logits_processor import LogitsProcessor, MoveDirectionality

from verifirst.engines.vllm import admission, compat
from verifirst.engines.vllm.bans import Bans, decode

Row = tuple[Bans, Sequence[int]]
"""The bans of the request in a batch row, and its live list of output tokens."""


class BanProcessor(LogitsProcessor):  # type: ignore[misc]  # vLLM is untyped here
    """Masks, in each row, the tokens that complete a refuted path.

    Runs after vLLM's own processors (bias, min_tokens) and after the grammar bitmask, so what
    they forbid is -inf already. Where the bans would forbid the last legal token they *yield*:
    the row keeps what it had, and the verifier refutes that step again.

    The output lists are vLLM's own and grow between calls. Under async scheduling their last
    token is a placeholder (-1) until ``InputBatch.update_async_output_token_ids`` replaces it,
    which the runner does before sampling whenever custom processors are loaded. A placeholder
    that stayed would match no path: nothing is masked that should not be.
    """

    def __init__(self, _vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        compat.install_worker()  # a processor lives in the worker that it belongs to
        self._device = device
        self._pin = is_pin_memory
        self._rows: dict[int, Row] = {}

    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        """Refuse a request that cannot be enforced (ValueError, becomes HTTP 400)."""
        admission.validate(sampling_params)
        decode(sampling_params.extra_args)  # malformed bans must fail the request, not the worker

    def is_argmax_invariant(self) -> bool:
        """False: a ban changes what greedy decoding picks."""
        return False

    def update_state(self, batch_update: Any) -> None:
        """Follow the batch: rows leave, then rows enter, then rows move."""
        if batch_update is None:
            return
        for index in batch_update.removed:
            self._rows.pop(index, None)
        for index, params, _, output_tokens in batch_update.added:
            self._place(index, _row(params, output_tokens))
        for source, target, direction in batch_update.moved:
            moved, displaced = self._rows.pop(source, None), self._rows.pop(target, None)
            self._place(target, moved)
            if direction == MoveDirectionality.SWAP:
                self._place(source, displaced)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        """Mask ``logits`` (float, [rows, vocabulary]) in place and return it."""
        vocabulary = logits.shape[-1]
        banned = {
            index: [token for token in bans.banned_after(output_tokens) if token < vocabulary]
            for index, (bans, output_tokens) in self._rows.items()
        }
        banned = {index: tokens for index, tokens in banned.items() if tokens}
        if banned:
            self._mask(logits, banned)
        return logits

    def _mask(self, logits: torch.Tensor, banned: Mapping[int, Sequence[int]]) -> None:
        rows = self._upload(list(banned))
        owner = self._upload([i for i, tokens in enumerate(banned.values()) for _ in tokens])
        tokens = self._upload([token for tokens in banned.values() for token in tokens])
        at = (rows[owner], tokens)
        before = logits[at]
        logits[at] = float("-inf")
        emptied = logits[rows].amax(dim=-1) == float("-inf")
        # Yielding is decided on the device: reading `emptied` on the host would wait for it.
        logits[at] = torch.where(emptied[owner], before, logits[at])

    def _place(self, index: int, row: Row | None) -> None:
        self._rows.pop(index, None)
        if row is not None:
            self._rows[index] = row

    def _upload(self, values: list[int]) -> torch.Tensor:
        host = torch.tensor(values, dtype=torch.int64, pin_memory=self._pin)
        return host.to(self._device, non_blocking=True)


def _row(params: Any, output_tokens: Sequence[int]) -> Row | None:
    bans = decode(params.extra_args)
    return None if bans is None else (bans, output_tokens)
