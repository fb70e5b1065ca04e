"""Losses over training rows and pairs, for any causal language model in torch.

A model is called as Transformers calls it: ``model(input_ids=..., attention_mask=...)`` gives
an object with ``logits``, ``[rows, length, vocabulary]``. Losses of batches add up to the loss
of the whole, so a caller may go backward batch by batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.nn import functional

from verifirst.rl.estimators import Pair, Row

PAD = 0  # any token id: it is masked, and nothing is asked about it
_Sized = TypeVar("_Sized", Row, Pair)


def policy_loss(
    model: Any, rows: Sequence[Row], *, per: float, clip: float | None = 0.2, temperature: float = 1.0
) -> Tensor:
    """The clipped surrogate of PPO (Schulman et al. 2017), summed over tokens and divided by ``per``.

    ``per`` is usually the number of rollouts sampled, those without a row included: then at the
    sampling policy minus the gradient is the mean of what the rows' estimator states.
    ``clip`` None leaves the importance ratio as it is. ``temperature`` is the one that was
    sampled at; with top-k or top-p the ratio starts below 1.
    """
    new = token_logprobs(model, [row.context_ids for row in rows], [row.token_ids for row in rows], temperature)
    old = _padded([row.logprobs for row in rows], new)
    weights = _padded([row.weights for row in rows], new)  # 0 on padding
    ratio = (new - old).exp()
    gain = ratio * weights
    if clip is not None:
        gain = torch.minimum(gain, ratio.clamp(1 - clip, 1 + clip) * weights)
    return -gain.sum() / per


def preference_loss(model: Any, pairs: Sequence[Pair], *, per: float, beta: float = 0.1) -> Tensor:
    """DPO's loss (Rafailov et al. 2023) against the sampling policy, divided by ``per``."""
    contexts = [pair.context_ids for pair in pairs]
    chosen = _margin(model, contexts, [pair.chosen_ids for pair in pairs], [pair.chosen_logprobs for pair in pairs])
    refused = _margin(
        model, contexts, [pair.rejected_ids for pair in pairs], [pair.rejected_logprobs for pair in pairs]
    )
    weights = chosen.new_tensor([pair.weight for pair in pairs])
    return -(functional.logsigmoid(beta * (chosen - refused)) * weights).sum() / per


def token_logprobs(
    model: Any, contexts: Sequence[Sequence[int]], tokens: Sequence[Sequence[int]], temperature: float = 1.0
) -> Tensor:
    """Log-probabilities of ``tokens`` after their contexts, ``[rows, most tokens]``, 0 on padding.

    Contexts have a token at least: nothing else predicts the first one.
    """
    texts = [[*context, *following] for context, following in zip(contexts, tokens, strict=True)]
    device = next(model.parameters()).device
    lengths = torch.tensor([len(text) for text in texts], device=device)
    width = int(lengths.max())
    ids = torch.tensor([text + [PAD] * (width - len(text)) for text in texts], device=device)
    mask = (torch.arange(width, device=device)[None] < lengths[:, None]).long()
    logits = model(input_ids=ids, attention_mask=mask).logits
    starts = torch.tensor([len(context) for context in contexts], device=device)
    most = max(map(len, tokens))
    at = (starts[:, None] + torch.arange(most, device=device)[None]).clamp(max=width - 1)
    wanted = logits.gather(1, (at - 1)[..., None].expand(-1, -1, logits.shape[-1]))
    wanted = wanted.to(torch.promote_types(wanted.dtype, torch.float32)) / temperature
    found = wanted.log_softmax(-1).gather(2, ids.gather(1, at)[..., None])[..., 0]
    real = torch.arange(most, device=device)[None] < (lengths - starts)[:, None]
    return torch.where(real, found, torch.zeros_like(found))


def batches(rows: Sequence[_Sized], tokens: int = 16_384) -> Iterator[list[_Sized]]:
    """The rows in batches of similar length with at most ``tokens`` tokens, padding included, or a single row."""
    batch: list[_Sized] = []
    for row in sorted(rows, key=_length):
        if batch and _length(row) * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _length(row: Row | Pair) -> int:
    tokens = len(row.token_ids) if isinstance(row, Row) else len(row.chosen_ids) + len(row.rejected_ids)
    return len(row.context_ids) + tokens


def _margin(
    model: Any, contexts: Sequence[Sequence[int]], tokens: Sequence[Sequence[int]], reference: Sequence[Sequence[float]]
) -> Tensor:
    """How much likelier each text is than it was, in nats."""
    new = token_logprobs(model, contexts, tokens)
    return (new - _padded(reference, new)).sum(1)


def _padded(values: Sequence[Sequence[float]], like: Tensor) -> Tensor:
    rows = [[*row, *([0.0] * (like.shape[1] - len(row)))] for row in values]
    return like.new_tensor(rows)
