"""A detokeniser that can be made in another process, for whatever tokenizer vLLM loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from verifirst.decoding import Detokenizer
from verifirst.decoding.text import ByteDetokenizer, GenericDetokenizer
from verifirst.engines.detokenizers import detokenizer


def portable(tokenizer: Any, model_config: Any) -> Callable[[], Detokenizer]:
    """Makes the detokeniser of ``tokenizer``, in whichever process it runs; picklable.

    A byte-level vocabulary travels as a table, a fast tokenizer of Hugging Face's as itself.
    Any other is loaded again over there as vLLM loaded it, with all that this imports.
    """
    found = detokenizer(tokenizer)
    if isinstance(found, ByteDetokenizer):
        return partial(_itself, found)
    if _decodes_plainly(tokenizer):
        return partial(_itself, GenericDetokenizer(FastDecode(tokenizer.backend_tokenizer)))
    return partial(
        _loaded,
        str(model_config.tokenizer),
        runner_type=model_config.runner_type,
        tokenizer_mode=model_config.tokenizer_mode,
        revision=model_config.tokenizer_revision,
        trust_remote_code=model_config.trust_remote_code,
    )


class FastDecode:
    """The decoding of a ``tokenizers.Tokenizer``, special tokens left out."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def __call__(self, ids: Sequence[int]) -> str:
        """The text of ``ids``."""
        return str(self._backend.decode(list(ids), skip_special_tokens=True))


def _decodes_plainly(tokenizer: Any) -> bool:
    """Whether its ``decode`` is that of its ``tokenizers.Tokenizer``, and nothing after it."""
    inherited = getattr(type(tokenizer), "_decode", None)
    return (
        hasattr(tokenizer, "backend_tokenizer")
        and getattr(inherited, "__module__", "") == "transformers.tokenization_utils_tokenizers"
        and not getattr(tokenizer, "clean_up_tokenization_spaces", True)
    )


def _itself(found: Detokenizer) -> Detokenizer:
    return found


def _loaded(name: str, **settings: Any) -> Detokenizer:
    from vllm.tokenizers import cached_get_tokenizer  # noqa: PLC0415  # only where nothing lighter will do

    return detokenizer(cached_get_tokenizer(name, **settings))
