"""The kernel ``follow``: states that keep up with the token histories of an engine, all of it on the device.

An engine keeps the tokens of each request in a slot. What of a request's output its state has not
read yet is read here: the token sampled last as a rule, all of the output after a rollback or a
preemption. Nothing waits for the host.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from verifirst.kernels import layout
from verifirst.kernels.device import program
from verifirst.kernels.device.advance import advance_row
from verifirst.kernels.device.attention import Beside
from verifirst.kernels.device.program import Program
from verifirst.kernels.state import fresh

UNFOLLOWED = -1
NOTHING = -1
"""No token."""


class Followers:
    """The states of up to ``most`` slots.

    ``rows`` ``[most, WIDTH]`` int64 are the states, ``seen`` ``[most]`` int32 how many output
    tokens each has read, ``UNFOLLOWED`` for a slot that nobody verifies (its state stays fresh).
    """

    def __init__(self, program_: Program, most: int) -> None:
        device = program_.spelled.device
        self._program = program_
        self._fresh = torch.tensor(fresh(), dtype=torch.int64, device=device)
        self.rows = program.rows(most, device)
        self.seen = torch.full((most,), UNFOLLOWED, dtype=torch.int32, device=device)
        self._offered = torch.full((most,), NOTHING, dtype=torch.int32, device=device)
        self.beside = Beside(self.rows, self._offered.clone(), program_, once=True)
        self._slots = torch.arange(most, device=device)

    def reset(self, slots: torch.Tensor, followed: torch.Tensor) -> None:
        """Begin anew in ``slots`` ``[n]`` int64, each of them once: followed or not (``[n]`` bool). Mutates both."""
        self.rows[slots] = self._fresh
        self.seen[slots] = torch.where(followed, 0, UNFOLLOWED).to(torch.int32)

    def offer(self, tokens: torch.Tensor, prompts: torch.Tensor, totals: torch.Tensor) -> None:
        """Lay out, in ``beside``, the last token of each slot that has read all but that one.

        Arguments as those of ``follow``. A launch of attention may read them, which marks them as read. Call
        ``settle`` before anything else here: it takes note, and ``follow`` reads what is left.
        """
        last = tokens[self._slots, (totals - 1).clamp(min=0).long()].int()
        one = (self.seen >= 0) & (totals - prompts == self.seen + 1) & (last < len(self._program.offsets) - 1)
        self._offered.copy_(last.masked_fill(~one, NOTHING))
        self.beside.tokens.copy_(self._offered)

    def settle(self) -> None:
        """Take note of the tokens that were read since they were offered; the others are offered no more."""
        self.seen += (self._offered > NOTHING) & (self.beside.tokens == NOTHING)
        self._offered.fill_(NOTHING)
        self.beside.tokens.fill_(NOTHING)

    def follow(self, slots: torch.Tensor, tokens: torch.Tensor, prompts: torch.Tensor, totals: torch.Tensor) -> None:
        """Read what is new in ``slots``.

        ``slots`` ``[n]`` int32, each of them once, -1 for none. ``tokens`` ``[slots, longest]`` int32 are the
        histories, ``prompts`` and ``totals`` ``[slots]`` int32 how many of their tokens are the prompt's
        and how many there are. Mutates ``rows`` and ``seen``.
        """
        if not len(slots):
            return
        p = self._program
        follow_kernel[(len(slots),)](
            self.rows, self.seen, slots, tokens, tokens.stride(0), prompts, totals,
            p.alphabet, p.grammar, p.hashes, p.meanings, p.prefixes, p.spelled, p.offsets, len(p.offsets) - 1,
            width=layout.WIDTH, num_warps=1,
        )  # fmt: skip


@triton.jit
def follow_kernel(
    rows, seen, slots, tokens, stride, prompts, totals,
    alphabet_table, grammar_table, words_, meanings_, prefixes_, bytes_, offsets, vocabulary, width: tl.constexpr,
):  # fmt: skip
    """Program ``i`` reads what is new in slot ``slots[i]``; ids past the vocabulary spell nothing."""
    slot = tl.load(slots + tl.program_id(0)).to(tl.int64)
    if slot >= 0:
        known = tl.load(seen + slot)
        if known >= 0:
            start = tl.load(prompts + slot)
            total = tl.load(totals + slot)
            for at in range(start + known, total):
                token = tl.load(tokens + slot * stride + at)
                if (token >= 0) & (token < vocabulary):
                    advance_row(
                        rows + slot * width,
                        token,
                        alphabet_table,
                        grammar_table,
                        words_,
                        meanings_,
                        prefixes_,
                        bytes_,
                        offsets,
                        width,
                    )
            tl.store(seen + slot, tl.maximum(total - start, known))
