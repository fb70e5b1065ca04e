"""Two forward passes of the small network that share work: decoding with a cache, and training with shared prompts.

The network is that of ``recipes.word_problems``. Decoding keeps keys and values of a changing
set of rows. Training runs each prompt once for all its rollouts; a rollout is one *tree* of
tokens: its completion, with the refused branches hanging off it, each seeing only what stood
before it. Tests compare both with the plain forward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from recipes.word_problems.network import Attention, Network, Shape, rope_table, rotate
from torch import Tensor
from torch.nn import functional

LONGEST = 512
"""Positions that a cache and the tables of angles have room for."""


class Cache:
    """Keys and values of each layer, ``[rows, kv heads, length, head size]``, for a changing set of rows."""

    def __init__(self, network: Network, rows: int) -> None:
        s = network.shape
        self.keys = [torch.zeros(rows, s.kv_heads, LONGEST, s.head_size) for _ in range(s.layers)]
        self.values = [torch.zeros(rows, s.kv_heads, LONGEST, s.head_size) for _ in range(s.layers)]

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first ``length`` positions of row ``source`` over row ``target``."""
        for buffer in (*self.keys, *self.values):
            buffer[target, :, :length] = buffer[source, :, :length]


@torch.no_grad()
def prefill(network: Network, prompts: Sequence[Sequence[int]], cache: Cache, first: int) -> None:
    """Fill rows ``first ...`` of the cache with ``prompts``; what is behind a shorter one is never looked at."""
    each = list(dict.fromkeys(map(tuple, prompts)))  # samples of one problem share its prompt
    place = {prompt: index for index, prompt in enumerate(each)}
    owner = [place[tuple(prompt)] for prompt in prompts]
    width = max(map(len, each))
    if not width:
        return
    rows = slice(first, first + len(prompts))
    for index, (keys, values) in enumerate(run_prompts(network, pad(each))):
        cache.keys[index][rows, :, :width] = keys[owner].transpose(1, 2)
        cache.values[index][rows, :, :width] = values[owner].transpose(1, 2)


class Decoder:
    """The network as it is now, its matrices joined so that one token costs few operations.

    Norm weights are multiplied into the matrices behind them; queries, keys and values come
    from one product, both inputs of the gate from another.
    """

    @torch.no_grad()
    def __init__(self, network: Network) -> None:
        self.shape = s = network.shape
        self.layers = []
        for layer in network.model.layers:
            a, f = layer.self_attn, layer.mlp
            inputs = torch.cat((a.q_proj.weight, a.k_proj.weight, a.v_proj.weight)) * layer.input_layernorm.weight
            gates = torch.cat((f.gate_proj.weight, f.up_proj.weight)) * layer.post_attention_layernorm.weight
            norms = torch.cat((a.q_norm.weight.expand(s.heads, -1), a.k_norm.weight.expand(s.kv_heads, -1)))
            joined = (inputs.T, norms, a.o_proj.weight.T, gates.T, f.down_proj.weight.T)
            self.layers.append([part.contiguous() for part in joined])
        self.embedding = network.model.embed_tokens.weight.detach()
        self.output = (self.embedding * network.model.norm.weight).T.contiguous()
        self.cos, self.sin = (table[:, None, 0] for table in rope_table(LONGEST, s))

    @torch.no_grad()
    def step(self, tokens: Tensor, positions: Tensor, cache: Cache) -> Tensor:
        """Logits after one more token in each of the first ``len(tokens)`` rows, written at its position."""
        s, rows, width = self.shape, len(tokens), int(positions.max()) + 1
        rope = self.cos[positions], self.sin[positions]
        ahead = torch.arange(width)[None] > positions[:, None]
        mask = torch.zeros(rows, width).masked_fill_(ahead, -torch.inf).repeat_interleave(s.kv_heads, 0)[:, None]
        slots = (torch.arange(rows * s.kv_heads).view(rows, -1) * LONGEST + positions[:, None]).flatten()
        x = self.embedding[tokens]
        for layer, all_keys, all_values in zip(self.layers, cache.keys, cache.values, strict=True):
            inputs, norms, mix, gates, down = layer
            q, k, v = self.project(x, inputs, norms, rope)
            all_keys.view(-1, s.head_size).index_copy_(0, slots, k.reshape(-1, s.head_size))
            all_values.view(-1, s.head_size).index_copy_(0, slots, v.reshape(-1, s.head_size))
            keys, values = (buffer[:rows].flatten(0, 1)[:, :width] for buffer in (all_keys, all_values))
            scores = torch.baddbmm(mask, q, keys.mT, alpha=s.head_size**-0.5)
            x = torch.addmm(x, torch.bmm(scores.softmax(-1), values).view(rows, -1), mix)
            gate, up = (normed(x, s) @ gates).chunk(2, -1)
            x = torch.addmm(x, functional.silu(gate).mul_(up), down)
        return normed(x, s) @ self.output

    def project(
        self, x: Tensor, inputs: Tensor, norms: Tensor, rope: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Queries ``[rows x kv heads, group, head size]``, keys and values ``[rows, kv heads, head size]``."""
        s, rows = self.shape, len(x)
        qkv = (normed(x, s) @ inputs).view(rows, -1, s.head_size)
        qk, v = qkv.split((s.heads + s.kv_heads, s.kv_heads), 1)
        qk = rotate(functional.rms_norm(qk, (s.head_size,), eps=s.epsilon) * norms, rope)
        q, k = qk.split((s.heads, s.kv_heads), 1)
        return q.reshape(rows * s.kv_heads, s.heads // s.kv_heads, s.head_size), k, v


def normed(x: Tensor, s: Shape) -> Tensor:
    """RMS norm without a weight."""
    return functional.rms_norm(x, (s.hidden,), eps=s.epsilon)


@dataclass(frozen=True, slots=True)
class Tree:
    """One rollout as a tree of tokens behind a shared prompt.

    Node 0 is the last prompt token. ``parents[i]`` is the node before node ``i`` (-1 for node
    0). ``edges`` are (node, next token) pairs whose log-probability is wanted.
    """

    prompt: tuple[int, ...]
    nodes: tuple[int, ...]
    parents: tuple[int, ...]
    edges: tuple[tuple[int, int], ...]


def tree_hidden(network: Network, trees: Sequence[Tree]) -> Tensor:
    """Final hidden states (normed) at the source of every edge, tree after tree: ``[edges, hidden]``."""
    prompts = list(dict.fromkeys(tree.prompt for tree in trees))
    owner = torch.tensor([prompts.index(tree.prompt) for tree in trees])
    heads = [prompt[:-1] for prompt in prompts]  # the last prompt token is node 0 of each tree
    known = run_prompts(network, pad(heads))
    lengths = torch.tensor([len(head) for head in heads])[owner]
    tokens = pad([tree.nodes for tree in trees])
    depth, sees = shape_of(trees, tokens.shape[1])
    width = max(map(len, heads))
    blocked = (torch.arange(width)[None] >= lengths[:, None])[:, None].expand(-1, tokens.shape[1], -1)
    mask = torch.zeros(len(trees), tokens.shape[1], width + tokens.shape[1])
    mask.masked_fill_(torch.cat((blocked, ~sees), 2), -torch.inf)
    cos, sin = rope_table(LONGEST, network.shape)
    positions = lengths[:, None] + depth
    rope = cos[positions], sin[positions]
    x = network.model.embed_tokens(tokens)
    for layer, (keys, values) in zip(network.model.layers, known, strict=True):
        q, k, v = project(layer.self_attn, layer.input_layernorm(x), rope)
        x = x + attend(layer.self_attn, q, torch.cat((keys[owner], k), 1), torch.cat((values[owner], v), 1), mask)
        x = x + layer.mlp(layer.post_attention_layernorm(x))
    where = [row * tokens.shape[1] + node for row, tree in enumerate(trees) for node, _ in tree.edges]
    hidden: Tensor = network.model.norm(x.flatten(0, 1)[torch.tensor(where)])
    return hidden


def shape_of(trees: Sequence[Tree], width: int) -> tuple[Tensor, Tensor]:
    """Depth of each node ``[trees, width]``, and which nodes each one sees ``[trees, width, width]``: its ancestors."""
    depth = torch.zeros(len(trees), width, dtype=torch.long)
    sees = torch.zeros(len(trees), width, width, dtype=torch.bool)
    sees |= torch.eye(width, dtype=torch.bool)  # padding sees itself: a softmax needs something
    for row, tree in enumerate(trees):
        start = 0
        for node in range(1, len(tree.nodes) + 1):  # chains: nodes that follow each other
            if node < len(tree.nodes) and tree.parents[node] == node - 1:
                continue
            root = tree.parents[start]
            chain = slice(start, node)
            if root >= 0:
                sees[row, chain] |= sees[row, root]
            sees[row, chain, chain] |= torch.ones(node - start, node - start, dtype=torch.bool).tril()
            begin = int(depth[row, root]) + 1 if root >= 0 else 0
            depth[row, chain] = torch.arange(begin, begin + node - start)
            start = node
    return depth, sees


def run_prompts(network: Network, tokens: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Keys and values of each layer, ``[rows, length, kv heads, head size]``, of right-padded prompts."""
    length = tokens.shape[1]
    rope = rope_table(max(length, 1), network.shape)
    mask = torch.full((length, length), -torch.inf).triu(1)[None].expand(len(tokens), -1, -1)
    x, known = network.model.embed_tokens(tokens), []
    for layer in network.model.layers:
        q, k, v = project(layer.self_attn, layer.input_layernorm(x), rope)
        known.append((k, v))
        if layer is not network.model.layers[-1]:  # nobody reads the last layer's output
            x = x + attend(layer.self_attn, q, k, v, mask)
            x = x + layer.mlp(layer.post_attention_layernorm(x))
    return known


def project(attention: Attention, x: Tensor, rope: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, ``[rows, length, heads, head size]`` each."""
    rows, length, _ = x.shape
    s = attention.s
    q = attention.q_norm(attention.q_proj(x).view(rows, length, s.heads, s.head_size))
    k = attention.k_norm(attention.k_proj(x).view(rows, length, s.kv_heads, s.head_size))
    v = attention.v_proj(x).view(rows, length, s.kv_heads, s.head_size)
    return rotate(q, rope), rotate(k, rope), v


def attend(attention: Attention, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Attention output, ``[rows, length, hidden]``; ``mask``: ``[rows, length, seen]``, 0 or -inf."""
    s, (rows, length), seen = attention.s, q.shape[:2], k.shape[1]
    group = s.heads // s.kv_heads
    q = q.view(rows, length, s.kv_heads, group, s.head_size).permute(0, 2, 3, 1, 4)
    q = q.reshape(rows * s.kv_heads, group * length, s.head_size)
    k = k.transpose(1, 2).reshape(rows * s.kv_heads, seen, s.head_size)
    v = v.transpose(1, 2).reshape(rows * s.kv_heads, seen, s.head_size)
    wide = mask[:, None, None].expand(-1, s.kv_heads, group, -1, -1).reshape(rows * s.kv_heads, group * length, seen)
    mixed = torch.bmm(torch.baddbmm(wide, q, k.mT, alpha=s.head_size**-0.5).softmax(-1), v)
    mixed = mixed.view(rows, s.kv_heads, group, length, s.head_size).permute(0, 3, 1, 2, 4)
    out: Tensor = attention.o_proj(mixed.reshape(rows, length, -1))
    return out


def pad(rows: Sequence[Sequence[int]]) -> Tensor:
    """``[rows, longest]``, zeros on the right."""
    width = max(map(len, rows))
    return torch.tensor([[*row, *([0] * (width - len(row)))] for row in rows], dtype=torch.long).view(len(rows), width)
