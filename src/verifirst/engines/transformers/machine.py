"""What a batch runs on: the model with its tokenizer, and the verifier stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verifirst.decoding import Detokenizer, Settings
from verifirst.kernels.masking import Masker
from verifirst.policy import Policy
from verifirst.stream import VerifierStream


@dataclass(slots=True)
class Machine:
    """Shared by all batches of one engine.

    ``masker`` is there where the settings ask for a mask. ``forward_passes`` counts decode steps so far.
    """

    model: Any
    tokenizer: Any
    detokenizer: Detokenizer
    end_tokens: frozenset[int]
    verifier: VerifierStream
    policy: Policy
    settings: Settings
    segment: str
    batch_size: int
    masker: Masker | None = None
    forward_passes: int = 0
