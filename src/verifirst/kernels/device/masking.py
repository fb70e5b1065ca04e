"""Masks on a device: the tokens that may not come next, found and forbidden without the host.

``kernels.masking`` line by line, in three launches. The first tries each *opening* (what of a token
a result can hang on) on a copy of each state; thousands of tokens share a few hundred of them.
The second lets rows go that would have nothing left, the third forbids the tokens of the openings that failed.
States that write no result cost a load in each.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import torch
import triton
import triton.language as tl

from verifirst.kernels import layout, masking, results
from verifirst.kernels.device.program import PREFIXES, WORDS, Program
from verifirst.kernels.device.registers import ROW, has
from verifirst.kernels.device.results import EXCUSED, bits, within
from verifirst.kernels.device.writing import permits

PARTS = 32
"""Programs that share the openings of one row."""
BLOCK = 1024
"""Tokens that a program looks at together."""
BITS = tl.constexpr(32)
NUMBER = tl.constexpr(bits(results.LITERAL | results.BEHIND))
WORDS_ = tl.constexpr(WORDS)
PREFIXES_ = tl.constexpr(PREFIXES)


@dataclass(frozen=True, slots=True)
class Openings:
    """The openings of a vocabulary on one device.

    ``texts`` uint8 are those of all of them in a row, ``offsets`` ``[openings + 1]`` int32 where each
    begins, ``of_token`` ``[tokens]`` int32 the opening of each token, -1 where it spells nothing.
    """

    texts: torch.Tensor
    offsets: torch.Tensor
    of_token: torch.Tensor

    @classmethod
    def load(cls, table: Sequence[bytes], ends: Collection[int], device: torch.device | str = "cpu") -> Openings:
        """Put them on ``device``; ``table`` has the bytes of each token, ``ends`` are ids that end the text."""
        texts, of_token = masking.openings(table, ends)
        offsets = [0]
        for text in texts:
            offsets.append(offsets[-1] + len(text))
        return cls(
            torch.tensor(list(b"".join(texts)) or [0], dtype=torch.uint8).to(device),
            torch.tensor(offsets, dtype=torch.int32).to(device),
            torch.tensor(of_token or [-1], dtype=torch.int32).to(device),
        )

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.offsets) - 1


class Masks:
    """The masks of up to ``most`` rows; scratch is allocated here, once.

    After ``apply``: ``active`` ``[most]`` int32 says which rows write a result, and ``packed``
    ``[most, ceil(vocabulary / 32)]`` int32 has a bit for each token, lowest first, 1 where it
    is allowed (xgrammar's layout), for the rows of the last call.
    """

    def __init__(self, openings: Openings, most: int, vocabulary: int) -> None:
        device = openings.texts.device
        self._openings = openings
        self._failed = torch.zeros(most, max(openings.count, 1), dtype=torch.uint8, device=device)
        self.active = torch.zeros(most, dtype=torch.int32, device=device)
        words = triton.cdiv(vocabulary, BLOCK) * (BLOCK // BITS.value)
        self._packed = torch.full((most, words), -1, dtype=torch.int32, device=device)
        self.packed = self._packed[:, : triton.cdiv(vocabulary, BITS.value)]

    def apply(self, logits: torch.Tensor, rows: torch.Tensor, slots: torch.Tensor, program: Program) -> None:
        """Set the forbidden tokens of ``logits`` to -inf; a row that would have none left keeps what it has.

        ``logits`` ``[n, vocabulary]`` of any floating type is changed in place. ``rows``
        ``[slots, WIDTH]`` int64 are the states; ``slots`` ``[n]`` integers the state of each row
        of logits, -1 for none. No host synchronisation.
        """
        count, vocabulary = logits.shape
        if not count:
            return
        o, p = self._openings, program
        judge_kernel[(count, PARTS)](
            rows, slots, self._failed, self.active, o.texts, o.offsets, o.count,
            p.alphabet, p.grammar, p.hashes, p.meanings, p.prefixes,
            width=layout.WIDTH, parts=PARTS, num_warps=1,
        )  # fmt: skip
        spare_kernel[(count,)](
            logits, logits.stride(0), vocabulary, self._failed, self.active, o.of_token, len(o.of_token), o.count,
            block=BLOCK, num_warps=4,
        )  # fmt: skip
        forbid_kernel[(count, triton.cdiv(vocabulary, BLOCK))](
            logits, logits.stride(0), vocabulary, self._packed, self._packed.stride(0),
            self._failed, self.active, o.of_token, len(o.of_token), o.count, block=BLOCK, num_warps=4,
        )  # fmt: skip


@triton.jit
def judge_kernel(
    rows, slots, failed, active, texts, offsets, count,
    alphabet_table, grammar_table, words_, meanings_, prefixes_, width: tl.constexpr, parts: tl.constexpr,
):  # fmt: skip
    """Program ``(i, j)`` tries every ``parts``-th opening, from ``j`` on, on the state of row ``i``."""
    index = tl.program_id(0)
    part = tl.program_id(1)
    slot = tl.load(slots + index).to(tl.int64)
    place = tl.arange(0, ROW)
    s = tl.load(rows + slot * width + place, mask=place < tl.where(slot >= 0, width, 0), other=0)
    writes = has(s, layout.At.LEFT_SIDE, layout.Side.EXISTS) | within(NUMBER, s)
    writes = writes & ~has(s, layout.At.LINE, EXCUSED)
    if part == 0:
        tl.store(active + index, tl.where(writes, 1, 0))
    if writes:
        hashes = tl.load(words_ + tl.arange(0, WORDS_))
        meanings = tl.load(meanings_ + tl.arange(0, WORDS_))
        prefixes = tl.load(prefixes_ + tl.arange(0, PREFIXES_))
        for opening in range(part, count, parts):
            first = tl.load(offsets + opening)
            last = tl.load(offsets + opening + 1)
            good = permits(s, first, last, texts, alphabet_table, grammar_table, hashes, meanings, prefixes)
            tl.store(failed + index * count + opening, tl.where(good, 0, 1).to(tl.uint8))


@triton.jit
def failed_of(token, index, failed, of_token, tokens, count):
    """Whether tokens are forbidden in row ``index``."""
    opening = tl.load(of_token + token, mask=token < tokens, other=-1)
    return tl.load(failed + index * count + opening, mask=opening >= 0, other=0) != 0


@triton.jit
def spare_kernel(
    logits, logits_stride, vocabulary, failed, active, of_token, tokens, count, block: tl.constexpr
):  # fmt: skip
    """Program ``i`` lets row ``i`` go where the mask and what others forbade leave nothing."""
    index = tl.program_id(0).to(tl.int64)
    if tl.load(active + index) != 0:
        at = tl.full([], 0, tl.int32)
        left = at < 0
        while (at < vocabulary) & (left == 0):
            token = at + tl.arange(0, block)
            value = tl.load(logits + index * logits_stride + token, mask=token < vocabulary, other=float("-inf"))
            bad = failed_of(token, index, failed, of_token, tokens, count)
            best = tl.max(tl.where(bad, float("-inf"), value.to(tl.float32)), axis=0)
            left = best > float("-inf")
            at += block
        tl.store(active + index, tl.where(left, 1, 0))


@triton.jit
def forbid_kernel(
    logits, logits_stride, vocabulary, packed, packed_stride, failed, active, of_token, tokens, count,
    block: tl.constexpr,
):  # fmt: skip
    """Program ``(i, j)`` forbids what failed among the ``j``-th ``block`` of tokens in row ``i``."""
    index = tl.program_id(0).to(tl.int64)
    part = tl.program_id(1)
    words = part * (block // BITS) + tl.arange(0, block // BITS)
    allowed = tl.full([block // BITS], -1, tl.int32)
    if tl.load(active + index) != 0:
        token = part * block + tl.arange(0, block)
        bad = failed_of(token, index, failed, of_token, tokens, count)
        tl.store(logits + index * logits_stride + token, float("-inf"), mask=bad & (token < vocabulary))
        spread = tl.reshape(tl.where(bad, 0, 1), [block // BITS, BITS])
        allowed = tl.sum(spread << tl.arange(0, BITS)[None, :], axis=1)
    tl.store(packed + index * packed_stride + words, allowed)
