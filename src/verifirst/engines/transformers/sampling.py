"""Batched sampling under bans, reproducible by (seed, attempt, position) alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Draw:
    """How to sample one row: its settings, its bans, and the keys of its random number."""

    temperature: float
    top_k: int
    top_p: float
    banned: frozenset[int]
    seed: int
    attempt: int
    position: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One row's token, and its log-probability (nats) before and after warping and bans.

    ``token`` is -1 when the bans leave nothing to sample.
    """

    token: int
    logprob: float
    constrained_logprob: float


def uniform(seed: int, attempt: int, position: int) -> float:
    """A number in [0, 1) that depends on its three keys alone (splitmix64, Steele et al. 2014)."""
    state = (seed * 0x9E3779B97F4A7C15 + attempt * 0xD1B54A32D192ED03 + position * 0x8CB92BA72F3D8DD7 + 1) & _MASK
    for _ in range(2):
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return (state >> 11) / (1 << 53)


def sample(logits: torch.Tensor, draws: Sequence[Draw], forbidden: torch.Tensor | None = None) -> list[Sample]:
    """Sample one token a row.

    ``logits``: float ``[rows, vocab]``; ``forbidden``: bool, of that shape, are banned besides. Greedy
    rows (temperature 0) take the largest logit that is not banned.
    """
    logits = logits.float()
    norm = torch.logsumexp(logits, dim=-1)
    constrained = _constrain(logits.clone(), draws)
    if forbidden is not None:
        constrained.masked_fill_(forbidden, -torch.inf)
    temperature = torch.tensor([draw.temperature or 1.0 for draw in draws], device=logits.device)
    warped = _truncate(constrained / temperature[:, None], draws)
    greedy = torch.tensor([draw.temperature == 0 for draw in draws], device=logits.device)
    tokens = torch.where(greedy, warped.argmax(dim=-1), _invert(warped, draws))
    picked = tokens[:, None]
    raw = logits.gather(1, picked)[:, 0] - norm
    after = warped.gather(1, picked)[:, 0]
    after_norm = torch.logsumexp(warped, dim=-1)
    alive = torch.isfinite(after)
    rows = zip(tokens.tolist(), raw.tolist(), (after - after_norm).tolist(), alive.tolist(), strict=True)
    return [Sample(token if ok else -1, before, then) for token, before, then, ok in rows]


def _constrain(logits: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    for row, draw in enumerate(draws):
        if draw.banned:
            logits[row, list(draw.banned)] = -torch.inf
    return logits


def _truncate(logits: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """Apply top-k, then top-p, to the rows that ask for them."""
    for row, draw in enumerate(draws):
        if draw.temperature == 0:
            continue
        if 0 < draw.top_k < logits.shape[1]:
            least = logits[row].topk(draw.top_k).values[-1]
            logits[row, logits[row] < least] = -torch.inf
        if draw.top_p < 1:
            ordered, order = logits[row].sort(descending=True)
            mass = ordered.softmax(dim=-1).cumsum(dim=-1)
            drop = mass - ordered.softmax(dim=-1) >= draw.top_p
            logits[row, order[drop]] = -torch.inf
    return logits


def _invert(logits: torch.Tensor, draws: Sequence[Draw]) -> torch.Tensor:
    """Invert the cumulative distribution at each row's own random number (float64)."""
    draws_at = torch.tensor(
        [uniform(draw.seed, draw.attempt, draw.position) for draw in draws], dtype=torch.float64, device=logits.device
    )
    mass = torch.nan_to_num(logits.double().softmax(dim=-1)).cumsum(dim=-1)
    target = draws_at[:, None] * mass[:, -1:]
    tokens = torch.searchsorted(mass, target, right=True)[:, 0]
    return tokens.clamp(max=logits.shape[1] - 1)
