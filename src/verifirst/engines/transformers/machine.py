"""What a batch runs on: the model with its tokenizer, and the verifier stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verifirst.decoding import Detokenizer, Settings
from verifirst.kernels.masking import Masker
from verifirst.policy import Policy
from verifirst.stream import VerifierStream

if TYPE_CHECKING:
    from verifirst.engines.transformers.fused import Device


@dataclass(slots=True)
class Machine:
    """Shared by all batches of one engine.

    ``masker`` is there where the settings ask for a mask and the host is to find it, ``device`` where
    the device verifier runs beside attention. ``forward_passes`` counts decode steps so far.
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
    device: Device | None = None
    forward_passes: int = 0
