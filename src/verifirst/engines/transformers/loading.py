"""Loading a model and its tokenizer for the local engine, and refusing what it cannot serve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from verifirst import models
from verifirst.errors import EngineError


def load(model: str | Path, device: str, dtype: str) -> tuple[Any, Any]:
    """Load a shipped model by name, or any causal LM from a directory or a hub name.

    Returns (model in eval mode, tokenizer). ``dtype`` "auto" is float32 on a CPU, where
    half precision is slow, and the checkpoint's own type elsewhere.
    """
    source = models.path(str(model)) if str(model) in models.SHIPPED else model
    kind: Any = dtype if dtype != "auto" else (torch.float32 if device == "cpu" else "auto")
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(source))
        loaded = AutoModelForCausalLM.from_pretrained(str(source), dtype=kind, attn_implementation="sdpa")
    except OSError as error:
        raise EngineError(
            f"no model at {str(model)!r}: expected a shipped name ({', '.join(models.SHIPPED)}), "
            "a directory with config.json and weights, or a hub name you can reach"
        ) from error
    return loaded.to(device).eval(), tokenizer


def check_supported(config: Any) -> None:
    """Refuse models whose cache rows cannot be cropped one by one."""
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    if kinds != {"full_attention"} or getattr(config, "is_encoder_decoder", False):
        raise EngineError(
            f"the local engine serves decoder-only models with full attention in every layer; found {sorted(kinds)}"
        )


def end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    """The token ids that end a text."""
    found = getattr(model.generation_config, "eos_token_id", None)
    if found is None:
        found = tokenizer.eos_token_id
    if found is None:
        return frozenset()
    return frozenset(found if isinstance(found, list) else [found])
