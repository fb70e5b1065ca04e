"""Three tokenizers that split digits in different ways, trained here on random lines.

One byte-level with single digits, one byte-level with digits in threes, and one SentencePiece-like whose rare
characters are tokens for single bytes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache

from tests.kernels.lines import line
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from verifirst.engines.detokenizers import token_bytes

Split = Callable[[bytes], list[int]]


def _corpus() -> list[str]:
    rng = random.Random(0)
    return [line(rng) for _ in range(400)]


def _byte_level(digits: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(rf"{digits}| ?[A-Za-z]+| ?[^\sA-Za-z\d]+|\s"), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(_corpus(), trainer)
    return tokenizer


def _sentence_piece() -> Tokenizer:
    fallback = [f"<0x{byte:02X}>" for byte in range(256)]
    learned = Tokenizer(models.BPE())
    learned.normalizer = normalizers.Replace(" ", "▁")
    ascii_only = ["".join(c for c in text if c.isascii()) for text in _corpus()]
    learned.train_from_iterator(ascii_only, trainers.BpeTrainer(vocab_size=400, show_progress=False))
    pieces = sorted(learned.get_vocab(), key=learned.get_vocab().get)
    vocab = {piece: at for at, piece in enumerate(["<unk>", *fallback, *pieces])}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=_merges(learned), unk_token="<unk>", byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return tokenizer


def _merges(tokenizer: Tokenizer) -> list[tuple[str, str]]:
    return [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


BUILD: dict[str, Callable[[], Tokenizer]] = {
    "single digits": lambda: _byte_level(r"\d"),
    "digits in threes": lambda: _byte_level(r"\d{1,3}"),
    "byte fallback": _sentence_piece,
}


@cache
def vocabulary(name: str) -> tuple[list[bytes], Split]:
    """The bytes of each token, and what splits a text."""
    unknown = "<unk>" if name == "byte fallback" else None
    fast = PreTrainedTokenizerFast(tokenizer_object=BUILD[name](), unk_token=unknown)
    table = token_bytes(fast)
    return table, lambda text: fast(text.decode(), add_special_tokens=False)["input_ids"]
