"""Bans in vLLM's V1 model runner: a batch-level logits processor.

Importing this module imports vLLM and torch. On Model Runner V2 use ``bans_v2``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch

from verifirst.engines.vllm import admission, compat
from verifirst.engines.vllm.bans import decode
from verifirst.engines.vllm.rows_v1 import Forbids, RowProcessor


class BanProcessor(RowProcessor):
    """Masks, in each row, the tokens that complete a refuted path.

    Where the bans would forbid the last legal token they yield, and the verifier refutes that
    step again. A placeholder among the output tokens matches no path.
    """

    def __init__(self, vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        compat.install_worker()  # a processor lives in the worker that it belongs to
        super().__init__(vllm_config, device, is_pin_memory)

    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        """Refuse a request that cannot be enforced (ValueError, becomes HTTP 400)."""
        admission.validate(sampling_params)
        decode(sampling_params.extra_args)  # malformed bans must fail the request, not the worker

    def forbids(self, params: Any, output: Sequence[int]) -> Forbids | None:
        """The bans that the scheduler sent with ``params``."""
        bans = decode(params.extra_args)
        return None if bans is None else partial(bans.banned_after, output)
