"""The classifier: the body of the language model with two logits where a step ends.

``Qwen3ForTokenClassification`` in Transformers is the same function (a test shows it), and vLLM
loads that checkpoint as a pooling model.
"""

from __future__ import annotations

from pathlib import Path

import torch
from recipes.word_problems.export import config_of, write_tokenizer
from recipes.word_problems.network import Body, Shape, rope_table
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForTokenClassification

LABELS = ("wrong", "right")


class StepClassifier(nn.Module):
    """``score`` maps the last hidden state to (wrong, right)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.model = Body(shape)
        self.score = nn.Linear(shape.hidden, len(LABELS))
        nn.init.normal_(self.score.weight, std=0.02)
        nn.init.zeros_(self.score.bias)

    def forward(self, tokens: Tensor, where: Tensor) -> Tensor:
        """Logits, (len(where), 2), at ``where``: indices into the flattened rows x length of ``tokens``."""
        length = tokens.shape[1]
        rope = rope_table(length, self.shape)
        mask = torch.full((length, length), -torch.inf).triu(1)
        x = self.model.embed_tokens(tokens)
        for layer in self.model.layers:
            x = layer(x, rope, mask)
        logits: Tensor = self.score(self.model.norm(x.flatten(0, 1)[where]))
        return logits


def from_language_model(folder: Path) -> StepClassifier:
    """A classifier with the body of a shipped language model, and a fresh head."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    network = StepClassifier(shape_of(model.config))
    body = {name: weight for name, weight in model.state_dict().items() if name.startswith("model.")}
    missing, unexpected = network.load_state_dict(body, strict=False)
    if unexpected or any(not name.startswith("score.") for name in missing):
        raise RuntimeError(f"{folder} is no Qwen3 of this recipe: missing {missing}, unexpected {unexpected}")
    return network


def shape_of(config: Qwen3Config) -> Shape:
    """The shape of a checkpoint that ``recipes.word_problems`` wrote."""
    return Shape(
        vocabulary=config.vocab_size,
        hidden=config.hidden_size,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        head_size=config.head_dim,
        feed_forward=config.intermediate_size,
        rope_base=config.rope_parameters["rope_theta"],
        epsilon=config.rms_norm_eps,
    )


def to_transformers(network: StepClassifier, tokenizer: PreTrainedTokenizerFast) -> Qwen3ForTokenClassification:
    """The same weights in the Transformers module (fp32, a copy, in eval mode)."""
    config = config_of(network.shape, tokenizer)
    config.architectures = ["Qwen3ForTokenClassification"]
    config.id2label = dict(enumerate(LABELS))
    config.label2id = {label: at for at, label in enumerate(LABELS)}
    model = Qwen3ForTokenClassification(config)
    model.load_state_dict({name: tensor.clone() for name, tensor in network.state_dict().items()})
    return model.eval()


def write(network: StepClassifier, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write configuration, weights (bf16) and tokenizer into ``folder``."""
    model = to_transformers(network, tokenizer).to(torch.bfloat16)
    model.config.dtype = torch.bfloat16
    model.save_pretrained(folder)
    write_tokenizer(tokenizer, folder)
    (folder / "model.safetensors").chmod(0o644)
