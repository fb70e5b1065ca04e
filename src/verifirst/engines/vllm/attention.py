"""Our paged attention as a backend of vLLM: in decode steps the device verifier runs in its launch.

On a GPU with Model Runner V2: ``--attention-backend CUSTOM``. Prompts, mixed batches and layers that
need more than plain attention (windows, soft caps, sinks, quantised caches) go through vLLM's own
Triton kernels, which this backend extends; what the verifier does not read in a launch of ours it
reads before the next mask.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from vllm.model_executor.models.utils import extract_layer_index
from vllm.v1.attention.backend import AttentionType
from vllm.v1.attention.backends.triton_attn import TritonAttentionBackend, TritonAttentionImpl

from verifirst.kernels.device.attention import Beside, Workspace, paged_attention

_ROOM = 16
"""Sequences that may be split in all ways at once; more are split less."""

_beside: Beside | None = None


def put_beside(beside: Beside) -> None:
    """From now on the first layer's launches verify this, too. Kept for the process: vLLM has one model in each."""
    global _beside  # noqa: PLW0603  # attention is made by vLLM and knows no runner
    _beside = beside


@cache
def _workspace(heads: int, dim: int, device: torch.device) -> Workspace:
    """One for all layers: they follow one another."""
    return Workspace(_ROOM, heads, dim, device=device)


class FusedImpl(TritonAttentionImpl):  # type: ignore[misc]  # vLLM is untyped here
    """One layer's attention."""

    def forward(
        self,
        layer: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        kv_cache: torch.Tensor,
        attn_metadata: Any,
        output: torch.Tensor,
        *scales: Any,
        **more_scales: Any,
    ) -> torch.Tensor:
        """As vLLM's.

        ``query`` and ``output`` are ``[tokens, heads, dim]``, ``kv_cache`` is ``[pages, kv_heads, slots, 2 dim]``.
        """
        scaled = any(scale is not None for scale in (*scales, *more_scales.values()))
        if scaled or not self._decodes(attn_metadata) or not self._plain(query, kv_cache):
            result: torch.Tensor = super().forward(
                layer, query, key, value, kv_cache, attn_metadata, output, *scales, **more_scales
            )
            return result
        count = attn_metadata.num_actual_tokens  # one a sequence
        pages = kv_cache.transpose(1, 2)
        paged_attention(
            query[:count], pages[..., : self.head_size], pages[..., self.head_size :],
            attn_metadata.block_table[:count], attn_metadata.seq_lens[:count], self.scale,
            longest=attn_metadata.max_seq_len, workspace=_workspace(self.num_heads, self.head_size, query.device),
            output=output[:count], beside=_beside if extract_layer_index(layer.layer_name) == 0 else None,
        )  # fmt: skip
        return output

    @staticmethod
    def _decodes(metadata: Any) -> bool:
        """Whether there is one new token a sequence, and nothing special about its past."""
        return (
            metadata is not None
            and metadata.max_query_len == 1
            and metadata.causal
            and metadata.mm_prefix_range_tensor is None
            and metadata.rswa_prefix_lens is None
        )

    def _plain(self, query: torch.Tensor, kv_cache: torch.Tensor) -> bool:
        """Whether this layer is softmax attention to everything before, in the cache's own type."""
        odd = self.alibi_slopes is not None or self.sinks is not None or self.logits_soft_cap or self.chunk_lookback > 0
        whole = tuple(self.sliding_window) == (-1, -1) and self.attn_type == AttentionType.DECODER
        power = self.head_size & (self.head_size - 1) == 0
        return whole and power and not odd and query.dtype == kv_cache.dtype


class FusedBackend(TritonAttentionBackend):  # type: ignore[misc]  # vLLM is untyped here
    """vLLM's Triton attention with ``FusedImpl`` in its layers."""

    @staticmethod
    def get_name() -> str:
        """The name that it is registered under."""
        return "CUSTOM"

    @staticmethod
    def get_impl_cls() -> type[FusedImpl]:
        """What a layer makes."""
        return FusedImpl
