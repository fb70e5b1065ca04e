"""Who is masked, and what may not come next on the line at hand.

The scheduler decides who is masked and marks the request's ``SamplingParams``; the logits processors of both
model runners look for the mark. The tokenizer comes from the caller; neither vLLM nor torch is imported here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from verifirst.engines.detokenizers import token_bytes
from verifirst.engines.vllm.settings import RequestSettings
from verifirst.errors import EngineError
from verifirst.kernels.masking import Masker, Watch, ordinary

EXTRA_KEY = "verifirst__mask"
"""The mark in ``SamplingParams.extra_args``."""


def wanted(chosen: RequestSettings, tokenizer: Any, prompt: Sequence[int] | None) -> bool:
    """Whether a request is masked: it asks, and its problem gives arithmetic no meaning of its own.

    ``prompt``: its token ids, None for embeddings.
    """
    return chosen.mask and ordinary(chosen.given(tokenizer, prompt))


def marked(params: Any) -> Any:
    """A copy of a request's ``SamplingParams`` with the mark."""
    params = copy.copy(params)
    params.extra_args = {**(params.extra_args or {}), EXTRA_KEY: True}
    return params


def is_marked(extra_args: Mapping[str, Any] | None) -> bool:
    """Whether the scheduler marked this request."""
    return extra_args is not None and EXTRA_KEY in extra_args


def vocabulary(tokenizer: Any) -> tuple[list[bytes], frozenset[int]]:
    """The bytes of each token, and the tokens that no result can hold: any special one may be a request's end."""
    return token_bytes(tokenizer), frozenset(tokenizer.all_special_ids)


def obstacle(tokenizer: Any) -> str | None:
    """Why no mask can be made for this tokenizer's vocabulary, or None where one can."""
    try:
        token_bytes(tokenizer)
    except EngineError as error:
        return str(error)
    return None


class LineWatch:
    """What may not come next in one request's output; reads its last line only.

    The automaton begins each line afresh, so what stands before changes nothing, and a request
    that comes back after a rollback costs no more than the line it goes on with.
    """

    def __init__(self, masker: Masker, line_ends: frozenset[int]) -> None:
        self._watch = Watch(masker)
        self._line_ends = line_ends

    def forbidden(self, tokens: Sequence[int]) -> frozenset[int]:
        """Ids of the tokens that may not follow ``tokens``, the output so far.

        Nothing is forbidden where a token of the line is not known yet (-1).
        """
        start = len(tokens)
        while start and tokens[start - 1] not in self._line_ends:
            start -= 1
            if tokens[start] < 0:
                return frozenset()
        return self._watch.forbidden(tokens[start:])


class Masks:
    """Gives a watch to each request that is to be masked; one for each worker.

    ``tokenizer`` loads the served tokenizer, for the first request that asks. Raises EngineError there for
    a vocabulary whose bytes are not known, see ``obstacle``.
    """

    def __init__(self, tokenizer: Callable[[], Any]) -> None:
        self._load = tokenizer

    def watch(self, extra_args: Mapping[str, Any] | None) -> LineWatch | None:
        """The watch of a request, or None where it is not marked."""
        return LineWatch(*self._machinery) if is_marked(extra_args) else None

    @cached_property
    def _machinery(self) -> tuple[Masker, frozenset[int]]:
        """The masker of the vocabulary, and the tokens that end a line."""
        table, ends = vocabulary(self._load())
        return Masker(table, ends), frozenset(token for token, text in enumerate(table) if text.endswith(b"\n"))
