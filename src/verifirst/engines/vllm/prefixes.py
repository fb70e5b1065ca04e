"""The end of a prompt that is output which stands already: whole steps, to fork behind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from verifirst.decoding import Detokenizer, TokenText
from verifirst.decoding.prefix import stand
from verifirst.errors import InputError
from verifirst.segment import segmenter


def prefix_of(prompt: Sequence[int] | None, count: int) -> tuple[int, ...]:
    """The last ``count`` token ids of ``prompt`` (None: embeddings). Raises InputError where it has not as many."""
    if not count:
        return ()
    if prompt is None or count >= len(prompt):
        found = "embeddings" if prompt is None else f"{len(prompt)} tokens"
        raise InputError(
            f"prefix_tokens={count} needs a prompt of more than {count} token ids, found {found}; "
            "send the prompt's ids with those of the prefix behind them"
        )
    return tuple(prompt[-count:])


def closers_after(detokenizer: Detokenizer, convention: str, prefix: tuple[int, ...]) -> str:
    """The characters that can close the first step behind ``prefix``; InputError where it ends amid a step."""
    if not prefix:
        return _closers(convention)
    cutter = segmenter(convention)
    stand(TokenText(detokenizer), cutter, prefix)
    return cutter.closers


@cache
def _closers(convention: str) -> str:
    return segmenter(convention).closers
