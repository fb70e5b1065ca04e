"""Decoding with the device verifier: its automaton runs beside attention, its masks never leave the device.

For a GPU (or Triton's interpreter). Transformers calls ``attend`` in each layer of a decode step;
the first layer's launch also reads the tokens that were sampled last into the automaton's states.
Prompts go through PyTorch's own attention.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, AttentionMaskInterface

from verifirst.engines.transformers.cache import GROWTH
from verifirst.kernels.device.attention import Beside, Workspace, paged_attention
from verifirst.kernels.device.follow import Followers
from verifirst.kernels.device.masking import Masks, Openings
from verifirst.kernels.device.program import Program

NAME = "verifirst_fused"
"""Of the attention, among Transformers' implementations."""


class Step:
    """One decode step: ``lengths`` ``[rows]`` tokens each row sees, and what the verifier reads, once."""

    def __init__(self, lengths: Sequence[int], workspace: Workspace, beside: Beside | None) -> None:
        device = workspace.partials.device
        self.longest = max(lengths)
        self.lengths = torch.tensor(lengths, dtype=torch.int32).to(device)
        self.workspace = workspace
        self._beside = beside

    def take_beside(self) -> Beside | None:
        """What the launch at hand verifies: the first one does it all."""
        beside, self._beside = self._beside, None
        return beside


_STEP: ContextVar[Step | None] = ContextVar("decode step", default=None)


class Device:
    """The verifier's side of one engine's decode steps, for up to ``most`` rows.

    A row is masked where it has a state: ``tokens`` of a step are its output so far. The states
    follow whatever happens to the rows: a step reads the one token that is new, and after a
    rollback, or where another request has moved in, all of the output again.
    """

    def __init__(self, model: Any, table: Sequence[bytes], ends: Collection[int], most: int) -> None:
        device, config = model.device, model.config
        dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        self._workspace = Workspace(most, config.num_attention_heads, dim, device=device)
        self._program = Program.load(table, device)
        self._vocabulary = len(table)
        self._followers = Followers(self._program, most)
        self._masks = Masks(Openings.load(table, ends, device), most, model.get_output_embeddings().weight.shape[0])
        self._read: list[list[int] | None] = [None] * most
        self._slots = torch.arange(most, dtype=torch.int32, device=device)

    @contextmanager
    def step(self, lengths: Sequence[int], outputs: Sequence[Sequence[int] | None]) -> Iterator[None]:
        """One decode step of rows that see ``lengths`` tokens; ``outputs``: of those that are masked, else None."""
        fresh = self._catch_up(outputs)
        tokens = torch.tensor(fresh, dtype=torch.int64).to(self._slots.device)
        beside = Beside(self._followers.rows[: len(fresh)], tokens, self._program) if max(fresh) >= 0 else None
        before = _STEP.set(Step(lengths, self._workspace, beside))
        try:
            yield
        finally:
            _STEP.reset(before)

    def forbidden(self, logits: torch.Tensor) -> torch.Tensor:
        """What may not come next: bool ``[rows, vocabulary]``, after a step of these rows. ``logits`` stay."""
        marked = torch.zeros_like(logits)
        self._masks.apply(marked, self._followers.rows, self._slots[: len(logits)], self._program)
        return marked == -torch.inf

    def _catch_up(self, outputs: Sequence[Sequence[int] | None]) -> list[int]:
        """The one new token of each row, -1 where there is none; what is more than one token behind reads anew."""
        behind: list[int] = []
        fresh = [-1] * len(outputs)
        for slot, output in enumerate(outputs):
            read, now = self._read[slot], None if output is None else list(output)
            if now == read:
                continue
            self._read[slot] = now
            if now and now[:-1] == read and now[-1] < self._vocabulary:
                fresh[slot] = now[-1]
            else:
                behind.append(slot)
        if behind:
            self._read_anew(behind)
        return fresh

    def _read_anew(self, slots: list[int]) -> None:
        device = self._slots.device
        outputs = [self._read[slot] or [] for slot in slots]
        longest = max(1, *map(len, outputs))
        histories = torch.zeros(len(self._read), longest, dtype=torch.int32)
        totals = torch.zeros(len(self._read), dtype=torch.int32)
        for slot, output in zip(slots, outputs, strict=True):
            histories[slot, : len(output)] = torch.tensor(output, dtype=torch.int32)
            totals[slot] = len(output)
        where = torch.tensor(slots, dtype=torch.int64).to(device)
        followed = torch.tensor([self._read[slot] is not None for slot in slots]).to(device)
        self._followers.reset(where, followed)
        nothing = torch.zeros_like(totals)
        self._followers.follow(where.int(), histories.to(device), nothing.to(device), totals.to(device))


def attend(
    module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: Any, **options: Any
) -> tuple[torch.Tensor, None]:
    """Transformers' attention function: ours in a decode step, PyTorch's elsewhere.

    ``query`` ``[rows, heads, 1, dim]``, ``key`` and ``value`` ``[rows, kv_heads, width, dim]``, the beginnings
    of a ``RaggedCache``'s buffers. Returns ``[rows, 1, heads, dim]`` and no weights.
    """
    step = _STEP.get()
    if step is None or query.shape[2] != 1:
        result: tuple[torch.Tensor, None] = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return result
    keys, table = pages(key)
    values, _ = pages(value)
    scale = options.get("scaling") or query.shape[-1] ** -0.5
    found = paged_attention(
        query[:, :, 0], keys, values, table, step.lengths, scale,
        longest=step.longest, workspace=step.workspace, beside=step.take_beside(),
    )  # fmt: skip
    return found[:, None], None


def pages(buffer: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The beginning of a ragged buffer seen as pages, and the table of each row's pages; nothing is copied.

    ``buffer`` ``[rows, kv_heads, width, dim]`` has room for a multiple of ``GROWTH`` positions a head. Pages are
    ``[pages, GROWTH, kv_heads, dim]``: those of a row are as far apart as those of one of its heads, and the
    other heads' lie between them and the next row's.
    """
    rows, heads, _, dim = buffer.shape
    each, apart = buffer.stride(1) // dim // GROWTH, buffer.stride(0) // dim // GROWTH
    seen = buffer.as_strided(((rows - 1) * apart + each, GROWTH, heads, dim), (GROWTH * dim, dim, buffer.stride(1), 1))
    first = torch.arange(rows, dtype=torch.int32, device=buffer.device)[:, None] * apart
    return seen, first + torch.arange(each, dtype=torch.int32, device=buffer.device)[None]


def install(model: Any) -> None:
    """Make ``model`` use ``attend``; it stays in Transformers' register."""
    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, ALL_MASK_ATTENTION_FUNCTIONS["sdpa"])
    model.set_attn_implementation(NAME)
