"""Bans as they travel to the worker: plain lists inside ``SamplingParams.extra_args``.

The scheduler *encodes* the refuted paths of a request, the logits processors of both model
runners *decode* them. Neither vLLM nor torch is needed to do either.
"""

from __future__ import annotations

import copy
import hashlib
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from verifirst.decoding.bans import BanTrie
from verifirst.errors import InputError

EXTRA_KEY = "verifirst_bans"
"""The key of ``SamplingParams.extra_args`` that holds the encoded bans."""

_LIMIT = 2**31  # token ids are int32 in every vLLM buffer
_EXPECTED = f"extra_args[{EXTRA_KEY!r}] must be a list of [anchor, [token, ...]]"

Path = tuple[int, tuple[int, ...]]
"""``(anchor, tokens)``: index of a request's output tokens, and the refuted tokens from there on."""


class Bans:
    """The banned paths of one request; immutable.

    After output tokens that are exactly ``tokens[:-1]`` from index ``anchor`` on, ``tokens[-1]``
    is forbidden. Nowhere else: what precedes the anchor is the verified prefix, which only a
    rollback can change.
    """

    __slots__ = ("_tries", "paths")

    def __init__(self, paths: Iterable[Path]) -> None:
        self.paths: tuple[Path, ...] = tuple(dict.fromkeys((anchor, tuple(tokens)) for anchor, tokens in paths))
        self._tries: dict[int, BanTrie] = {}
        for anchor, tokens in self.paths:
            self._tries.setdefault(anchor, BanTrie()).add(tokens)

    def banned_after(self, output_tokens: Sequence[int]) -> frozenset[int]:
        """The token ids forbidden next, in time proportional to the paths that still match.

        A token that is not known yet (-1, vLLM's placeholder) matches no path, so nothing is
        forbidden on its account.
        """
        banned: frozenset[int] = frozenset()
        for anchor, trie in self._tries.items():
            banned |= trie.banned_after(output_tokens, anchor)
        return banned


def encode(paths: Iterable[tuple[int, Sequence[int]]]) -> list[list[Any]]:
    """The wire form of ``paths``: ``[[anchor, [token, ...]], ...]``, ints and lists only.

    Raises:
        InputError: If an anchor or a path is not what a worker would accept.
    """
    return [[anchor, list(tokens)] for anchor, tokens in map(_path, paths)]


def retry_params(params: Any, paths: Iterable[tuple[int, Sequence[int]]], attempt: int) -> Any:
    """A copy of a request's ``SamplingParams`` for its next attempt: with the bans, and a seed of its own."""
    retry = copy.copy(params)
    retry.extra_args = {**(params.extra_args or {}), EXTRA_KEY: encode(paths)}
    retry.prompt_logprobs = None  # sent already, or carried to the next release
    if params.seed is not None:
        digest = hashlib.blake2b(f"{params.seed}/{attempt}".encode(), digest_size=8).digest()
        retry.seed = int.from_bytes(digest, "big") >> 2  # both runners keep seeds as signed 64-bit integers
    return retry


def decode(extra_args: Mapping[str, Any] | None) -> Bans | None:
    """The bans in ``extra_args``, or None when there are none.

    Raises:
        InputError: If the entry is there and malformed.
    """
    entry = (extra_args or {}).get(EXTRA_KEY)
    if entry is None:
        return None
    if not isinstance(entry, list | tuple):
        raise InputError(f"{_EXPECTED}; found {reprlib.repr(entry)}. Leave the key out: verifirst sets it.")
    return Bans(map(_path, entry)) if entry else None


def _path(item: object) -> Path:
    if not isinstance(item, list | tuple) or len(item) != 2:  # noqa: PLR2004  # a pair
        raise InputError(f"{_EXPECTED}; found the item {reprlib.repr(item)}. Leave the key out: verifirst sets it.")
    anchor, tokens = item
    if not _is_index(anchor):
        raise InputError(f"{_EXPECTED}; found the anchor {reprlib.repr(anchor)}. It counts output tokens from 0.")
    if not isinstance(tokens, list | tuple) or not tokens or not all(map(_is_index, tokens)):
        raise InputError(f"{_EXPECTED}; found the path {reprlib.repr(tokens)}. A path is one or more token ids.")
    return anchor, tuple(tokens)


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LIMIT
