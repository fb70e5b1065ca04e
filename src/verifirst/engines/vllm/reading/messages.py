"""What the engine's thread and a reader say to each other. Plain values (``solvers.shared_ring``)."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from verifirst.decoding.settings import Settings
from verifirst.engines.vllm import wire
from verifirst.policy import Policy


class Opening(NamedTuple):
    """What a reader needs to know of a request. ``started`` is its ``time.monotonic()``.

    ``prefix`` are tokens of output that stands already; every count of tokens is of those after it.
    """

    number: int
    max_tokens: int
    segment: str
    policy: Policy
    settings: Settings
    problem: str
    started: float
    events: bool
    rollout: bool = False
    prefix: tuple[int, ...] = ()
    greedy: bool = False


Finish = tuple[str, bool]
"""(finish reason, whether the last token ended the text and spells nothing of it)"""

Read = tuple[int, int, int, list[int], Finish | None, bool, list[int]]
"""Tokens to read: (number of the request, attempt that they belong to, tokens sampled for nothing
since the last message, tokens, finish held after them, whether to shed, numbers of requests that ended)."""

Restore = tuple[bytes, dict[int, "Fault"], list[Read]]
"""A request from its start: (its pickled ``Opening``, steps not to be judged again, each message so far)."""

Fault = tuple[str, str]
"""(reason, message) of a step that got no verdict; its key counts the request's judged steps from 0."""


Answer = tuple[int, int, int, int, bytes, "News | None"]
"""Where a request stands after a message: (tokens that may leave, tokens that are verified, steps
judged since it began, attempt, pickled ``wire.Summary`` since few are ever looked at, news)."""


class Counts(TypedDict):
    """What a reader counted since it last told; ``failures`` are steps without a verdict, by reason."""

    refuted: int
    unknown: dict[str, int]
    rules: dict[str, int]
    failures: dict[str, int]


class News(TypedDict, total=False):
    """What an answer rarely says.

    ``cut``: (tokens kept, ban paths), the request goes back and tries again. ``end``: the reason
    why it ended, ``rollout`` then what led to it, where that was asked for. ``closers``: the
    characters that can close a step from now on.
    """

    cut: tuple[int, list[tuple[int, tuple[int, ...]]]]
    end: str
    closers: str
    events: list[wire.Event]
    counts: Counts
    rollout: wire.Rollout
