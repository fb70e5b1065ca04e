"""One optimiser step: rollouts and rewards in, new weights out. GRPO and PPO differ in the baseline alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from recipes.rl_convergence.config import Arm, Plan
from recipes.rl_convergence.forward import tree_hidden
from recipes.rl_convergence.trees import Edge, Sprout, grow
from recipes.word_problems.network import Network
from torch import Tensor, nn

from verifirst.rl.advantages import group_advantages
from verifirst.rl.rollouts import Rollout

TYPICAL_LENGTH = 64
"""Tokens of a solution: the loss is divided by rollouts times this, never by a rollout's own length."""

NODES = 4096
"""Tokens in one forward pass, padding included: bounds memory."""

Grown = tuple[Sprout, float, float]
"""A tree, its rollout's reward, its group advantage."""


@dataclass(frozen=True, slots=True)
class Update:
    """What one optimiser step saw: sizes for the record, ``drift`` the largest |ratio - 1|."""

    trained: int
    gradient: float
    drift: float


class Value(nn.Module):
    """Expected reward from here on, read off the policy's last hidden state (which it does not change)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, 1))

    def forward(self, hidden: Tensor) -> Tensor:
        """``[n, hidden]`` to ``[n]``."""
        value: Tensor = self.layers(hidden.detach())[:, 0]
        return value


class Learner:
    """The network, its optimiser, and for PPO the value head."""

    def __init__(self, network: Network, arm: Arm, plan: Plan, rate: float) -> None:
        self.network, self.arm, self.plan, self.rate, self.steps = network, arm, plan, rate, 0
        self.value = Value(network.shape.hidden) if arm.baseline == "value" else None
        groups = [{"params": list(network.parameters()), "scale": rate}]
        if self.value is not None:
            groups.append({"params": list(self.value.parameters()), "scale": plan.value_rate})
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.95), weight_decay=0.0)

    def update(self, rollouts: Sequence[Rollout], rewards: Sequence[float | None]) -> Update:
        """One policy-gradient step; ``rollouts`` come in groups of ``samples`` for one prompt.

        A reward of None says that nothing is known: the rollout is left out (GRPO only).
        """
        advantages = group_advantages(rewards, self.plan.samples)
        grown = [
            (grow(rollout, self.arm, reward or 0.0), reward or 0.0, advantage or 0.0)
            for rollout, reward, advantage in zip(rollouts, rewards, advantages, strict=True)
        ]
        trained, drift = 0, 0.0
        for batch in batches([entry for entry in grown if self.weighs(entry)]):
            edges, loss, off = self.loss(batch, len(rollouts) * TYPICAL_LENGTH)
            loss.backward()
            trained, drift = trained + edges, max(drift, off)
        return Update(trained, self.move(), drift)

    def weighs(self, entry: Grown) -> bool:
        """Whether a tree has a gradient: a group without contrast has none."""
        sprout, _, advantage = entry
        if self.value is not None or advantage:
            return True
        return any(edge.extra for edge in sprout.edges.values())

    def loss(self, batch: Sequence[Grown], scale: float) -> tuple[int, Tensor, float]:
        """Edges, clipped surrogate loss (plus the value's), and the largest |ratio - 1|."""
        kept = [self.kept(entry) for entry in batch]
        trees = [sprout.tree(keys) for (sprout, _, _), keys in zip(batch, kept, strict=True)]
        hidden = tree_hidden(self.network, trees)
        edges: list[Edge] = []
        gains: list[float] = []
        for (sprout, reward, advantage), keys in zip(batch, kept, strict=True):
            edges += [sprout.edges[key] for key in keys]
            gains += [reward if self.value is not None else advantage] * len(keys)
        targets = torch.tensor([token for keys in kept for _, token in keys])
        logits = hidden @ self.network.model.embed_tokens.weight.T
        logprobs = logits.log_softmax(-1).gather(1, targets[:, None])[:, 0]
        gain = torch.tensor(gains)
        extra_loss = torch.zeros(())
        if self.value is not None:
            guess = self.value(hidden)
            extra_loss = (guess - gain).square().sum()
            gain = gain - guess.detach()
        weights = torch.tensor([e.outcome for e in edges]) * gain + torch.tensor([e.extra for e in edges])
        ratio = (logprobs - torch.tensor([e.logprob for e in edges])).exp()
        clipped = ratio.clamp(1 - self.plan.clip, 1 + self.plan.clip)
        surrogate = -torch.minimum(ratio * weights, clipped * weights).sum()
        return len(edges), (surrogate + extra_loss) / scale, float((ratio.detach() - 1).abs().max())

    def kept(self, entry: Grown) -> list[tuple[int, int]]:
        """The edges with a weight."""
        sprout, _, advantage = entry
        if self.value is not None:
            return list(sprout.edges)
        return [key for key, edge in sprout.edges.items() if edge.outcome * advantage + edge.extra]

    def move(self) -> float:
        """Clip the gradient, step at a rate that rises and then falls to 0; the norm before clipping."""
        factor = min((self.steps + 1) / self.plan.warm_up, 1 - self.steps / self.plan.steps)
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = group["scale"] * factor
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.plan.gradient_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(norm)


def batches(grown: Sequence[Grown]) -> Iterator[list[Grown]]:
    """Trees of like size together, at most ``NODES`` tokens with padding."""
    batch: list[Grown] = []
    for entry in sorted(grown, key=lambda entry: len(entry[0].nodes)):
        if batch and len(entry[0].nodes) * (len(batch) + 1) > NODES:
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
