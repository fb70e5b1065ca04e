"""The dual-stream decoder inside vLLM's scheduler: a mixin over the stock sync and async ones.

Stream 1 is vLLM itself: it decodes optimistically and never waits. Sampled tokens stay in
vLLM's request and no output is made of them. When one may have closed a step, those not read
yet go to the request's reader (``reading``), which holds its ``DualStream`` in a process of its
own and says what stands. The mixin acts on that: release what stands, cut what does not
(preemption with truncation), hold a finish until everything before it is verified. What
touches vLLM's internals lives in ``compat``.
"""

from __future__ import annotations

import time
from typing import Any

from vllm.logger import init_logger
from vllm.v1.core.sched.async_scheduler import AsyncScheduler
from vllm.v1.core.sched.scheduler import Scheduler
from vllm.v1.request import RequestStatus

from verifirst.decoding import FinishReason
from verifirst.decoding.loudness import loudness
from verifirst.engines.detokenizers import detokenizer
from verifirst.engines.vllm import bans, compat, masks
from verifirst.engines.vllm.prefixes import closers_after, prefix_of
from verifirst.engines.vllm.reading import Answer, Broken, Finish, News, Reading
from verifirst.engines.vllm.reading.spelling import portable
from verifirst.engines.vllm.releasing import ReleasingMixin, strip
from verifirst.engines.vllm.settings import CONFIG_KEY, EnforceSettings, RequestSettings
from verifirst.engines.vllm.telemetry import Telemetry
from verifirst.engines.vllm.tracked import Tracked
from verifirst.engines.vllm.withheld import Withheld
from verifirst.errors import EngineError, InputError

logger = init_logger(__name__)

PARKED_WAIT_S = 0.002
"""How long the engine may sleep for a verdict when every request waits for one."""
FLUSH = 32
"""Passes after which a run of tokens without a possible step end is read anyway, where it has as many."""

_NO_OUTPUT: tuple[Any, bool] = ([], False)
"""No tokens and no stop: of which vLLM makes no output. Never changed."""


class EnforcingMixin(ReleasingMixin):
    """Put before a stock scheduler class. See the module's docstring."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config = self.vllm_config
        settings = EnforceSettings.parse((config.additional_config or {}).get(CONFIG_KEY, True))
        assert settings is not None
        self._settings: EnforceSettings = settings
        self._tokenizer = self.structured_output_manager.tokenizer
        self._detokenizer = detokenizer(self._tokenizer)
        self._desk = settings.desk(portable(self._tokenizer, config.model_config))
        served = config.model_config.served_model_name
        name = served[0] if isinstance(served, list) else served or config.model_config.model
        self._telemetry = Telemetry(str(name), config.parallel_config.data_parallel_index)
        self._tracked: dict[str, Tracked] = {}
        self._parked: dict[str, Tracked] = {}
        self._freed: dict[str, Tracked] = {}  # ended inside vLLM since the last update
        self._loud: list[Tracked] = []  # to be read: a token may have closed a step, or a finish is held
        self._resumed: dict[str, Any] = {}  # sampling parameters that the V1 runner must take over
        self._passes = 0
        self._stock_update = super()._update_request_with_output  # called for every token: found once

    # -- a request comes and goes ----------------------------------------------------------

    def add_request(self, request: Any) -> None:
        """Admit ``request``; enforced unless it opted out."""
        known = request.request_id in self.requests
        super().add_request(request)
        if known or request.sampling_params is None:
            return
        try:
            chosen = self._settings.for_request(request.sampling_params.extra_args)
            if chosen is None:
                self._telemetry.count("opted_out")
            elif request.resumable:
                self._refuse(request, "streaming input would make prompt of text that has left")
            else:
                self._track(request, chosen)
        except InputError as error:  # the front end refuses what it can see; whoever goes around it gets an error
            self._refuse(request, str(error))

    def _refuse(self, request: Any, why: str) -> None:
        """End ``request`` with an error at the next update; what it samples until then is withheld."""
        logger.warning("verifirst: request %s is refused: %s", request.request_id, why)
        self._track(request, RequestSettings())
        self._tracked[request.request_id].failed = True
        compat.fail(self, request)

    def _track(self, request: Any, chosen: RequestSettings) -> None:
        prefix = prefix_of(request.prompt_token_ids, chosen.prefix_tokens)
        closers = closers_after(self._detokenizer, chosen.segment, prefix)
        compat.remember_grammar(request)
        if masks.wanted(chosen, self._tokenizer, request.prompt_token_ids):
            request.sampling_params = masks.marked(request.sampling_params)
        params = request.sampling_params
        width = params.num_logprobs
        self._tracked[request.request_id] = Tracked(
            request,
            compat.sampled(request),
            loudness(self._detokenizer, closers),
            compat.is_plain(request),
            bool(params.stop),
            Withheld(None if width is None or width < 0 or params.logprob_token_ids else width + 1),
            chosen,
            prefix,
        )
        self._telemetry.count("requests")

    def _free_request(self, request: Any, delay_free_blocks: bool = False) -> Any:
        """The one exit of finished, aborted and failed requests: drop all that is ours."""
        tracked = self._tracked.pop(request.request_id, None)
        if tracked is not None:
            self._parked.pop(request.request_id, None)
            self._resumed.pop(request.request_id, None)
            self._freed[request.request_id] = tracked
            if tracked.reading is not None:
                self._desk.forget(tracked.reading)
            self._telemetry.count("wasted_tokens", tracked.wasted)
        return super()._free_request(request, delay_free_blocks)

    def _update_request_with_output(
        self, request: Any, new_token_ids: list[int], is_stale: bool = False
    ) -> tuple[list[int], bool]:
        """Keep sampled tokens back, and note when they may have closed a step. Called for every token.

        vLLM's finish is held: it counts once everything before it is verified.
        """
        status = request.status
        new_token_ids, stopped = self._stock_update(request, new_token_ids, is_stale)
        tracked = self._tracked.get(request.request_id)
        if tracked is None:
            return new_token_ids, stopped
        try:
            if stopped:
                stopped = self._hold_finish(tracked, status)
                self._loud.append(tracked)
            elif tracked.loud[new_token_ids[-1]]:
                self._loud.append(tracked)
        except Exception as error:  # noqa: BLE001  # see `_fail`
            self._fail(tracked, error)
        if tracked.plain and not stopped and request.prefill_stats is None and not request.events:
            return _NO_OUTPUT
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
            self._desk.wait(PARKED_WAIT_S)
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
        now = time.monotonic()
        if self._tracked or self._freed:
            for batch in outputs.values():
                if batch.outputs:
                    batch.outputs = self._withhold(batch.outputs)
            self._freed.clear()
            self._listen(outputs, now)
        if not self._tracked or self._telemetry.due(now) or self._settings.events:
            self._tell(outputs, now)
        return outputs

    def _withhold(self, outputs: list[Any]) -> list[Any]:
        """Take outputs off their way. Those pass that are not enforced, or ended without their unverified text."""
        passing = []
        for out in outputs:
            tracked = self._tracked.get(out.request_id)
            if tracked is None:
                if (freed := self._freed.get(out.request_id)) is not None:
                    strip(out, freed)
                passing.append(out)
                continue
            try:
                tracked.withheld.take(out)
            except Exception as error:  # noqa: BLE001  # see `_fail`
                self._fail(tracked, error)
        return passing

    def _listen(self, outputs: dict[int, Any], now: float) -> None:
        """Send what may have closed steps to the readers, and act on their answers."""
        self._passes += 1
        if not self._passes % FLUSH:
            self._loud += [tracked for tracked in self._tracked.values() if len(tracked.output) - tracked.read >= FLUSH]
        loud, self._loud = self._loud, []
        if loud:
            for tracked in loud:
                try:
                    self._submit(tracked, now)
                except Exception as error:  # noqa: BLE001
                    self._fail(tracked, error)
            self._desk.flush()
        for reading, upto, since, steps, answer in self._desk.drain(now):
            tracked = reading.owner
            try:
                self._telemetry.answered(steps, now - since)
                self._take(tracked, answer, upto, outputs)
            except Exception as error:  # noqa: BLE001
                self._fail(tracked, error)
        for tracked in loud:
            if (tracked.held is not None or tracked.ahead > self._settings.max_ahead) and self._lives(tracked):
                self._park(tracked)

    def _lives(self, tracked: Tracked) -> bool:
        return not tracked.failed and self._tracked.get(tracked.request.request_id) is tracked

    def _submit(self, tracked: Tracked, now: float) -> None:
        """Have the reader read what it has not read yet, and the finish that is held."""
        if tracked.asked or not self._lives(tracked):
            return
        tokens, finish = tracked.output[tracked.read :], None if tracked.held is None else _held_finish(tracked)
        if not tokens and finish is None:
            return
        tracked.asked = finish is not None
        reading = tracked.reading or self._open(tracked)
        tracked.read += len(tokens)
        lost, tracked.lost = tracked.lost, 0
        self._desk.send(reading, tracked.attempt, tokens, tracked.read, finish, lost, now)

    def _open(self, tracked: Tracked) -> Reading:
        request, chosen = tracked.request, tracked.settings
        tracked.reading = self._desk.open(
            tracked,
            max_tokens=max(1, min(request.max_tokens, self.max_model_len - request.num_prompt_tokens)),
            segment=chosen.segment,
            policy=chosen.policy,
            settings=chosen.decoding,
            problem=chosen.given(self._tokenizer, request.prompt_token_ids),
            started=tracked.started,
            events=self._settings.events,
            rollout=chosen.rollout,
            prefix=tracked.prefix,
            greedy=request.sampling_params.temperature == 0,
        )
        return tracked.reading

    def _take(self, tracked: Tracked, answer: Answer | Broken, upto: int, outputs: dict[int, Any]) -> None:
        """Act on what a reader says of a request."""
        if tracked.failed:
            return
        if isinstance(answer, Broken):
            raise EngineError(answer.why)
        released, tracked.standing, _, attempt, tracked.summary, news = answer
        if news is not None:
            self._heed(tracked, news)
            if "end" in news:
                self._finish(tracked, FinishReason(news["end"]), released, outputs)
                return
            if "cut" in news:
                self._roll_back(tracked, *news["cut"], attempt, upto)
        if released > tracked.sent:
            self._release(tracked, released, outputs)
        if tracked.parked and tracked.held is None and tracked.ahead <= self._settings.max_ahead:
            self._unpark(tracked)

    def _heed(self, tracked: Tracked, news: News) -> None:
        if "counts" in news:
            self._telemetry.add(news["counts"])
        if "events" in news:
            tracked.events += news["events"]
        tracked.rollout = news.get("rollout")
        if "closers" in news:
            tracked.loud = loudness(self._detokenizer, news["closers"])
            if tracked.fresh_is_loud():
                self._loud.append(tracked)

    def _fail(self, tracked: Tracked, error: Exception) -> None:
        """A bug of ours ends one request with an error, not the engine, and releases nothing."""
        logger.error("verifirst: request %s ends with an error", tracked.request.request_id, exc_info=error)
        tracked.failed = True
        compat.fail(self, tracked.request)

    # -- what may happen to a request ------------------------------------------------------

    def _roll_back(
        self, tracked: Tracked, keep: int, paths: list[tuple[int, tuple[int, ...]]], attempt: int, upto: int
    ) -> None:
        """Cut vLLM's request to its first ``keep`` output tokens, and send the bans along."""
        request = tracked.request
        if keep < tracked.sent:
            raise EngineError("a reader cut what has left")
        in_flight = request.num_in_flight_tokens if request.status == RequestStatus.RUNNING else 0
        if not tracked.parked:
            compat.detach(self, request)
        tracked.cut(keep, upto, in_flight)
        compat.cut(self, request, keep)
        tracked.attempt, tracked.parked = attempt, False
        self._parked.pop(request.request_id, None)
        request.sampling_params = self._resumed[request.request_id] = bans.retry_params(
            request.sampling_params, paths, attempt
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

    # -- whether there is work -------------------------------------------------------------

    def get_num_unfinished_requests(self) -> int:
        """Parked requests count: the engine must go on stepping for their verdicts."""
        unfinished: int = super().get_num_unfinished_requests()
        return unfinished + len(self._parked) if self._parked and not compat.is_paused(self) else unfinished

    def shutdown(self) -> None:
        """End the verifier's processes with the engine."""
        self._desk.close()
        super().shutdown()


class EnforcingScheduler(EnforcingMixin, Scheduler):  # type: ignore[misc]
    """For synchronous scheduling (CPU, or ``--no-async-scheduling``)."""


class EnforcingAsyncScheduler(EnforcingMixin, AsyncScheduler):  # type: ignore[misc]
    """For asynchronous scheduling, vLLM's default on a GPU."""


def _held_finish(tracked: Tracked) -> Finish:
    """The finish that vLLM holds, and whether its last token ended the text without being part of it."""
    assert tracked.held is not None, "asked for only where it is held"
    if tracked.held[0] == RequestStatus.FINISHED_LENGTH_CAPPED:
        return FinishReason.LENGTH.value, False
    by_token = tracked.held[0] == RequestStatus.FINISHED_STOPPED
    return FinishReason.STOP.value, by_token and not tracked.request.sampling_params.include_stop_str_in_output
