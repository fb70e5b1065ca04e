"""What the engine process tells the front end about verification, and under which names.

The engine core and the API server are different processes. What the scheduler knows rides
on `EngineCoreOutput.kv_transfer_params[KEY]`, a dict that vLLM carries unread; the front
end takes it off before vLLM sees the output (`frontend`). Other keys of that dict are
vLLM's own and pass unchanged.

Everything here is plain JSON types and the standard library: both processes import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

KEY = "verifirst"
"""The key, inside `kv_transfer_params`, under which a `Payload` travels."""

CARRIER = "verifirst"
"""`request_id` of an output that carries a payload and nothing else: never shown to vLLM."""

FinishReason = Literal["stop", "length", "exhausted", "refuted", "aborted", "error"]
EventType = Literal["generated", "verified", "refuted", "rolled_back", "committed", "finished"]


class CoverageCounts(TypedDict):
    """How much of the released text was checked; a ratio is None where nothing was there to check."""

    claims: int
    decided: int
    steps: int
    steps_decided: int
    claim_ratio: float | None
    step_ratio: float | None


class TokenCounts(TypedDict):
    """`sampled` tokens are `released` ones, `wasted` ones (rolled back), and those still pending."""

    released: int
    sampled: int
    wasted: int


class RolloutStep(TypedDict):
    """A step that stands: its output tokens, half open, and the rules that decided something."""

    start: int
    end: int
    text: str
    status: str
    rules: list[str]


class Branch(TypedDict):
    """Output tokens that were dropped, sampled from ``boundary`` on, as in ``verifirst.decoding.Rejection``.

    ``logprobs`` are those that vLLM reported; empty where the request asked for none.
    """

    boundary: int
    token_ids: list[int]
    logprobs: list[float]
    text: str
    rules: list[str]
    reopened: int


class Rollout(TypedDict):
    """How an output came about. ``branches`` hold text that was refuted: for training, not for readers.

    ``resampled``: refused steps were retried without bans.
    """

    steps: list[RolloutStep]
    branches: list[Branch]
    tail: Branch | None
    resampled: bool


class Consistency(TypedDict):
    """What agreement says of the output sent: ``forks`` drawn of ``asked``, ``programs`` of them, ``shed`` given up.

    ``share`` of the forks gave its answer; ``support`` is that of its facts (``verifirst.agreement``).
    """

    forks: int
    asked: int
    share: float
    support: float
    shed: int
    programs: int


class Summary(TypedDict):
    """What is known of one sequence (one choice) so far; the last one has `final` true.

    `status` is `"refuted"` only where the policy flags instead of rolling back.
    `rules` counts refutations by rule code, `unknown` counts undecided steps by reason.
    `rollout` is there at the end, where the request asked for it; `consistency` where forks were drawn.
    """

    final: bool
    enforced: bool
    finish_reason: FinishReason | None
    status: Literal["verified", "unknown", "refuted"]
    coverage: CoverageCounts
    steps_refused: int
    rollbacks: int
    rules: dict[str, int]
    unknown: dict[str, int]
    tokens: TokenCounts
    rollout: NotRequired[Rollout]
    consistency: NotRequired[Consistency]


class _EventType(TypedDict):
    type: EventType


class Event(_EventType, total=False):
    """One thing that happened to one sequence; `t` is in seconds since its request began.

    It holds text that is not verified, refuted text too: an operator switches events on.
    `index` is the choice; the front end fills it in.
    """

    t: float
    step: int
    text: str
    attempt: int
    rule: str
    message: str
    status: str
    tokens: int
    dropped: int
    reason: str
    index: int


class Counters(TypedDict, total=False):
    """Increments since the last pulse.

    `requests` were accepted under enforcement, `opted_out` were accepted without it.
    `parked` counts the times a request was taken out of the batch to wait for verdicts.
    """

    steps_checked: int
    steps_refuted: int
    rollbacks: int
    wasted_tokens: int
    released_tokens: int
    exhausted: int
    requests: int
    opted_out: int
    parked: int


class Gauges(TypedDict, total=False):
    """Values at the moment of the pulse."""

    queue_depth: int
    parked_requests: int
    tracked_requests: int


class Pulse(TypedDict, total=False):
    """What one engine counted since its last pulse: the source of the metrics.

    `latency_s` holds seconds from submission to verdict, at most `LATENCIES` of them.
    `model` and `engine` name the engine as vLLM's own metrics do: the served model name
    and the data-parallel index.
    """

    counters: Counters
    unknown: dict[str, int]
    rules: dict[str, int]
    worker_failures: dict[str, int]
    gauges: Gauges
    latency_s: list[float]
    model: str
    engine: int


LATENCIES = 256
"""At most this many latencies ride on one pulse; the rest are sampled away by the sender."""


class Payload(TypedDict, total=False):
    """What one output may carry; each key is optional."""

    summary: Summary
    events: list[Event]
    pulse: Pulse


def load(payload: Payload, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the `kv_transfer_params` that carry `payload` beside vLLM's own `params`."""
    return {**(params or {}), KEY: payload}


def unload(params: Mapping[str, Any]) -> tuple[Payload | None, dict[str, Any] | None]:
    """Split `kv_transfer_params` into our payload, if any, and what remains (None when nothing does)."""
    if KEY not in params:
        return None, dict(params)
    return params[KEY], {key: value for key, value in params.items() if key != KEY} or None


def new_summary(*, enforced: bool = True) -> Summary:
    """Return the summary of a sequence of which nothing is known yet."""
    return Summary(
        final=False,
        enforced=enforced,
        finish_reason=None,
        status="unknown",
        coverage=CoverageCounts(claims=0, decided=0, steps=0, steps_decided=0, claim_ratio=None, step_ratio=None),
        steps_refused=0,
        rollbacks=0,
        rules={},
        unknown={},
        tokens=TokenCounts(released=0, sampled=0, wasted=0),
    )
