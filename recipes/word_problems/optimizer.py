"""Muon for the matrices, AdamW for the rest, one learning-rate factor for both.

Muon (Jordan et al. 2024): momentum, then the nearest orthogonal matrix by five
Newton-Schulz iterations. Matrices of one shape go through together as a batch.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

MATRIX_RATE = 0.02
OTHER_RATE = 4e-3
MOMENTUM = 0.95


def orthogonalise(batch: Tensor) -> Tensor:
    """Five quintic Newton-Schulz iterations; ``batch``: (n, rows, columns)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = batch.shape[1] > batch.shape[2]
    x = batch.mT if tall else batch
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Optimizer:
    """``step(factor)`` updates the parameters in place and clears the gradients."""

    def __init__(self, network: nn.Module) -> None:
        self.matrices: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
        others = []
        for name, parameter in network.named_parameters():
            if parameter.dim() > 1 and "embed" not in name:
                self.matrices[parameter.shape].append(parameter)
            else:
                others.append(parameter)
        self.momentum = {shape: torch.zeros(len(group), *shape) for shape, group in self.matrices.items()}
        self.adam = torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.0)

    @torch.no_grad()
    def step(self, factor: float) -> None:
        """One update at ``factor`` times the base learning rates."""
        for group in self.adam.param_groups:
            group["lr"] = OTHER_RATE * factor
        self.adam.step()
        self.adam.zero_grad()
        for shape, parameters in self.matrices.items():
            gradient = torch.stack([p.grad for p in parameters if p.grad is not None])
            momentum = self.momentum[shape].lerp_(gradient, 1 - MOMENTUM)
            update = orthogonalise(gradient.lerp(momentum, MOMENTUM))
            rate = MATRIX_RATE * factor * max(1.0, shape[0] / shape[1]) ** 0.5
            for parameter, change in zip(parameters, update, strict=True):
                parameter.sub_(change, alpha=rate)
                parameter.grad = None

    def state(self) -> dict[str, object]:
        """All that a resumed run needs."""
        return {"adam": self.adam.state_dict(), "momentum": dict(self.momentum)}

    def load(self, state: dict[str, object]) -> None:
        """Restore what ``state`` returned."""
        self.adam.load_state_dict(state["adam"])  # type: ignore[arg-type]
        self.momentum = dict(state["momentum"])  # type: ignore[call-overload]
