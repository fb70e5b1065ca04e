"""The dual-stream decoder inside vLLM's scheduler: a mixin over the stock sync and async ones.

Stream 1 is vLLM itself: it decodes optimistically and never waits. After each step the
mixin takes the sampled tokens off the outputs, lets the request's ``DualStream`` read them,
hands closed steps to the verifier processes, and acts on the verdicts that have come in:
release what stands, cut what does not (preemption with truncation), hold a finish until
everything before it is verified. The protocol itself lives in ``verifirst.decoding``; what
touches vLLM's internals lives in ``compat``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vllm.logger import init_logger
from vllm.v1.core.sched.async_scheduler import AsyncScheduler
from vllm.v1.core.sched.scheduler import Scheduler
from vllm.v1.engine import EngineCoreOutput, EngineCoreOutputs
from vllm.v1.request import RequestStatus

from verifirst.core.report import Report
from verifirst.decoding import DualStream, FinishReason
from verifirst.engines.detokenizers import detokenizer
from verifirst.engines.vllm import bans, compat, wire
from verifirst.engines.vllm.settings import CONFIG_KEY, EnforceSettings, RequestSettings
from verifirst.engines.vllm.summary import summarize
from verifirst.engines.vllm.telemetry import Telemetry
from verifirst.engines.vllm.tracked import Tracked
from verifirst.engines.vllm.watching import encode_event
from verifirst.engines.vllm.withheld import Withheld
from verifirst.errors import ConfigError
from verifirst.segment import segmenter
from verifirst.stream import VerifierStream

logger = init_logger(__name__)

PARKED_WAIT_S = 0.002
"""How long the engine may sleep for a verdict when every request waits for one."""

_ENDED_BY_US = {
    FinishReason.EXHAUSTED: "verification_exhausted",
    FinishReason.REFUTED: "verification_refuted",
}
"""Our own finishes, as ``stop_reason``; vLLM's finish reason is then "length": a budget ended the text."""


_Stock: Any = object  # what the mixin is put before, as far as a type checker knows


class EnforcingMixin(_Stock):  # type: ignore[misc]
    """Put before a stock scheduler class. See the module's docstring."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = self.vllm_config
        settings = EnforceSettings.parse((config.additional_config or {}).get(CONFIG_KEY, True))
        assert settings is not None
        self._settings: EnforceSettings = settings
        self._tokenizer = self.structured_output_manager.tokenizer
        self._detokenizer = detokenizer(self._tokenizer)
        self._verifier: VerifierStream = settings.stream()
        served = config.model_config.served_model_name
        name = served[0] if isinstance(served, list) else served or config.model_config.model
        self._telemetry = Telemetry(str(name), config.parallel_config.data_parallel_index)
        self._tracked: dict[str, Tracked] = {}
        self._parked: dict[str, Tracked] = {}
        self._freed: dict[str, Tracked] = {}  # ended inside vLLM since the last update
        self._dirty: list[Tracked] = []
        self._resumed: dict[str, Any] = {}  # sampling parameters that the V1 runner must take over

    # -- a request comes and goes ----------------------------------------------------------

    def add_request(self, request: Any) -> None:
        """Admit ``request``; enforced unless it opted out."""
        known = request.request_id in self.requests
        super().add_request(request)
        if known or request.sampling_params is None:
            return
        try:
            chosen = self._settings.for_request(request.sampling_params.extra_args)
        except ConfigError:
            compat.fail(self, request)  # the front end refuses these; whoever goes around it gets an error, no text
            return
        if chosen is None:
            self._telemetry.count("opted_out")
        elif request.resumable:
            compat.fail(self, request)  # streaming input: released text would become prompt
        else:
            self._tracked[request.request_id] = self._track(request, chosen)
            self._telemetry.count("requests")

    def _track(self, request: Any, chosen: RequestSettings) -> Tracked:
        compat.remember_grammar(request)
        params = request.sampling_params
        width = params.num_logprobs
        stream = DualStream(
            request=0,
            max_tokens=max(1, min(request.max_tokens, self.max_model_len - request.num_prompt_tokens)),
            detokenizer=self._detokenizer,
            segmenter=segmenter(chosen.segment),
            policy=chosen.policy,
            settings=chosen.decoding,
        )
        withheld = Withheld(None if width is None or width < 0 or params.logprob_token_ids else width + 1)
        tracked = Tracked(request, stream, withheld, chosen.problem, self._settings.max_ahead)
        if self._settings.events:
            stream.emit = lambda event: tracked.events.append(encode_event(event, tracked.started))
        return tracked

    def _free_request(self, request: Any, delay_free_blocks: bool = False) -> Any:
        """The one exit of finished, aborted and failed requests: drop all that is ours."""
        tracked = self._tracked.pop(request.request_id, None)
        if tracked is not None:
            self._parked.pop(request.request_id, None)
            self._resumed.pop(request.request_id, None)
            self._freed[request.request_id] = tracked
            self._verifier.forget(request.request_id)
            self._telemetry.count("wasted_tokens", tracked.wasted)
        return super()._free_request(request, delay_free_blocks)

    def _update_request_with_output(
        self, request: Any, new_token_ids: list[int], is_stale: bool = False
    ) -> tuple[list[int], bool]:
        """Hold vLLM's finish: it counts once everything before it is verified."""
        status = request.status
        new_token_ids, stopped = super()._update_request_with_output(request, new_token_ids, is_stale)
        if stopped and (tracked := self._tracked.get(request.request_id)) is not None:
            return new_token_ids, self._hold_finish(tracked, status)
        return new_token_ids, stopped

    def _hold_finish(self, tracked: Tracked, status_before: Any) -> bool:
        request = tracked.request
        tracked.held = (request.status, request.stop_reason)
        request.status, request.stop_reason = status_before, None
        return False

    # -- each step -------------------------------------------------------------------------

    def schedule(self, *args: Any, **kwargs: Any) -> Any:
        """As vLLM; where every request waits for a verdict, wait for one instead of spinning."""
        if self._parked and not (self.running or self.waiting or self.kv_holding_waiting):
            self._verifier.wait(PARKED_WAIT_S)
        output = super().schedule(*args, **kwargs)
        if self._resumed:
            output.verifirst_params = {
                request_id: self._resumed.pop(request_id)
                for request_id in list(self._resumed)
                if request_id in output.num_scheduled_tokens
            }
        return output

    def update_from_output(self, scheduler_output: Any, model_runner_output: Any) -> dict[int, Any]:
        """As vLLM, with the outputs of enforced requests replaced by what is verified."""
        outputs: dict[int, Any] = super().update_from_output(scheduler_output, model_runner_output)
        if self._tracked or self._freed:
            for batch in outputs.values():
                if batch.outputs:
                    batch.outputs = self._withhold(batch.outputs)
            self._freed.clear()
            self._read()
            self._verifier.flush()
            self._listen()
            self._settle(outputs)
        self._tell(outputs)
        return outputs

    def _withhold(self, outputs: list[Any]) -> list[Any]:
        """Take outputs off their way. Those pass that are not enforced, or ended without their unverified text."""
        passing = []
        for out in outputs:
            tracked = self._tracked.get(out.request_id)
            if tracked is None:
                if (freed := self._freed.get(out.request_id)) is not None:
                    _strip(out, freed)
                passing.append(out)
                continue
            try:  # not `_failing_closed`: this is the one place that costs for every token
                if tracked.take(out):
                    self._touch(tracked)
            except Exception as error:  # noqa: BLE001
                self._fail(tracked, error)
        return passing

    def _touch(self, tracked: Tracked) -> None:
        if not tracked.dirty:
            tracked.dirty = True
            self._dirty.append(tracked)

    def _read(self) -> None:
        """Let the streams of touched requests read their fresh tokens, and submit the steps that closed."""
        for tracked in self._dirty:
            if tracked.fresh or tracked.held is not None:
                with self._failing_closed(tracked):
                    tracked.read(*_held_finish(tracked))
                    self._submit(tracked)

    def _submit(self, tracked: Tracked) -> None:
        for item in tracked.stream.take_submissions():
            if tracked.problem is None:
                tracked.problem = self._decode_prompt(tracked.request)
            tracked.sent_at[item.ticket] = time.monotonic()
            self._verifier.submit(tracked.request.request_id, tracked.problem, item.before, item.step, item.ticket)

    def _decode_prompt(self, request: Any) -> str:
        tokens = request.prompt_token_ids
        return "" if tokens is None else str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _listen(self) -> None:
        """Deliver the verdicts that have come in."""
        for request_id, ticket, report in self._verifier.drain():
            tracked = self._tracked.get(request_id)
            if tracked is not None:
                with self._failing_closed(tracked):
                    self._deliver(tracked, ticket, report)

    def _deliver(self, tracked: Tracked, ticket: int, report: Report) -> None:
        sent_at = tracked.sent_at.pop(ticket, None)
        if sent_at is None:
            return
        self._telemetry.verdict(report, time.monotonic() - sent_at)
        tracked.stream.deliver(ticket, report)
        self._touch(tracked)

    def _settle(self, outputs: dict[int, Any]) -> None:
        """Act on what the streams of touched requests decided."""
        dirty, self._dirty = self._dirty, []
        for tracked in dirty:
            tracked.dirty = False
            if tracked.request.request_id in self._tracked and not tracked.failed:
                with self._failing_closed(tracked):
                    self._settle_one(tracked, outputs)

    def _settle_one(self, tracked: Tracked, outputs: dict[int, Any]) -> None:
        stream = tracked.stream
        if stream.finished:
            self._finish(tracked, outputs)
            return
        if stream.attempt != tracked.attempt:
            self._roll_back(tracked)
        if stream.released > tracked.sent:
            self._release(tracked, outputs)
        if not stream.wants_token or tracked.ahead > tracked.max_ahead:
            self._park(tracked)
        elif tracked.parked:
            self._unpark(tracked)

    @contextmanager
    def _failing_closed(self, tracked: Tracked) -> Iterator[None]:
        """A bug of ours ends one request with an error, not the engine, and releases nothing."""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self._fail(tracked, error)

    def _fail(self, tracked: Tracked, error: Exception) -> None:
        logger.error("verifirst: request %s ends with an error", tracked.request.request_id, exc_info=error)
        tracked.failed = True
        compat.fail(self, tracked.request)

    # -- what may happen to a request ------------------------------------------------------

    def _roll_back(self, tracked: Tracked) -> None:
        """Cut vLLM's request to what its stream kept, and send the bans along."""
        request, stream = tracked.request, tracked.stream
        in_flight = request.num_in_flight_tokens if request.status == RequestStatus.RUNNING else 0
        if not tracked.parked:
            compat.detach(self, request)
        compat.cut(self, request, len(stream.tokens))
        tracked.forget_fresh(in_flight)
        tracked.withheld.cut(len(stream.tokens) - tracked.sent)
        tracked.attempt, tracked.held = stream.attempt, None
        tracked.parked = False
        self._parked.pop(request.request_id, None)
        request.sampling_params = self._resumed[request.request_id] = bans.retry_params(
            request.sampling_params, stream.ban_paths(), stream.attempt
        )
        compat.attach(self, request)
        self._telemetry.count("rollbacks")

    def _park(self, tracked: Tracked) -> None:
        """Take a request out of the batch until its verdicts come."""
        if not tracked.parked:
            compat.detach(self, tracked.request)
            tracked.parked = True
            self._parked[tracked.request.request_id] = tracked
            self._telemetry.count("parked")

    def _unpark(self, tracked: Tracked) -> None:
        tracked.parked = False
        del self._parked[tracked.request.request_id]
        compat.attach(self, tracked.request)

    def _release(self, tracked: Tracked, outputs: dict[int, Any]) -> None:
        """Send the tokens that newly stand.

        A summary so far comes along where a stop string may end the request in the front end.
        """
        fields: dict[str, Any] = {}
        if tracked.request.sampling_params.stop:
            summary = summarize(tracked.stream, final=False, finish_reason=None)
            fields["kv_transfer_params"] = wire.load(tracked.payload(summary))
        self._send(tracked, outputs, fields)

    def _finish(self, tracked: Tracked, outputs: dict[int, Any]) -> None:
        """End a request whose stream ended: at its own held finish, or at ours."""
        stream, request = tracked.stream, tracked.request
        assert stream.finish_reason is not None
        ours = _ENDED_BY_US.get(stream.finish_reason)
        status, stop_reason = RequestStatus.FINISHED_LENGTH_CAPPED, ours
        if ours is None:
            assert tracked.held is not None, "stream 1 does not end by itself"
            status, stop_reason = tracked.held
        elif stream.finish_reason is FinishReason.EXHAUSTED:
            self._telemetry.count("exhausted")
        tracked.forget_fresh(0)
        fields = compat.finish(self, request, status, stop_reason, parked=tracked.parked)
        summary = summarize(stream, final=True, finish_reason=stream.finish_reason.value)
        fields["kv_transfer_params"] = wire.load(tracked.payload(summary), fields["kv_transfer_params"])
        self._send(
            tracked, outputs, fields | {"finish_reason": request.get_finished_reason(), "stop_reason": stop_reason}
        )

    def _send(self, tracked: Tracked, outputs: dict[int, Any], fields: dict[str, Any]) -> None:
        stream, request = tracked.stream, tracked.request
        tokens = stream.tokens[tracked.sent : stream.released]
        self._telemetry.count("released_tokens", len(tokens))
        tracked.sent = stream.released
        fields |= tracked.withheld.release(len(tokens))
        if request.trace_headers is not None:
            fields["trace_headers"] = request.trace_headers
        batch = outputs.setdefault(request.client_index, EngineCoreOutputs())
        batch.outputs.append(EngineCoreOutput(request_id=request.request_id, new_token_ids=tokens, **fields))

    def _tell(self, outputs: dict[int, Any]) -> None:
        """Send what was counted, and the events that ride on no release."""
        for tracked in self._tracked.values() if self._settings.events else ():
            if tracked.events:
                batch = outputs.setdefault(tracked.request.client_index, EngineCoreOutputs())
                batch.outputs.append(_carrier(tracked.request.request_id, {"events": tracked.take_events()}))
        gauges = wire.Gauges(
            queue_depth=self._verifier.queue_depth,
            parked_requests=len(self._parked),
            tracked_requests=len(self._tracked),
        )
        pulse = self._telemetry.pulse(gauges, self._verifier.failures, now=not self._tracked)
        if pulse is not None:
            outputs.setdefault(0, EngineCoreOutputs()).outputs.append(_carrier(wire.CARRIER, {"pulse": pulse}))

    # -- whether there is work -------------------------------------------------------------

    def get_num_unfinished_requests(self) -> int:
        """Parked requests count: the engine must go on stepping for their verdicts."""
        unfinished: int = super().get_num_unfinished_requests()
        return unfinished if compat.is_paused(self) else unfinished + len(self._parked)

    def shutdown(self) -> None:
        """End the verifier's processes with the engine."""
        self._verifier.close()
        super().shutdown()


class EnforcingScheduler(EnforcingMixin, Scheduler):  # type: ignore[misc]
    """For synchronous scheduling (CPU, or ``--no-async-scheduling``)."""


class EnforcingAsyncScheduler(EnforcingMixin, AsyncScheduler):  # type: ignore[misc]
    """For asynchronous scheduling, vLLM's default on a GPU."""


def _held_finish(tracked: Tracked) -> tuple[FinishReason | None, bool]:
    """The finish that vLLM holds, and whether its last token ended the text without being part of it."""
    if tracked.held is None:
        return None, False
    if tracked.held[0] == RequestStatus.FINISHED_LENGTH_CAPPED:
        return FinishReason.LENGTH, False
    by_token = tracked.held[0] == RequestStatus.FINISHED_STOPPED
    return FinishReason.STOP, by_token and not tracked.request.sampling_params.include_stop_str_in_output


def _strip(out: Any, tracked: Tracked) -> None:
    """An output that vLLM ended itself (an error): what was not verified stays here."""
    out.new_token_ids, out.new_logprobs = [], None
    summary = summarize(tracked.stream, final=True, finish_reason="error")
    out.kv_transfer_params = wire.load(tracked.payload(summary), out.kv_transfer_params)


def _carrier(request_id: str, payload: wire.Payload) -> Any:
    return EngineCoreOutput(request_id=request_id, new_token_ids=[], kv_transfer_params=wire.load(payload))
