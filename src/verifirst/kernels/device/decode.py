"""Kernels of decode attention over paged keys and values, and the launch that verifies beside it.

One program reads one share ("split") of one sequence for one key-value head and serves all query heads of
its group, with the online softmax of Milakov and Gimelshein (2018) as FlashAttention tiles it (Dao et
al., 2022). Splits are those of Flash-Decoding (Dao, Haziza, Massa and Sizov, 2023): each leaves a
normalised partial result and the logarithm of its sum, and ``combine_kernel`` weighs them. Logarithms
are to the base 2.
"""

import triton
import triton.language as tl

from verifirst.kernels.device.advance import advance_sequence

LOG2_E = tl.constexpr(1.4426950408889634)
INTERPRETED = tl.constexpr(triton.knobs.runtime.interpret)
"""The interpreter holds a bfloat16 as an integer and multiplies that: there, products are of float32."""


@triton.jit
def product(a, b, sum_):
    """``sum + a @ b`` on tensor cores, in float32."""
    if INTERPRETED:
        a, b = a.to(tl.float32), b.to(tl.float32)
    return tl.dot(a, b, sum_, input_precision="ieee")


@triton.jit
def pages_of(block_row, begin, positions, last, block: tl.constexpr, tile: tl.constexpr):
    """The page of each position of the tile at ``begin``; int64, since a cache has more than 2^31 numbers."""
    if block % tile == 0:  # no tile crosses into another page
        page = tl.load(block_row + begin // block)
    else:
        page = tl.load(block_row + positions // block, mask=positions < last, other=0)
    return page.to(tl.int64)


@triton.jit
def attend_tile(
    q, peak, total, result, keys, values, pages, positions, last, scale,
    key_page, key_slot, value_page, value_slot, block: tl.constexpr, dim: tl.constexpr,
):  # fmt: skip
    """One tile of the online softmax: the new peak, sum and weighted sum of values of each query head."""
    dims = tl.arange(0, dim)
    slots = positions % block
    inside = positions < last
    at = pages * key_page + slots * key_slot
    k = tl.load(keys + at[:, None] + dims[None, :], mask=inside[:, None], other=0.0)
    scores = product(q, tl.trans(k), tl.zeros([q.shape[0], positions.shape[0]], tl.float32)) * scale
    scores = tl.where(inside[None, :], scores, float("-inf"))
    higher = tl.maximum(peak, tl.max(scores, axis=1))
    weights = tl.exp2(scores - higher[:, None])
    fade = tl.exp2(peak - higher)
    at = pages * value_page + slots * value_slot
    v = tl.load(values + at[:, None] + dims[None, :], mask=inside[:, None], other=0.0)
    result = product(weights.to(v.dtype), v, result * fade[:, None])
    return higher, total * fade + tl.sum(weights, axis=1), result


@triton.jit
def attend(
    index, query, keys, values, block_table, lengths, output, partials, logarithms, scale, splits,
    query_row, query_head, key_page, key_slot, key_head, value_page, value_slot, value_head,
    table_row, output_row, output_head,
    kv_heads: tl.constexpr, group: tl.constexpr, padded: tl.constexpr, dim: tl.constexpr, block: tl.constexpr,
    tile: tl.constexpr, split_up: tl.constexpr,
):  # fmt: skip
    """Program ``index`` of the attention: heads fastest, since the heads of a token are neighbours in memory."""
    kv_head = index % kv_heads
    split = index // kv_heads % splits
    sequence = (index // kv_heads // splits).to(tl.int64)
    members = tl.arange(0, padded)  # padded to the rows of a tensor core
    heads = kv_head * group + members
    dims = tl.arange(0, dim)
    q = tl.load(
        query + sequence * query_row + heads[:, None] * query_head + dims[None, :],
        mask=members[:, None] < group,
        other=0.0,
    )
    length = tl.load(lengths + sequence)
    share = tl.cdiv(tl.cdiv(length, tile), splits) * tile
    first = split * share
    last = tl.minimum(first + share, length)
    peak = tl.full([padded], float("-inf"), tl.float32)
    total = tl.zeros([padded], tl.float32)
    result = tl.zeros([padded, dim], tl.float32)
    for begin in range(first, last, tile):
        positions = begin + tl.arange(0, tile)
        pages = pages_of(block_table + sequence * table_row, begin, positions, last, block, tile)
        peak, total, result = attend_tile(
            q, peak, total, result, keys + kv_head * key_head, values + kv_head * value_head, pages, positions,
            last, scale * LOG2_E, key_page, key_slot, value_page, value_slot, block, dim,
        )  # fmt: skip
    total = tl.where(total > 0, total, 1.0)  # nothing read: zeros, and a logarithm of -inf
    result = result / total[:, None]
    inside = members[:, None] < group
    if split_up:
        place = (sequence * kv_heads * group + heads) * splits + split
        tl.store(logarithms + place, peak + tl.log2(total), mask=members < group)
        tl.store(partials + place[:, None] * dim + dims[None, :], result, mask=inside)
    else:
        at = output + sequence * output_row + heads[:, None] * output_head + dims[None, :]
        tl.store(at, result.to(output.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=["splits"])
def combine_kernel(
    partials, logarithms, output, splits, output_row, output_head,
    heads: tl.constexpr, dim: tl.constexpr, padded: tl.constexpr,
):  # fmt: skip
    """Program ``i`` weighs the splits of one query head of one sequence by their sums."""
    index = tl.program_id(0).to(tl.int64)
    split = tl.arange(0, padded)
    dims = tl.arange(0, dim)
    place = index * splits + split
    logarithm = tl.load(logarithms + place, mask=split < splits, other=float("-inf"))
    peak = tl.max(logarithm, axis=0)
    weights = tl.exp2(logarithm - tl.where(peak > float("-inf"), peak, 0.0))
    total = tl.sum(weights, axis=0)
    parts = tl.load(partials + place[:, None] * dim + dims[None, :], mask=weights[:, None] > 0, other=0.0)
    result = tl.sum(parts * weights[:, None], axis=0) / tl.where(total > 0, total, 1.0)
    at = output + index // heads * output_row + index % heads * output_head
    tl.store(at + dims, result.to(output.dtype.element_ty))


# Counts of a batch are not specialised on: each batch size would be compiled anew.
@triton.jit(do_not_specialize=["splits", "table_row", "sequences", "run", "period"])
def attention_kernel(
    query, keys, values, block_table, lengths, output, partials, logarithms, scale, splits,
    query_row, query_head, key_page, key_slot, key_head, value_page, value_slot, value_head,
    table_row, output_row, output_head,
    rows, tokens, alphabet_table, grammar_table, words_, meanings_, prefixes_, bytes_, offsets,
    sequences, run, period,
    kv_heads: tl.constexpr, group: tl.constexpr, padded: tl.constexpr, dim: tl.constexpr, block: tl.constexpr,
    tile: tl.constexpr, split_up: tl.constexpr, verify: tl.constexpr, once: tl.constexpr, width: tl.constexpr,
):  # fmt: skip
    """Attention; with ``verify``, ``sequences`` programs among it read a token each instead.

    Of each ``period`` programs the first ``run`` verify, until all sequences are served. The verifier's programs
    are few, long and serial and hardly touch memory; programs start in about the order of
    their index. So they go ahead, where the rest of the launch hides them, in runs of one for each
    multiprocessor, with attention between the runs to keep memory busy.
    """
    index = tl.program_id(0)
    if verify:
        around, within = index // period, index % period
        before = tl.minimum(around * run + tl.minimum(within, run), sequences)
        verifies = (within < run) & (around * run + within < sequences)
        if verifies:
            advance_sequence(
                before, rows, tokens, alphabet_table, grammar_table, words_, meanings_, prefixes_, bytes_, offsets,
                width,
            )  # fmt: skip
            if once:
                tl.store(tokens + before, -1)
        else:
            attend(
                index - before, query, keys, values, block_table, lengths, output, partials, logarithms, scale,
                splits, query_row, query_head, key_page, key_slot, key_head, value_page, value_slot, value_head,
                table_row, output_row, output_head, kv_heads, group, padded, dim, block, tile, split_up,
            )  # fmt: skip
    else:
        attend(
            index, query, keys, values, block_table, lengths, output, partials, logarithms, scale,
            splits, query_row, query_head, key_page, key_slot, key_head, value_page, value_slot, value_head,
            table_row, output_row, output_head, kv_heads, group, padded, dim, block, tile, split_up,
        )  # fmt: skip
