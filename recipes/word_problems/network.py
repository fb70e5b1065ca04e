"""Qwen3 in about a hundred lines, for training on a CPU; weights carry the HF names.

Why not train the Transformers module itself: plain ``bmm`` and ``softmax`` are
faster in the backward pass here than SDPA, logits are computed only where the
loss looks, and there is no mask but the causal one (rows are padded on the
right and padding carries no loss). ``tests/recipes`` shows that the logits
equal those of ``Qwen3ForCausalLM``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """The architecture; ``head_size`` is one that vLLM's kernels know."""

    vocabulary: int = 1024
    hidden: int = 128
    layers: int = 5
    heads: int = 4
    kv_heads: int = 2
    head_size: int = 32
    feed_forward: int = 384
    rope_base: float = 10_000.0
    epsilon: float = 1e-6


class Norm(nn.Module):
    """RMS norm over the last axis."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """``x``: (..., size)."""
        return functional.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


class Attention(nn.Module):
    """Grouped-query attention with normed queries and keys."""

    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.s = s
        self.q_proj = nn.Linear(s.hidden, s.heads * s.head_size, bias=False)
        self.k_proj = nn.Linear(s.hidden, s.kv_heads * s.head_size, bias=False)
        self.v_proj = nn.Linear(s.hidden, s.kv_heads * s.head_size, bias=False)
        self.o_proj = nn.Linear(s.heads * s.head_size, s.hidden, bias=False)
        self.q_norm = Norm(s.head_size, s.epsilon)
        self.k_norm = Norm(s.head_size, s.epsilon)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        """``x``: (rows, length, hidden); ``mask``: (length, length), 0 or -inf."""
        rows, length, _ = x.shape
        s = self.s
        q = self.q_norm(self.q_proj(x).view(rows, length, s.heads, s.head_size))
        k = self.k_norm(self.k_proj(x).view(rows, length, s.kv_heads, s.head_size))
        v = self.v_proj(x).view(rows, length, s.kv_heads, s.head_size)
        q, k = rotate(q, rope), rotate(k, rope)
        group = s.heads // s.kv_heads
        # The queries of one group share their keys, so they stack along the length axis.
        q = q.view(rows, length, s.kv_heads, group, s.head_size).permute(0, 2, 3, 1, 4)
        q = q.reshape(rows * s.kv_heads, group * length, s.head_size)
        k = k.transpose(1, 2).reshape(rows * s.kv_heads, length, s.head_size)
        v = v.transpose(1, 2).reshape(rows * s.kv_heads, length, s.head_size)
        scores = torch.baddbmm(mask.repeat(group, 1), q, k.mT, alpha=s.head_size**-0.5)
        mixed = torch.bmm(scores.softmax(-1), v)
        mixed = mixed.view(rows, s.kv_heads, group, length, s.head_size).permute(0, 3, 1, 2, 4)
        out: Tensor = self.o_proj(mixed.reshape(rows, length, -1))
        return out


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(s.hidden, s.feed_forward, bias=False)
        self.up_proj = nn.Linear(s.hidden, s.feed_forward, bias=False)
        self.down_proj = nn.Linear(s.feed_forward, s.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """``x``: (rows, length, hidden)."""
        hidden: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return hidden


class Layer(nn.Module):
    """Attention and feed-forward, each behind a norm."""

    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.self_attn = Attention(s)
        self.mlp = FeedForward(s)
        self.input_layernorm = Norm(s.hidden, s.epsilon)
        self.post_attention_layernorm = Norm(s.hidden, s.epsilon)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor], mask: Tensor) -> Tensor:
        """``x``: (rows, length, hidden); the rest as in ``Attention``."""
        x = x + self.self_attn(self.input_layernorm(x), rope, mask)
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class Body(nn.Module):
    """Named ``model`` in the checkpoint."""

    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(s.vocabulary, s.hidden)
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.norm = Norm(s.hidden, s.epsilon)


class Network(nn.Module):
    """The language model; the output matrix is the embedding (tied)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.model = Body(shape)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                residual = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 if residual else 0.05)

    def forward(self, tokens: Tensor, where: Tensor | None = None) -> Tensor:
        """Logits of the next token.

        ``tokens``: (rows, length) ids. ``where``: indices into the flattened
        rows x length, to compute logits only there. Returns (rows, length,
        vocabulary), or (len(where), vocabulary).
        """
        length = tokens.shape[1]
        rope = rope_table(length, self.shape)
        mask = torch.full((length, length), -torch.inf).triu(1)
        x = self.model.embed_tokens(tokens)
        for layer in self.model.layers:
            x = layer(x, rope, mask)
        if where is not None:
            x = x.flatten(0, 1)[where]
        return self.model.norm(x) @ self.model.embed_tokens.weight.T


def rope_table(length: int, s: Shape) -> tuple[Tensor, Tensor]:
    """Cosines and sines, each (length, 1, head_size / 2)."""
    frequencies = s.rope_base ** (-torch.arange(0, s.head_size, 2).float() / s.head_size)
    angles = torch.outer(torch.arange(length).float(), frequencies)[:, None]
    return angles.cos(), angles.sin()


def rotate(x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
    """Rotate the halves of the last axis; ``x``: (rows, length, heads, head_size)."""
    cos, sin = rope
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)
