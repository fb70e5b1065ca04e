"""The automaton's tables as tensors, and the vocabulary that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from verifirst.kernels import alphabet, grammar, words
from verifirst.kernels.alphabet import Symbol
from verifirst.kernels.state import fresh

WORDS = 512
"""Room for words; a power of two."""
PREFIXES = 64
NO_WORD = -1
"""The hash of no word: fills the room that is left."""


@dataclass(frozen=True, slots=True)
class Program:
    """Tensors on one device.

    ``alphabet`` ``[states, 256]`` int32: symbol + 1, next state << 8, again << 16. ``grammar``
    ``[modes, symbols]`` int32: action, next mode << 8, again << 16. ``hashes`` and ``meanings``
    ``[WORDS]`` int64, ``prefixes`` ``[PREFIXES]`` int64. ``spelled`` uint8 are those of all tokens in
    a row, ``offsets`` ``[tokens + 1]`` int32 where each begins.
    """

    alphabet: torch.Tensor
    grammar: torch.Tensor
    hashes: torch.Tensor
    meanings: torch.Tensor
    prefixes: torch.Tensor
    spelled: torch.Tensor
    offsets: torch.Tensor

    @classmethod
    def load(cls, table: Sequence[bytes], device: torch.device | str = "cpu") -> Program:
        """Put everything on ``device``; ``table`` has the bytes of each token, by id."""
        offsets = [0]
        for text in table:
            offsets.append(offsets[-1] + len(text))
        hashes, meanings = list(words.MEANINGS), list(words.MEANINGS.values())
        parts = (
            torch.tensor([[packed(*entry) for entry in row] for row in alphabet.TABLE], dtype=torch.int32),
            torch.tensor([[packed(*entry) for entry in row] for row in grammar.TABLE], dtype=torch.int32),
            torch.tensor(hashes + [NO_WORD] * (WORDS - len(hashes)), dtype=torch.int64),
            torch.tensor(meanings + [0] * (WORDS - len(meanings)), dtype=torch.int64),
            torch.tensor([*words.PREFIXES] + [NO_WORD] * (PREFIXES - len(words.PREFIXES)), dtype=torch.int64),
            torch.tensor(list(b"".join(table)) or [0], dtype=torch.uint8),
            torch.tensor(offsets, dtype=torch.int32),
        )
        return cls(*(part.to(device) for part in parts))


def packed(what: int, following: int, again: bool) -> int:
    """One entry of a table in one integer; symbols are counted from 1, so that none is 0."""
    first = what + 1 if isinstance(what, Symbol) else int(what)
    return first | int(following) << 8 | int(again) << 16


def rows(count: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """``count`` fresh states, ``[count, WIDTH]`` int64."""
    return torch.tensor([fresh()] * count, dtype=torch.int64, device=device)
