"""Masks in vLLM's Model Runner V2: states, masks and logits stay on the device.

The runner keeps the tokens of every request on the device, the one sampled last included. The
automaton reads them there and forbids there what can only lead to a wrong result; nothing waits
for the host. The front end imports this module: torch and triton are imported where they are used.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from vllm.v1.worker.gpu.sample.logits_processor.interface import LogitsProcessor

from verifirst.engines.vllm import compat, masks

if TYPE_CHECKING:
    import torch

    from verifirst.kernels.device.follow import Followers
    from verifirst.kernels.device.masking import Masks
    from verifirst.kernels.device.program import Program

_ATTENTION = compat.ATTENTION.rpartition(".")[0]
"""Loaded in the processes whose attention is ours."""


class MaskProcessor(LogitsProcessor):  # type: ignore[misc]  # vLLM is untyped here
    """Masks, in each row that asked for it, the tokens that can only lead to a wrong result.

    Runs after the bans and yields to them, as in the V1 runner. A slot begins anew with each
    request that moves in, also with one that comes back after a rollback: its output is read again,
    on the device. Rows of draft tokens are never masked (speculative decoding is refused).
    """

    def __init__(self, vllm_config: Any, req_states: Any) -> None:
        self._model_config = vllm_config.model_config
        self._states = req_states
        self._masked: set[int] = set()
        self._changed: dict[int, bool] = {}
        self._machinery: tuple[Program, Followers, Masks] | None = None

    def add_request(self, req_idx: int, sampling_params: Any) -> bool:
        """Take over slot ``req_idx``; whether the request is to be masked."""
        asks = masks.is_marked(sampling_params.extra_args)
        if asks or req_idx in self._masked:
            self._changed[req_idx] = asks
        (self._masked.add if asks else self._masked.discard)(req_idx)
        return asks

    def apply_staged_writes(self) -> None:
        """Begin anew in the slots that changed hands, and let attention read the tokens sampled last, if it is ours."""
        if not self._changed and self._machinery is None:
            return
        _, followers, _ = self._loaded()
        followers.settle()
        if self._changed:
            self._begin_anew(followers)
        if self._masked and _ATTENTION in sys.modules:
            states = self._states
            followers.offer(states.all_token_ids.gpu, states.prompt_len.gpu, states.total_len.gpu)

    def _begin_anew(self, followers: Followers) -> None:
        import torch  # noqa: PLC0415  # see the module's first lines

        device = self._states.device
        slots = torch.tensor(list(self._changed), dtype=torch.int64).to(device, non_blocking=True)
        asks = torch.tensor(list(self._changed.values())).to(device, non_blocking=True)
        followers.reset(slots, asks)
        self._changed.clear()

    def apply(self, logits: torch.Tensor, ctx: Any) -> torch.Tensor:
        """Mask ``logits`` (float32, [rows, vocabulary]); in place where its memory allows."""
        if self._masked.isdisjoint(ctx.idx_mapping_np.tolist()):
            return logits
        program, followers, found = self._loaded()
        states = self._states
        followers.settle()
        followers.follow(ctx.idx_mapping, states.all_token_ids.gpu, states.prompt_len.gpu, states.total_len.gpu)
        logits = logits.contiguous()
        slots = ctx.expanded_idx_mapping.masked_fill(ctx.expanded_local_pos > 0, -1)
        found.apply(logits, followers.rows, slots, program)
        return logits

    def _loaded(self) -> tuple[Program, Followers, Masks]:
        """The automaton for the served vocabulary; built for the first request that asks."""
        if self._machinery is None:
            from verifirst.kernels.device.follow import Followers  # noqa: PLC0415  # see the module's first lines
            from verifirst.kernels.device.masking import Masks, Openings  # noqa: PLC0415
            from verifirst.kernels.device.program import Program  # noqa: PLC0415

            table, ends = masks.vocabulary(compat.served_tokenizer(self._model_config))
            states, device = self._states, self._states.device
            program = Program.load(table, device)
            followers = Followers(program, states.max_num_reqs)
            found = Masks(Openings.load(table, ends, device), states.max_num_reqs, states.vocab_size)
            if _ATTENTION in sys.modules:
                sys.modules[_ATTENTION].put_beside(followers.beside)
            self._machinery = program, followers, found
        return self._machinery
