"""Bans in vLLM's Model Runner V2: masks computed on the device, from the tokens that are there.

The tokens sampled last are on the device only; waiting for them on the host would stop the
runner's overlap. So the paths are laid out as small tensors and compared where the tokens are.
The front end imports this module to validate parameters: torch is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vllm.v1.worker.gpu.sample.logits_processor.interface import LogitsProcessor

from verifirst.engines.vllm import admission
from verifirst.engines.vllm.bans import Bans, Path, decode

if TYPE_CHECKING:
    import torch

_NEVER = float("-inf")


class BanProcessor(LogitsProcessor):  # type: ignore[misc]  # vLLM is untyped here
    """Masks, in each row, the token that completes a refuted path.

    Runs after vLLM's own processors and the grammar bitmask, so what they forbid is -inf
    already. Where the bans would forbid the last legal token they *yield*: the row keeps what
    it had, and the verifier refutes that step again.

    A slot keeps its bans until its next occupant arrives; rows find their slot each step, so
    the bans of a request that left touch nothing. Rows of draft tokens are never masked
    (speculative decoding is refused at admission; bans there would need the drafts).
    """

    def __init__(self, vllm_config: Any, req_states: Any) -> None:
        self._states = req_states
        self._bans: dict[int, Bans] = {}
        self._table: PathTable | None = None
        self._stale = False
        # Host lengths are exact only without drafts; with them every step compares on the device.
        self._host_lengths_exact = getattr(vllm_config, "speculative_config", None) is None

    @classmethod
    def validate_params(cls, sampling_params: Any) -> None:
        """Refuse a request that cannot be enforced (ValueError, becomes HTTP 400)."""
        admission.validate(sampling_params)
        decode(sampling_params.extra_args)  # malformed bans must fail the request, not the worker

    def add_request(self, req_idx: int, sampling_params: Any) -> bool:
        """Take over slot ``req_idx``; whether the request has bans."""
        self._stale |= self._bans.pop(req_idx, None) is not None
        bans = decode(sampling_params.extra_args)
        if bans is None:
            return False
        self._bans[req_idx] = bans
        self._stale = True
        return True

    def apply_staged_writes(self) -> None:
        """Lay the paths out on the device again where a slot changed hands."""
        if self._stale:
            self._table = PathTable.build(self._bans, self._states.device) if self._bans else None
            self._stale = False

    def apply(self, logits: torch.Tensor, ctx: Any) -> torch.Tensor:
        """Mask ``logits`` (float32, [rows, vocabulary]); in place where its memory allows."""
        if self._table is None or not self._may_match(ctx):
            return logits
        logits = logits.contiguous()
        self._table.mask(logits, self._states, ctx)
        return logits

    def _may_match(self, ctx: Any) -> bool:
        """Whether any row stands where a path ends: by lengths alone, known on the host."""
        slots: list[int] = ctx.idx_mapping_np.tolist()
        if not self._host_lengths_exact:
            return any(slot in self._bans for slot in slots)
        prompts, lengths = self._states.prompt_len.np, ctx.seq_lens_upper_bound_np
        return any(
            _ends_at(self._bans[slot].paths, int(lengths[row]) - int(prompts[slot]))
            for row, slot in enumerate(slots)
            if slot in self._bans
        )


def _ends_at(paths: Iterable[Path], output_len: int) -> bool:
    return any(anchor + len(tokens) - 1 == output_len for anchor, tokens in paths)


@dataclass(frozen=True, slots=True)
class PathTable:
    """The banned paths of all slots as tensors on the device, one entry a path.

    ``slots``, ``starts`` (the anchors), ``sizes`` (tokens before the last) and ``lasts`` are
    int64 [entries]; ``prefixes`` is int64 [entries, longest], padded with -1.
    """

    slots: torch.Tensor
    starts: torch.Tensor
    sizes: torch.Tensor
    lasts: torch.Tensor
    prefixes: torch.Tensor

    @classmethod
    def build(cls, bans: Mapping[int, Bans], device: torch.device) -> PathTable:
        """Lay out ``bans`` (slot to bans, at least one path) in one copy to the device."""
        import torch  # noqa: PLC0415  # see the module's first lines

        entries = [(slot, anchor, tokens) for slot, held in bans.items() for anchor, tokens in held.paths]
        longest = max(len(tokens) for _, _, tokens in entries) - 1
        rows = [[slot, anchor, len(tokens) - 1, tokens[-1], *_padded(tokens[:-1], longest)]
                for slot, anchor, tokens in entries]  # fmt: skip
        host = torch.tensor(rows, dtype=torch.int64, pin_memory=device.type == "cuda")
        table = host.to(device, non_blocking=True)
        slots, starts, sizes, lasts = table[:, :4].unbind(dim=1)
        return cls(slots, starts, sizes, lasts, prefixes=table[:, 4:])

    def mask(self, logits: torch.Tensor, states: Any, ctx: Any) -> None:
        """Set what is banned in ``logits`` (contiguous) to -inf; rows left without a finite logit are restored."""
        rows = self._rows(ctx, states.max_num_reqs)
        banned = (rows >= 0) & (self.lasts < logits.shape[1]) & self._matches(states)
        flat, row = logits.view(-1), rows.clamp(min=0)
        at = row * logits.shape[1] + self.lasts.clamp(max=logits.shape[1] - 1)
        before = flat[at]
        # Two paths may share a row and a last token: a minimum lets the one that matches win,
        # where plain writes would race.
        flat.scatter_reduce_(0, at, before.masked_fill(banned, _NEVER), "amin")
        emptied = logits.amax(dim=1)[row] == _NEVER
        flat.scatter_reduce_(0, at, before.masked_fill(~(banned & emptied), _NEVER), "amax")

    def _rows(self, ctx: Any, max_num_reqs: int) -> torch.Tensor:
        """The logits row of each entry's slot, -1 where it has none (int64 [entries])."""
        import torch  # noqa: PLC0415  # see the module's first lines

        count = ctx.expanded_idx_mapping.shape[0]
        numbers = torch.arange(count, device=self.slots.device)
        # Rows of draft tokens write to one place too many, which is then cut off.
        owners = ctx.expanded_idx_mapping.long().masked_fill(ctx.expanded_local_pos > 0, max_num_reqs)
        found = numbers.new_full((max_num_reqs + 1,), -1)
        found[owners] = numbers
        return found[self.slots]

    def _matches(self, states: Any) -> torch.Tensor:
        """Whether the output since the anchor is exactly the path but its last token (bool [entries])."""
        import torch  # noqa: PLC0415  # see the module's first lines

        first = states.prompt_len.gpu[self.slots].long() + self.starts
        output_len = states.total_len.gpu[self.slots].long() - first
        tokens = states.all_token_ids.gpu
        offsets = torch.arange(self.prefixes.shape[1], device=self.prefixes.device)[None, :]
        where = (first[:, None] + offsets).clamp(min=0, max=tokens.shape[1] - 1)
        same = tokens[self.slots[:, None], where].long() == self.prefixes
        matches: torch.Tensor = (output_len == self.sizes) & (same | (offsets >= self.sizes[:, None])).all(dim=1)
        return matches


def _padded(tokens: Sequence[int], size: int) -> list[int]:
    return [*tokens, *[-1] * (size - len(tokens))]
