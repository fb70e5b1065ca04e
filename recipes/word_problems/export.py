"""Writes a trained network as a Transformers checkpoint (Qwen3, bf16 safetensors)."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from recipes.word_problems.network import Network, Shape
from safetensors.torch import load_file
from transformers import GenerationConfig, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM


def to_transformers(network: Network, tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    """The same weights in the Transformers module (fp32, a copy)."""
    model = Qwen3ForCausalLM(config_of(network.shape, tokenizer))
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    if unexpected or set(missing) - {"lm_head.weight"}:
        raise RuntimeError(f"names differ: missing {missing}, unexpected {unexpected}")
    return model.eval()


def load(network: Network, folder: Path) -> None:
    """Read the weights of a checkpoint in ``folder`` into ``network``, in fp32."""
    weights = load_file(folder / "model.safetensors")
    network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})


def config_of(shape: Shape, tokenizer: PreTrainedTokenizerFast) -> Qwen3Config:
    """The configuration that Transformers and vLLM read."""
    return Qwen3Config(
        architectures=["Qwen3ForCausalLM"],
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_size,
        max_position_embeddings=512,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rope_base},
        rms_norm_eps=shape.epsilon,
        tie_word_embeddings=True,
        attention_bias=False,
        use_sliding_window=False,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def write(network: Network, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write configuration, weights and tokenizer into ``folder``."""
    model = to_transformers(network, tokenizer).to(torch.bfloat16)
    model.config.dtype = torch.bfloat16
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=True,
        temperature=1.0,
        max_new_tokens=160,
    )
    model.save_pretrained(folder)
    write_tokenizer(tokenizer, folder)
    (folder / "model.safetensors").chmod(0o644)


def write_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write the tokenizer under the class name that every Transformers release knows."""
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.save_pretrained(folder)
    config = folder / "tokenizer_config.json"
    settings = json.loads(config.read_text())
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    settings.pop("backend", None)
    config.write_text(json.dumps(settings, indent=2) + "\n")
