"""What leaves the scheduler: verified tokens, summaries, events and what was counted."""

from __future__ import annotations

from typing import Any

from vllm.v1.engine import EngineCoreOutput, EngineCoreOutputs
from vllm.v1.request import RequestStatus

from verifirst.decoding import FinishReason
from verifirst.engines.vllm import compat, wire
from verifirst.engines.vllm.reading import Desk
from verifirst.engines.vllm.settings import EnforceSettings
from verifirst.engines.vllm.telemetry import Telemetry
from verifirst.engines.vllm.tracked import Tracked

_ENDED_BY_US = {
    FinishReason.EXHAUSTED: "verification_exhausted",
    FinishReason.REFUTED: "verification_refuted",
}
"""Our own finishes, as ``stop_reason``; vLLM's finish reason is then "length": a budget ended the text."""

_Stock: Any = object  # what the mixin is put before, as far as a type checker knows


class ReleasingMixin(_Stock):  # type: ignore[misc]
    """The outgoing half of the enforcing scheduler; put before a stock scheduler class."""

    _settings: EnforceSettings
    _desk: Desk
    _telemetry: Telemetry
    _tracked: dict[str, Tracked]
    _parked: dict[str, Tracked]

    def _release(self, tracked: Tracked, released: int, outputs: dict[int, Any]) -> None:
        """Send the tokens that newly stand.

        A summary so far comes along where a stop string may end the request in the front end.
        """
        if not tracked.stops:
            self._send(tracked, released, outputs, {})
            return
        payload = tracked.payload(final=False, finish_reason=None, released=released, kept=len(tracked.output))
        self._send(tracked, released, outputs, {"kv_transfer_params": wire.load(payload)})

    def _finish(self, tracked: Tracked, reason: FinishReason, released: int, outputs: dict[int, Any]) -> None:
        """End a request whose stream ended: at its own held finish, or at ours."""
        request = tracked.request
        ours = _ENDED_BY_US.get(reason)
        status, stop_reason = RequestStatus.FINISHED_LENGTH_CAPPED, ours
        if ours is None:
            assert tracked.held is not None, "stream 1 does not end by itself"
            status, stop_reason = tracked.held
        elif reason is FinishReason.EXHAUSTED:
            self._telemetry.count("exhausted")
        tracked.wasted += len(tracked.output) - released
        tracked.end_rollout(released)
        fields = compat.finish(self, request, status, stop_reason, parked=tracked.parked)
        payload = tracked.payload(final=True, finish_reason=reason.value, released=released, kept=released)
        fields["kv_transfer_params"] = wire.load(payload, fields["kv_transfer_params"])
        fields["finish_reason"], fields["stop_reason"] = request.get_finished_reason(), stop_reason
        self._send(tracked, released, outputs, fields)

    def _send(self, tracked: Tracked, released: int, outputs: dict[int, Any], fields: dict[str, Any]) -> None:
        request = tracked.request
        tokens = tracked.output[tracked.sent : released]
        tracked.sent = released
        self._telemetry.count("released_tokens", len(tokens))
        if (withheld := tracked.withheld).loaded:
            fields |= withheld.release(len(tokens))
        if request.num_nans_in_logits:
            fields["num_nans_in_logits"] = request.num_nans_in_logits
        if request.trace_headers is not None:
            fields["trace_headers"] = request.trace_headers
        batch = outputs.get(request.client_index)
        if batch is None:
            batch = outputs[request.client_index] = EngineCoreOutputs()
        batch.outputs.append(EngineCoreOutput(request_id=request.request_id, new_token_ids=tokens, **fields))

    def _tell(self, outputs: dict[int, Any], now: float) -> None:
        """Send what was counted, and the events that ride on no release."""
        for tracked in self._tracked.values() if self._settings.events else ():
            if tracked.events:
                batch = outputs.setdefault(tracked.request.client_index, EngineCoreOutputs())
                batch.outputs.append(_carrier(tracked.request.request_id, {"events": tracked.take_events()}))
        gauges = wire.Gauges(
            queue_depth=self._desk.queue_depth,
            parked_requests=len(self._parked),
            tracked_requests=len(self._tracked),
        )
        if self._tracked and not self._telemetry.due(now):
            return
        pulse = self._telemetry.pulse(gauges, now)
        if pulse is not None:
            outputs.setdefault(0, EngineCoreOutputs()).outputs.append(_carrier(wire.CARRIER, {"pulse": pulse}))


def strip(out: Any, tracked: Tracked) -> None:
    """An output that vLLM ended itself (an error): what was not verified stays here."""
    out.new_token_ids, out.new_logprobs = [], None
    payload = tracked.payload(final=True, finish_reason="error", released=tracked.sent, kept=len(tracked.output))
    out.kv_transfer_params = wire.load(payload, out.kv_transfer_params)


def _carrier(request_id: str, payload: wire.Payload) -> Any:
    return EngineCoreOutput(request_id=request_id, new_token_ids=[], kv_transfer_params=wire.load(payload))
