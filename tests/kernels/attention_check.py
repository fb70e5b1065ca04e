"""Paged attention against a float64 softmax, plain and with the verifier in the launch.

On a CPU it runs under Triton's interpreter, in a process of its own: `TRITON_INTERPRET=1 python -m` this FIRST LAST.
`benchmarks/kernels/run.py` calls `check` on a GPU, with larger sizes.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass

import torch
from tests.kernels.lines import line

from verifirst.kernels.device import attention_reference
from verifirst.kernels.device.attention import Beside, Workspace, paged_attention
from verifirst.kernels.device.program import Program
from verifirst.kernels.reference import advance
from verifirst.kernels.state import Row, fresh

TOLERANCE = {torch.float32: 2e-5, torch.float16: 4e-3, torch.bfloat16: 3e-2}
"""Largest difference of a result whose values are standard normal: a few units in the last place, as weights
and the result are rounded to the type."""


@dataclass(frozen=True)
class Case:
    """Shapes of one call."""

    dtype: torch.dtype
    dim: int
    kv_heads: int
    group: int
    block: int
    lengths: tuple[int, ...]
    splits: int | None
    heads_first: bool  # how keys lie in memory; values lie slots first

    @classmethod
    def draw(cls, rng: random.Random, longest: int = 150, batch: int = 3) -> Case:
        edge = (0, 1, 16, 17, longest)
        lengths = tuple(rng.choice(edge) if rng.random() < 0.4 else rng.randrange(longest + 1) for _ in range(batch))
        return cls(
            rng.choice(list(TOLERANCE)), rng.choice((16, 64, 128)), rng.choice((1, 2)), rng.choice((1, 3, 4, 8, 20)),
            rng.choice((16, 32, 48, 128)), lengths, rng.choice((1, 1, 2, 3, 5, None)), rng.random() < 0.3,
        )  # fmt: skip


@dataclass(frozen=True)
class Tensors:
    """What a call reads; pages that no sequence owns are filled with NaN, and so is what lies behind a last token."""

    query: torch.Tensor
    keys: torch.Tensor
    values: torch.Tensor
    block_table: torch.Tensor
    lengths: torch.Tensor
    scale: float

    @classmethod
    def of(cls, case: Case, seed: int, device: str) -> Tensors:
        generator = torch.Generator().manual_seed(seed)
        batch, pages = len(case.lengths), max(1, -(-max(case.lengths) // case.block))
        order = torch.randperm(batch * pages + 2, generator=generator)[: batch * pages].reshape(batch, pages)
        caches = []
        for heads_first in (case.heads_first, False):
            shape = (batch * pages + 2, case.kv_heads, case.block, case.dim)
            cache = torch.full(shape, float("nan")).transpose(1, 2)
            cache = cache if heads_first else cache.contiguous()
            for table, length in zip(order, case.lengths, strict=True):
                flat = torch.full((pages * case.block, case.kv_heads, case.dim), float("nan"))
                flat[:length] = torch.randn(length, case.kv_heads, case.dim, generator=generator)
                cache[table] = flat.reshape(pages, case.block, case.kv_heads, case.dim)
            caches.append(cache.to(device, case.dtype))
        heads = case.kv_heads * case.group
        query = torch.randn(batch, heads + 2, case.dim, generator=generator).to(device, case.dtype)[:, :heads]
        lengths = torch.tensor(case.lengths, dtype=torch.int32, device=device)
        return cls(query, *caches, order.to(device, torch.int32), lengths, case.dim**-0.5)

    @property
    def arguments(self) -> tuple[torch.Tensor | float, ...]:
        return self.query, self.keys, self.values, self.block_table, self.lengths, self.scale


def pieces(text: bytes, rng: random.Random) -> list[bytes]:
    out, at = [], 0
    while at < len(text):
        size = rng.randrange(1, 6)
        out.append(text[at : at + size])
        at += size
    return out


def check(
    case: Case, seed: int, device: str = "cpu", *, multiprocessors: int | None = None, beside: bool = True
) -> None:
    """One call alone and, with ``beside``, one with a verifier in the launch."""
    tensors = Tensors.of(case, seed, device)
    workspace = Workspace(*tensors.query.shape, device=device, multiprocessors=multiprocessors)
    settings = {"longest": max(case.lengths), "workspace": workspace, "splits": case.splits}
    alone = paged_attention(*tensors.arguments, **settings)
    expected = attention_reference.paged_attention(*tensors.arguments)
    difference = (alone.double() - expected).abs().max().item()
    if not difference <= TOLERANCE[case.dtype]:
        raise SystemExit(f"seed {seed}, {case}: off by {difference}")
    if beside:
        streams = Streams.draw(random.Random(seed), len(case.lengths))
        asked = streams.beside(device)
        for left in (workspace.partials, workspace.logarithms):
            left.fill_(float("nan"))
        output = torch.full_like(alone, float("nan"))
        if not torch.equal(alone, paged_attention(*tensors.arguments, **settings, output=output, beside=asked)):
            raise SystemExit(f"seed {seed}, {case}: attention differs with a verifier beside it")
        if asked.rows.tolist() != streams.after():
            raise SystemExit(f"seed {seed}, {case}: registers differ from the reference")


@dataclass(frozen=True)
class Streams:
    """Sequences at random places of random lines: each one's row and the token that it reads next, -1 for none."""

    table: list[bytes]
    rows: list[Row]
    tokens: list[int]

    @classmethod
    def draw(cls, rng: random.Random, count: int) -> Streams:
        streams = [pieces(line(rng).encode(), rng) for _ in range(count)]
        table = sorted({piece for stream in streams for piece in stream})
        begun, tokens = [fresh() for _ in range(count)], []
        for row, stream in zip(begun, streams, strict=True):
            at = rng.randrange(len(stream))
            advance(row, b"".join(stream[:at]))
            tokens.append(table.index(stream[at]) if rng.random() < 0.8 else -1)
        return cls(table, begun, tokens)

    def beside(self, device: str) -> Beside:
        return Beside(
            torch.tensor(self.rows, device=device),
            torch.tensor(self.tokens, device=device),
            Program.load(self.table, device),
        )

    def after(self) -> list[Row]:
        """By the reference."""
        rows = [row.copy() for row in self.rows]
        for row, token in zip(rows, self.tokens, strict=True):
            advance(row, self.table[token] if token >= 0 else b"")
        return rows


def main() -> None:
    first, last = int(sys.argv[1]), int(sys.argv[2])
    for seed in range(first, last):
        rng = random.Random(seed)
        check(Case.draw(rng), seed, multiprocessors=rng.choice((1, 2)))
    sys.stdout.write(f"{last - first} cases as expected\n")


if __name__ == "__main__":
    main()
