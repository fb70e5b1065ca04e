"""The critic of PPO, and advantages from what it expects."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn


class Critic(nn.Module):
    """Expected reward at each token: a copy of a causal model's backbone and one linear unit, which begins at 0."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        whole = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.backbone = copy.deepcopy(whole.base_model)
        self.value = nn.Linear(whole.config.get_text_config().hidden_size, 1)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)
        self.requires_grad_()
        self.to(model.device)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, keep: int) -> torch.Tensor:
        """``[rows, keep]``: for each of the last ``keep`` tokens, the value of what stands before it."""
        hidden = self.backbone(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).last_hidden_state
        values: torch.Tensor = self.value(hidden[:, -keep - 1 : -1].float())[..., 0]
        return values


def advantages_and_returns(
    rewards: torch.Tensor, values: torch.Tensor, mask: torch.Tensor, gamma: float, lam: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Generalised advantage estimation (Schulman et al. 2015), all ``[rows, tokens]``.

    ``mask`` is 1 where the policy wrote the token; elsewhere nothing is estimated and what
    comes later counts for the token before. The value after the last token is 0.
    """
    values = values * mask
    advantages = torch.zeros_like(values)
    after, carried = torch.zeros_like(values[:, 0]), torch.zeros_like(values[:, 0])
    for column in reversed(range(values.shape[1])):
        here = mask[:, column]
        delta = rewards[:, column] + gamma * after - values[:, column]
        advantages[:, column] = here * (delta + gamma * lam * carried)
        carried = torch.where(here.bool(), advantages[:, column], carried)
        after = torch.where(here.bool(), values[:, column], after)
    return advantages, advantages + values
