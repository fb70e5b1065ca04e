"""From a tokenizer to its detokeniser. Imports no tensor library: every engine uses it."""

from __future__ import annotations

import re
from typing import Any

from verifirst.decoding.text import ByteDetokenizer, Detokenizer, GenericDetokenizer
from verifirst.errors import EngineError


def detokenizer(tokenizer: Any) -> Detokenizer:
    """The fastest exact detokeniser for this (Hugging Face) tokenizer."""
    decoder = getattr(getattr(tokenizer, "backend_tokenizer", None), "decoder", None)
    if type(decoder).__name__ == "ByteLevel":
        return ByteDetokenizer(_byte_table(tokenizer))
    return GenericDetokenizer(lambda ids: str(tokenizer.decode(ids, skip_special_tokens=True)))


def token_bytes(tokenizer: Any) -> list[bytes]:
    """What each token spells, by id; special tokens spell nothing.

    For byte-level and SentencePiece vocabularies (byte fallback included). Raises EngineError
    for others.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if type(getattr(backend, "decoder", None)).__name__ == "ByteLevel":
        return _byte_table(tokenizer)
    vocabulary = tokenizer.get_vocab()
    if not any(piece.startswith(_SPACE) for piece in vocabulary):
        raise EngineError(
            "the bytes of this tokenizer's tokens are not known: expected a byte-level or SentencePiece one"
        )
    table, special = [b""] * (max(vocabulary.values()) + 1), set(tokenizer.all_special_ids)
    for piece, index in vocabulary.items():
        if index not in special:
            byte = _FALLBACK.fullmatch(piece)
            table[index] = bytes([int(byte[1], 16)]) if byte else piece.replace(_SPACE, " ").encode()
    return table


_SPACE = "▁"
_FALLBACK = re.compile(r"<0x([0-9A-F]{2})>")


def _byte_table(tokenizer: Any) -> list[bytes]:
    """Bytes of every token of a byte-level vocabulary; special tokens spell nothing."""
    alphabet = _byte_alphabet()
    special = set(tokenizer.all_special_ids)
    added = {index: str(token) for index, token in tokenizer.added_tokens_decoder.items()}
    table = [b""] * len(tokenizer)
    for piece, index in tokenizer.get_vocab().items():
        if index in special:
            continue
        table[index] = added[index].encode() if index in added else bytes(alphabet[char] for char in piece)
    return table


def _byte_alphabet() -> dict[str, int]:
    """The printable stand-ins that byte-level BPE writes for bytes (GPT-2, Radford et al. 2019)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    codes = [*printable, *(256 + index for index in range(len(others)))]
    return {chr(code): byte for code, byte in zip(codes, [*printable, *others], strict=True)}
