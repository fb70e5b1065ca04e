"""What ``paged_attention`` should give: the plain softmax in float64, sequence by sequence."""

from __future__ import annotations

import torch


def paged_attention(
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    block_table: torch.Tensor,
    lengths: torch.Tensor,
    scale: float,
) -> torch.Tensor:
    """As ``attention.paged_attention``, ``[batch, heads, dim]`` float64 on the same device; waits for the device."""
    out = torch.zeros(query.shape, dtype=torch.float64, device=query.device)
    group = query.shape[1] // keys.shape[2]
    for index, length in enumerate(lengths.tolist()):
        if length:
            k, v = (unpaged(pages, block_table[index], length, group) for pages in (keys, values))
            scores = torch.einsum("hd,nhd->hn", query[index].double(), k) * scale
            out[index] = torch.einsum("hn,nhd->hd", scores.softmax(-1), v)
    return out


def unpaged(pages: torch.Tensor, table: torch.Tensor, length: int, group: int) -> torch.Tensor:
    """The tokens of one sequence, ``[length, heads, dim]`` float64, each head repeated for its group."""
    count = -(-length // pages.shape[1])
    return pages[table[:count].long()].flatten(0, 1)[:length].double().repeat_interleave(group, dim=1)
