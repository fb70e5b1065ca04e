"""Decode attention over paged keys and values, with the verifier's programs in the same launch where asked.

Attention of one new token a sequence waits for memory: the cache is read once and hardly computed with. The
verifier reads some bytes a sequence and computes. Launched together, one hides behind the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import triton

from verifirst.errors import InputError
from verifirst.kernels import layout
from verifirst.kernels.device.decode import attention_kernel, combine_kernel
from verifirst.kernels.device.program import Program

ROWS = 16
"""Least rows of a product on tensor cores: the query heads of a group are padded to it."""
MOST_SPLITS = 64
SHORTEST = 256
"""Tokens below which a further split costs more than it spreads."""
RESIDENT = 4
"""Programs of attention at once on a multiprocessor. Five fit an H200 by their registers and shared memory; one place
is left to the verifier."""
FULL = 0.85
"""Of the best use of the device: what is this good with fewer splits is taken."""
BESIDE = RESIDENT
"""Programs of attention to one of the verifier while both are left."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Tokens of a tile, warps of a program, stages of its loads.

    ``registers`` of a thread is the most that a launch with a verifier may take: without it the compiler takes
    more for both branches than either needs, and fewer programs of attention fit.
    """

    tile: int
    warps: int = 4
    stages: int = 3
    registers: int | None = None

    @classmethod
    def of(cls, dim: int, dtype: torch.dtype) -> Tuning:
        """About 16 KB a tile on tensor cores; 8 KB in float32, which has none at full precision."""
        if dtype.itemsize == 4:  # noqa: PLR2004 -- bytes of a float32
            return cls(min(max(2048 // dim, 16), 128))
        return cls(min(max(8192 // dim, 16), 128), registers=96 if dim <= 128 else None)  # noqa: PLR2004 -- as compiled


class Beside(NamedTuple):
    """What the verifier does in the launch: ``advance(rows, tokens, program)``; see there.

    With ``once`` tokens that were read are -1 afterwards: who laid them out sees that a launch has read them, and
    one that is repeated, as a CUDA graph is, reads nothing twice.
    """

    rows: torch.Tensor
    tokens: torch.Tensor
    program: Program
    once: bool = False


class Workspace:
    """Room for the partial results of splits, allocated once: a call allocates nothing, so a CUDA graph may hold it.

    One may serve any calls that follow one another on one stream, as layers do; a smaller batch finds room for more
    splits, up to ``MOST_SPLITS``. ``multiprocessors`` are those of the device unless given.
    """

    def __init__(
        self,
        batch: int,
        heads: int,
        dim: int,
        *,
        device: torch.device | str = "cpu",
        splits: int = MOST_SPLITS,
        multiprocessors: int | None = None,
    ) -> None:
        self.partials = torch.empty(batch * heads * splits * dim, dtype=torch.float32, device=device)
        self.logarithms = torch.empty(batch * heads * splits, dtype=torch.float32, device=device)
        self.multiprocessors = multiprocessors or multiprocessors_of(self.partials.device)

    def most(self, query: torch.Tensor) -> int:
        """How many splits of each sequence of ``query`` there is room for."""
        return min(MOST_SPLITS, self.partials.numel() // query.numel())


def multiprocessors_of(device: torch.device) -> int:
    """How many the device has; 1 on a CPU."""
    return torch.cuda.get_device_properties(device).multi_processor_count if device.type == "cuda" else 1


def split_count(programs: int, longest: int, multiprocessors: int, most: int = MOST_SPLITS) -> int:
    """How many splits of each sequence fill the device, from what the host knows without asking it.

    ``programs`` is sequences times key-value heads, ``longest`` a bound of the lengths. Programs run in waves of
    what fits at once; a last wave that is nearly empty wastes the device. The fewest splits
    within ``FULL`` of the best use are taken, at most one for ``SHORTEST`` tokens.
    """
    at_once = multiprocessors * RESIDENT

    def use(splits: int) -> float:
        waves = programs * splits / at_once
        return waves / math.ceil(waves)

    counts = range(1, max(1, min(most, longest // SHORTEST)) + 1)
    best = max(map(use, counts))
    return next(splits for splits in counts if use(splits) >= FULL * best)


def paged_attention(
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    block_table: torch.Tensor,
    lengths: torch.Tensor,
    scale: float,
    *,
    longest: int,
    workspace: Workspace,
    output: torch.Tensor | None = None,
    splits: int | None = None,
    tuning: Tuning | None = None,
    beside: Beside | None = None,
) -> torch.Tensor:
    """Softmax attention of one token a sequence to all tokens in its pages; grouped-query.

    ``query`` ``[batch, heads, dim]`` bfloat16, float16 or float32; ``keys`` and ``values``
    ``[pages, slots, kv_heads, dim]`` of the same type with any strides, numbers of a head next to each
    other (vLLM's pages; a dense cache seen as pages); ``block_table`` ``[batch, most_pages]``
    int32, the pages of each sequence in order; ``lengths`` ``[batch]`` int32 tokens, 0 gives zeros. ``longest`` bounds
    the lengths and only settles the splits; it is not checked against them, which would wait for the device.
    ``dim`` is a power of two, at least 16. Sums are in float32.

    ``output`` (``query``'s shape, type and device) is written and returned; without it one is allocated. ``beside``
    advances the verifier's rows in the same launch, in place; the attention is the same to the bit. No host
    synchronisation; the first call of a shape compiles, so warm up before a CUDA graph is captured.

    Raises:
        InputError: shapes, types or the workspace do not fit.
    """
    check(query, keys, values, block_table, lengths)
    batch, heads, dim = query.shape
    block, kv_heads = keys.shape[1], keys.shape[2]
    output = torch.empty_like(query) if output is None else output
    if not batch:
        return output
    if splits is None:
        splits = split_count(batch * kv_heads, longest, workspace.multiprocessors, workspace.most(query))
    if not 1 <= splits <= max(1, workspace.most(query)):
        raise InputError(f"the workspace has no room for {splits} splits of {[batch, heads, dim]}: make a larger one")
    tuning = tuning or Tuning.of(dim, query.dtype)
    group, programs = heads // kv_heads, batch * kv_heads * splits
    extra, arguments = verifying(beside, programs, workspace.multiprocessors)
    attention_kernel[(programs + extra,)](
        query, keys, values, block_table, lengths, output, workspace.partials, workspace.logarithms, scale, splits,
        *query.stride()[:2], *keys.stride()[:3], *values.stride()[:3], block_table.stride(0), *output.stride()[:2],
        *arguments,
        kv_heads=kv_heads, group=group, padded=max(ROWS, triton.next_power_of_2(group)), dim=dim, block=block,
        tile=tuning.tile, split_up=splits > 1, verify=beside is not None,
        once=beside is not None and beside.once, width=layout.WIDTH,
        num_warps=tuning.warps, num_stages=tuning.stages, maxnreg=tuning.registers if beside else None,
    )  # fmt: skip
    if splits > 1:
        combine_kernel[(batch * heads,)](
            workspace.partials, workspace.logarithms, output, splits, *output.stride()[:2],
            heads=heads, dim=dim, padded=triton.next_power_of_2(splits), num_warps=4,
        )  # fmt: skip
    return output


def verifying(beside: Beside | None, programs: int, multiprocessors: int) -> tuple[int, tuple[object, ...]]:
    """How many programs verify, and the kernel's arguments for them, ``rows`` to ``period``."""
    if beside is None:
        return 0, (None,) * 12
    rows, tokens, p, _ = beside
    count = len(tokens)
    if rows.shape != (count, layout.WIDTH) or not rows.is_contiguous():
        raise InputError(f"expected {count} contiguous rows of {layout.WIDTH} for the tokens, found {list(rows.shape)}")
    run, period = runs(count, programs, multiprocessors)
    tables = (p.alphabet, p.grammar, p.hashes, p.meanings, p.prefixes, p.spelled, p.offsets)
    return count, (rows, tokens, *tables, count, run, period)


def runs(sequences: int, programs: int, multiprocessors: int) -> tuple[int, int]:
    """The order of the launch: of each ``period`` programs the first ``run`` verify.

    With fewer programs of attention than ``BESIDE`` a sequence, the runs lie closer, so that all find a place.
    """
    return multiprocessors, multiprocessors * (1 + min(BESIDE, programs // max(sequences, 1)))


def check(
    query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, block_table: torch.Tensor, lengths: torch.Tensor
) -> None:
    """Raise ``InputError`` unless shapes, types and strides fit one another."""
    batch, heads, dim = query.shape
    kv_heads = keys.shape[2]
    if dim < ROWS or dim & (dim - 1):
        raise InputError(f"expected a head size that is a power of two and at least {ROWS}, found {dim}")
    if heads % kv_heads:
        raise InputError(f"expected a multiple of {kv_heads} query heads, found {heads}")
    if keys.shape != values.shape or keys.shape[3] != dim:
        raise InputError(f"expected pages of heads of {dim}, found {list(keys.shape)} and {list(values.shape)}")
    if not query.dtype == keys.dtype == values.dtype:
        raise InputError(f"expected one type, found {query.dtype}, {keys.dtype} and {values.dtype}")
    if {query.stride(2), keys.stride(3), values.stride(3)} != {1}:
        raise InputError("expected the numbers of a head next to each other in query, keys and values")
    if block_table.shape[0] != batch or lengths.shape != (batch,) or block_table.stride(1) != 1:
        raise InputError(f"expected the pages and the length of each of {batch} sequences")
