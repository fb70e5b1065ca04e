"""Rows of tokens with a label where a step ends."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator, Sequence

import torch
from recipes.step_classifier.data import Labelled
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from verifirst.bench.word_problems import prompt_text

NO_LABEL = -100
Row = tuple["array[int]", "array[int]"]


def row_of(tokenizer: PreTrainedTokenizerFast, labelled: Labelled) -> Row:
    """(tokens, labels): 1 or 0 at the newline that ends a right or wrong step, ``NO_LABEL`` elsewhere."""
    tokens = array("h", tokenizer(prompt_text(labelled.problem))["input_ids"])
    labels = array("h", [NO_LABEL] * len(tokens))
    for step, right in zip(labelled.steps, labelled.right, strict=True):
        ids = tokenizer(step + "\n")["input_ids"]
        tokens.extend(ids)
        labels.extend([NO_LABEL] * (len(ids) - 1) + [int(right)])
    return tokens, labels


def batches(rows: Sequence[Row], size: int, epochs: int, rng: random.Random) -> Iterator[tuple[Tensor, Tensor]]:
    """(tokens, labels), each (rows, length), padded on the right; rows of like length go together."""
    for _ in range(epochs):
        shuffled = rng.sample(rows, len(rows))
        ordered = sorted(shuffled, key=lambda row: len(row[0]))
        groups = [ordered[at : at + size] for at in range(0, len(ordered), size)]
        rng.shuffle(groups)
        for group in groups:
            yield pad(group)


def pad(group: Sequence[Row]) -> tuple[Tensor, Tensor]:
    """Rows of one length; padding has token 0 and no label."""
    length = max(len(tokens) for tokens, _ in group)
    tokens = torch.zeros(len(group), length, dtype=torch.long)
    labels = torch.full((len(group), length), NO_LABEL)
    for at, (ids, marks) in enumerate(group):
        tokens[at, : len(ids)] = torch.tensor(ids.tolist())
        labels[at, : len(marks)] = torch.tensor(marks.tolist())
    return tokens, labels
