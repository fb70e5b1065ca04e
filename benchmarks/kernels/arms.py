"""The arms of one shape: attention, the verifier, one after the other, both in one launch, and what others ship.

A graph holds ``calls`` calls as a decode step holds layers, each with its own part of the cache: together they are
larger than the L2 cache, so that each reads from memory. Each call has its own rows and tokens, too: sequences
at different places of their texts. All arms begin with the same copy that sets the rows back.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

import torch
from benchmarks.kernels import stock
from benchmarks.kernels.roofline import Shape

from verifirst.kernels import layout
from verifirst.kernels.device.advance import advance
from verifirst.kernels.device.attention import Beside, Workspace, paged_attention
from verifirst.kernels.device.program import Program
from verifirst.kernels.reference import advance as reference
from verifirst.kernels.state import fresh

BLOCK = 16
"""Tokens of a page; vLLM's default."""
COLD = 400e6
"""Bytes of cache that the calls of a graph read before one reads the same again: several times an L2 cache."""
LONG = 4e-3
"""Seconds that a graph should last, about."""
TEXTS = (
    "Tom buys 3 boxes with 12 pens in each, so he has 3 * 12 = 36 pens.\n",
    "She pays $4.50 * 6 = $27.00, and 27 + 1,275 = 1,302 in all.\n",
    "That leaves \\frac{3}{4} of 48 = 36, and 36 - 5 = 31 of them are red.\n",
    "The total is (12 + 8) * 5 - 40 / 2 = 80 apples, 16 for each of the 5 children.\n",
)
PIECES = 4
"""Most bytes of a token."""


@dataclass(frozen=True)
class Verified:
    """What the verifier reads in each call: rows ``[calls, batch, WIDTH]``, as they begin, and tokens."""

    rows: torch.Tensor
    begun: torch.Tensor
    tokens: torch.Tensor
    program: Program

    @classmethod
    def of(cls, calls: int, batch: int) -> Verified:
        """Each row at a random token of a text."""
        rng = random.Random(0)
        places, table = snapshots()
        chosen = [rng.choice(places) for _ in range(calls * batch)]
        begun = torch.tensor([row for row, _ in chosen], device="cuda").view(calls, batch, layout.WIDTH)
        tokens = torch.tensor([token for _, token in chosen], device="cuda").view(calls, batch)
        return cls(begun.clone(), begun, tokens, Program.load(table, "cuda"))

    def reset(self) -> None:
        """Set the rows back."""
        self.rows.copy_(self.begun)

    def beside(self, call: int) -> Beside:
        """Rows and tokens of one call."""
        return Beside(self.rows[call], self.tokens[call], self.program)


def snapshots() -> tuple[list[tuple[list[int], int]], list[bytes]]:
    """A row before each token of the texts with that token, and the bytes of each token."""
    texts = [text.encode() for text in TEXTS]
    pieces = [[text[at : at + PIECES] for at in range(0, len(text), PIECES)] for text in texts]
    table = sorted({piece for text in pieces for piece in text})
    places = []
    for text in pieces:
        for begun, piece in zip(accumulate(text, initial=b""), text, strict=False):
            row = fresh()
            reference(row, begun)
            places.append((row, table.index(piece)))
    return places, table


@dataclass(frozen=True)
class Cache:
    """Keys and values of all calls, ``[copies, pages, BLOCK, kv_heads, dim]``; pages of a sequence lie anywhere."""

    shape: Shape
    keys: torch.Tensor
    values: torch.Tensor
    block_table: torch.Tensor
    lengths: torch.Tensor
    query: torch.Tensor

    @classmethod
    def of(cls, shape: Shape) -> Cache:
        """Random numbers in bfloat16."""
        copies = max(1, math.ceil(COLD / shape.kv_bytes))
        each = shape.context // BLOCK
        size = (copies, shape.batch * each, BLOCK, shape.kv_heads, shape.dim)
        keys, values = (torch.empty(size, dtype=torch.bfloat16, device="cuda").normal_() for _ in range(2))
        table = torch.randperm(shape.batch * each, device="cuda").view(shape.batch, each).int()
        lengths = torch.full((shape.batch,), shape.context, dtype=torch.int32, device="cuda")
        query = torch.randn(shape.batch, shape.heads, shape.dim, dtype=torch.bfloat16, device="cuda")
        return cls(shape, keys, values, table, lengths, query)

    def part(self, call: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The pages of one call."""
        copy = call % len(self.keys)
        return self.keys[copy], self.values[copy]

    def dense(self, call: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The same memory as ``[batch, context, kv_heads, dim]``, a dense cache: easier to read than pages."""
        size = (self.shape.batch, self.shape.context, self.shape.kv_heads, self.shape.dim)
        keys, values = self.part(call)
        return keys.view(size), values.view(size)


def calls_of(cache: Cache) -> int:
    """As many as there are copies of the cache, and enough to last."""
    return max(len(cache.keys), min(64, math.ceil(LONG / (cache.shape.kv_bytes / 4e12))), 2)


def ours(cache: Cache, verified: Verified, calls: int) -> dict[str, Callable[[], None]]:
    """What each of our graphs runs."""
    shape = cache.shape
    workspace = Workspace(shape.batch, shape.heads, shape.dim, device="cuda")
    output = torch.empty_like(cache.query)

    def attend(call: int, beside: Beside | None = None) -> None:
        keys, values = cache.part(call)
        paged_attention(
            cache.query, keys, values, cache.block_table, cache.lengths, shape.dim**-0.5,
            longest=shape.context, workspace=workspace, output=output, beside=beside,
        )  # fmt: skip

    def serial(call: int) -> None:
        attend(call)
        advance(*verified.beside(call))

    each: dict[str, Callable[[int], None]] = {
        "attention": attend,
        "fused": lambda call: attend(call, verified.beside(call)),
        "serial": serial,
        "advance": lambda call: advance(*verified.beside(call)),
    }
    return {name: repeated(one, verified, calls) for name, one in each.items()}


def theirs(cache: Cache, verified: Verified, calls: int) -> dict[str, Callable[[], None]]:
    """What the graphs of others run."""
    return {name: repeated(one, verified, calls) for name, one in stock.arms(cache).items()}


def repeated(one: Callable[[int], object], verified: Verified, calls: int) -> Callable[[], None]:
    """The rows set back, then ``one`` for each call."""

    def run() -> None:
        verified.reset()
        for call in range(calls):
            one(call)

    return run
