"""Takes our payloads off the engine's outputs, and puts a summary on what users get.

vLLM's `OutputProcessor` turns engine outputs into `RequestOutput`s in the front end: the API
server's process, or the caller's own with `LLM`. Two of its methods are wrapped, and one of
`RequestState`; vLLM itself is not imported here.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from verifirst.engines.vllm import metrics, tracing, wire
from verifirst.engines.vllm.registry import REGISTRY, Registry
from verifirst.engines.vllm.wire import Event, FinishReason, Payload, Pulse, Summary

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
_TRACK = "_verifirst_track"
_INSTALLED = "_verifirst_frontend"
_NAMES = frozenset({"request_id", "new_token_ids", "trace_headers"})
# vLLM's finish reasons in our words; `repetition` is a stop that vLLM decided on
_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "abort": "aborted",
    "error": "error",
    "repetition": "stop",
}


@dataclass(slots=True)
class Track:
    """What the front end knows of one sequence under verification; it lives on vLLM's `RequestState`.

    `begun_s` is in seconds since the epoch. `traced` says whether to emit a span at the end.
    `ended_by_engine` is the finish reason that came from the engine, in vLLM's words.
    """

    registry: Registry
    internal: str
    external: str
    index: int
    n: int
    begun_s: float
    traced: bool
    trace_headers: Mapping[str, str] | None = None
    latest: Summary | None = None
    ended_by_engine: str | None = None
    events: bool = False
    finished: bool = field(default=False)

    @classmethod
    def of(cls, state: Any, registry: Registry, *, traced: bool) -> Track:
        """Begin to track the sequence of vLLM's `state`."""
        parent, stats = state.parent_req, state.stats
        return cls(
            registry=registry,
            internal=state.request_id,
            external=state.external_req_id if parent is None else parent.external_req_id,
            index=state.request_index,
            n=1 if parent is None else parent.n,
            begun_s=stats.arrival_time if stats is not None else time.time(),
            traced=traced,
        )

    def update(self, summary: Summary) -> None:
        """Remember a newer summary; a rollout holds refuted text: HTTP clients get it where the operator said so."""
        self.latest = summary
        if "rollout" in summary and not self.registry.show_rollouts:
            summary = summary.copy()
            del summary["rollout"]
        self.registry.update(self.external, self.index, summary, owner=self.internal, n=self.n)

    def publish(self, events: list[Event]) -> None:
        """Pass events on to whoever watches."""
        self.events = True
        self.registry.publish(self.external, self.index, events, owner=self.internal, n=self.n)

    def finish(self, reason: str) -> Summary | None:
        """End the sequence for vLLM's `reason`; returns its last summary, final. Idempotent."""
        if self.finished or self.latest is None:
            return self.latest
        self.finished = True
        summary = final(self.latest, reason, self.ended_by_engine)
        if self.events and summary is not self.latest:  # the engine does not know that it ended
            self.publish([ended(summary, time.time() - self.begun_s)])
        self.update(summary)
        if self.traced:
            guarded("a span was not recorded", self._trace, summary)
        return summary

    def _trace(self, summary: Summary) -> None:
        tracing.record(
            summary, request_id=self.external, index=self.index, start_s=self.begun_s, trace_headers=self.trace_headers
        )


def final(summary: Summary, reason: str, ended_by_engine: str | None) -> Summary:
    """Return `summary` as the last one, where vLLM ends the sequence for `reason`.

    The engine says how a sequence ended, unless the front end ended it otherwise: by an abort,
    or by a stop string, which may also be inside the text that came with the engine's own end.
    """
    if summary["final"] and reason == ended_by_engine:
        return summary
    return {**summary, "final": True, "finish_reason": _REASONS.get(reason, "error")}


def ended(summary: Summary, seconds: float) -> Event:
    """Return the event for an end that the engine does not report."""
    return Event(type="finished", t=round(seconds, 6), status=summary["status"], reason=str(summary["finish_reason"]))


def install(
    output_processor: type, request_state: type, request_output: type | None = None, *, registry: Registry = REGISTRY
) -> None:
    """Wrap vLLM's classes so that finished `CompletionOutput`s carry `.verification`. Idempotent.

    The classes are `OutputProcessor` and `RequestState` of `vllm.v1.engine.output_processor`,
    and `vllm.outputs.RequestOutput`: it merges chunks that nobody has read yet, field by
    field; without it a merged chunk loses its summary.
    """
    _wrap(output_processor, "process_outputs", lambda original: _process_outputs(original, registry))
    _wrap(output_processor, "abort_requests", _abort_requests)
    _wrap(request_state, "_new_completion_output", _new_completion_output)
    if request_output is not None:
        _wrap(request_output, "add", _add)


def _wrap(owner: type, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    original = getattr(owner, name)
    if not hasattr(original, _INSTALLED):
        wrapped = functools.wraps(original)(make(original))
        setattr(wrapped, _INSTALLED, True)
        setattr(owner, name, wrapped)


def _process_outputs(original: Callable[..., Any], registry: Registry) -> Callable[..., Any]:
    def process_outputs(self: Any, engine_core_outputs: list[Any], *args: Any, **kwargs: Any) -> Any:
        for output in engine_core_outputs:
            if output.kv_transfer_params is not None:
                engine_core_outputs = receive(self, engine_core_outputs, registry)
                break
        return original(self, engine_core_outputs, *args, **kwargs)

    return process_outputs


def receive(processor: Any, outputs: list[Any], registry: Registry) -> list[Any]:
    """Take the payloads off `outputs`; return those that vLLM should see.

    Mutates `kv_transfer_params` of the outputs. The text of an output whose payload cannot be
    read goes out all the same: it is verified already. An output that held nothing else is
    dropped: vLLM would count it as the first token, and clients would get an empty chunk.
    """
    kept = []
    for output in outputs:
        payload = None
        if output.kv_transfer_params is not None:
            payload, output.kv_transfer_params = wire.unload(output.kv_transfer_params)
        if payload is not None:
            guarded("a payload was not read", _take, processor, output, payload, registry)
        if output.request_id != wire.CARRIER and not (payload is not None and _is_bare(output)):
            kept.append(output)
    return kept


def _is_bare(output: Any) -> bool:
    """Whether nothing is left on an output but whose it is."""
    if output.new_token_ids or output.finish_reason is not None:
        return False
    values = (getattr(output, name) for name in output.__struct_fields__ if name not in _NAMES)
    return all(value is None or (type(value) is int and value == 0) for value in values)  # its fields' defaults


def guarded(what: str, act: Callable[..., Result], *args: Any) -> Result | None:
    """Call `act`; log what it raises, once for each `what`. Reporting never ends anybody's request."""
    try:
        return act(*args)
    except Exception as error:  # noqa: BLE001  # vLLM's output handler would fail every request in flight
        _log_once(what, error)
        return None


_logged: set[str] = set()


def _log_once(what: str, error: Exception) -> None:
    if what not in _logged:
        _logged.add(what)
        logger.error("verifirst: %s (further ones like it are not logged)", what, exc_info=error)


def _take(processor: Any, output: Any, payload: Payload, registry: Registry) -> None:
    if pulse := payload.get("pulse"):
        guarded("a pulse was not counted", _count, pulse)
    state = processor.request_states.get(output.request_id)
    if state is None:  # aborted, or a carrier
        return
    summary, events = payload.get("summary"), payload.get("events")
    track = track_of(state)
    if track is None:
        track = Track.of(state, registry, traced=processor.tracing_enabled)
        setattr(state, _TRACK, track)
    if output.finish_reason is not None:
        track.ended_by_engine = str(output.finish_reason)
    if output.trace_headers is not None:
        track.trace_headers = output.trace_headers
    if events:
        track.publish(events)
    if summary is not None:
        track.update(summary)


def _count(pulse: Pulse) -> None:
    metrics.default().observe(pulse)


def track_of(state: Any) -> Track | None:
    """Return the track that vLLM's `RequestState` carries, if any."""
    track: Track | None = getattr(state, _TRACK, None)
    return track


class EndWithoutTokens(list[int]):
    """No tokens, and yet an end to tell: a request whose first step never stood.

    vLLM's streams leave out what has no tokens and no text, the finish reason with it
    (they take it for a prompt that is still being read); so this empty list is not false.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        """True: there is something to send."""
        return True


def _new_completion_output(original: Callable[..., Any]) -> Callable[..., Any]:
    def _new_completion_output(self: Any, token_ids: list[int], finish_reason: Any, stop_reason: Any) -> Any:
        completion = original(self, token_ids, finish_reason, stop_reason)
        track = track_of(self) if finish_reason is not None else None
        completion.verification = None if track is None else _ended(track, str(finish_reason))
        if track is not None and not completion.token_ids:
            completion.token_ids = EndWithoutTokens()
        return completion

    return _new_completion_output


def _abort_requests(original: Callable[..., Any]) -> Callable[..., Any]:
    def abort_requests(self: Any, request_ids: Iterable[str], internal: bool) -> Any:
        states = dict(self.request_states)
        aborted = original(self, request_ids, internal)
        for request_id in aborted:
            if request_id in states and (track := track_of(states[request_id])) is not None:
                _ended(track, "abort")  # with LLM nobody is handed a last output
        return aborted

    return abort_requests


def _ended(track: Track, reason: str) -> Summary | None:
    return guarded("a summary was not finished", track.finish, reason)


def _add(original: Callable[..., Any]) -> Callable[..., Any]:
    def add(self: Any, next_output: Any, aggregate: bool) -> None:
        original(self, next_output, aggregate)
        merged = {completion.index: completion for completion in self.outputs}
        for completion in next_output.outputs:
            merged[completion.index].verification = getattr(completion, "verification", None)

    return add
