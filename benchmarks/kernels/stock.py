"""Decode attention of others: each backend of PyTorch, and FlashAttention and FlashInfer where they are installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention

if TYPE_CHECKING:
    from benchmarks.kernels.arms import Cache

BACKENDS = {
    "sdpa-flash": SDPBackend.FLASH_ATTENTION,
    "sdpa-cudnn": SDPBackend.CUDNN_ATTENTION,
    "sdpa-efficient": SDPBackend.EFFICIENT_ATTENTION,
}


def arms(cache: Cache) -> dict[str, Callable[[int], object]]:
    """By name; one that does not take the shape raises when it is called."""
    found: dict[str, Callable[[int], object]] = {name: sdpa(cache, backend) for name, backend in BACKENDS.items()}
    if importlib.util.find_spec("flash_attn"):
        found["flash-attn"] = flash_attn(cache)
    if importlib.util.find_spec("flashinfer"):
        found["flashinfer"] = flashinfer(cache)
    return found


def sdpa(cache: Cache, backend: SDPBackend) -> Callable[[int], object]:
    """PyTorch's, on the dense view."""
    query = cache.query[:, :, None]

    def run(call: int) -> object:
        keys, values = (part.transpose(1, 2) for part in cache.dense(call))
        with sdpa_kernel(backend):
            return scaled_dot_product_attention(query, keys, values, enable_gqa=True)

    return run


def flash_attn(cache: Cache) -> Callable[[int], object]:
    """FlashAttention's decoding kernel, split along the context, on the dense view."""
    from flash_attn import flash_attn_with_kvcache  # noqa: PLC0415 -- optional

    query = cache.query[:, None]
    return lambda call: flash_attn_with_kvcache(query, *cache.dense(call), cache_seqlens=cache.lengths)


def flashinfer(cache: Cache) -> Callable[[int], object]:
    """FlashInfer's decoding kernel on the same pages as ours, planned once."""
    from flashinfer import BatchDecodeWithPagedKVCacheWrapper  # noqa: PLC0415 -- optional

    shape, pages, block = cache.shape, cache.block_table.shape[1], cache.keys.shape[2]
    wrapper = BatchDecodeWithPagedKVCacheWrapper(
        torch.empty(256 << 20, dtype=torch.uint8, device="cuda"), "NHD", use_tensor_cores=shape.group > 1
    )
    begins = torch.arange(shape.batch + 1, dtype=torch.int32, device="cuda") * pages
    full = torch.full((shape.batch,), block, dtype=torch.int32, device="cuda")
    wrapper.plan(
        begins, cache.block_table.flatten(), full, shape.heads, shape.kv_heads, shape.dim, block,
        q_data_type=torch.bfloat16, kv_data_type=torch.bfloat16,
    )  # fmt: skip
    return lambda call: wrapper.run(cache.query, cache.part(call))
