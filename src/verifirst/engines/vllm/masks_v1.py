"""Masks in vLLM's V1 model runner: wrong results of explicit arithmetic are forbidden while they are written.

Importing this module imports vLLM and torch. On Model Runner V2 use ``masks_v2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from verifirst.engines.vllm import compat
from verifirst.engines.vllm.masks import Masks
from verifirst.engines.vllm.rows_v1 import Forbids, RowProcessor


class MaskProcessor(RowProcessor):
    """Masks, in each row that asked for it, the tokens that can only lead to a wrong result.

    Runs after the bans: where both together would forbid the last legal token, the mask yields and
    the bans stay. What a mask lets through is verified like any other text, while a ban that
    yielded would only have the same step refuted again.

    The states are computed on the host, in the worker. Rows that do not ask cost nothing.
    """

    def __init__(self, vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        super().__init__(vllm_config, device, is_pin_memory)
        self._masks = Masks(partial(compat.served_tokenizer, vllm_config.model_config))

    def forbids(self, params: Any, output: Sequence[int]) -> Forbids | None:
        """The mask of a request that is to be masked."""
        watch = self._masks.watch(params.extra_args)
        return None if watch is None else partial(watch.forbidden, output)
