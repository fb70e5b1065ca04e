"""Scheduler classes that tell the engine thread's time in the plugin from its time in stock vLLM.

``Outer`` stands before the plugin in the method resolution order and adds the time of a call;
``Inner`` stands between plugin and stock and takes the time of stock's share off again. What
is left is the plugin's own. The product holds no timers.

    Outer -> EnforcingMixin -> Inner -> Scheduler

Two clocks: wall time, and CPU time of the thread, which a busy machine blurs less. The cost
of the clock itself is measured on the same classes around a plugin that does nothing, and
taken off. ``_update_request_with_output`` is called once a token, too often for a timer: its
share is measured apart (``per_token_ns``) and added for each token.

``TimedStock`` has the clocks and no plugin. What the plugin adds to a pass is the difference of
the two totals: less than its own time, since no output is made of a withheld token.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from types import SimpleNamespace
from typing import Any

from vllm.v1.core.sched.scheduler import Scheduler

from verifirst.engines.vllm.scheduler import EnforcingMixin

CLOCKS: dict[str, Callable[[], int]] = {"wall": time.perf_counter_ns, "cpu": time.thread_time_ns}
CALIBRATION = 2_000  # calls
_Any: Any = object  # what the classes are put before, as far as a type checker knows


@dataclass(slots=True)
class Pass:
    """One forward pass, as the scheduler sees it."""

    all_ns: int  # of the scheduler, the plugin's share included
    extra_ns: int  # the plugin's share
    stock_ns: int  # the stock scheduler's
    requests: int  # scheduled
    tokens: int  # scheduled
    verdicts: int  # that came
    ended: float  # time.perf_counter()


class Meter:
    """What the running pass has cost so far, and the finished ones."""

    def __init__(self) -> None:
        self.use("wall")

    def use(self, name: str) -> None:
        """Start afresh with that clock."""
        self.clock = CLOCKS[name]
        self.passes: list[Pass] = []
        self.rollbacks_ns: list[int] = []
        self.clear()

    def clear(self) -> None:
        """A pass begins."""
        self.all_ns = self.stock_ns = self.verdicts = 0

    def end(self, output: Any) -> None:
        """A pass ends."""
        scheduled = output.num_scheduled_tokens
        extra, tokens = self.all_ns - self.stock_ns, output.total_num_scheduled_tokens
        ended = time.perf_counter()
        self.passes.append(Pass(self.all_ns, extra, self.stock_ns, len(scheduled), tokens, self.verdicts, ended))
        self.clear()


class Outer(_Any):  # type: ignore[misc]
    """Adds the time of each call; ``update_from_output`` ends a step."""

    meter = Meter()

    def schedule(self, *args: Any, **kwargs: Any) -> Any:
        """Timed."""
        clock = Outer.meter.clock
        start = clock()
        result = super().schedule(*args, **kwargs)
        Outer.meter.all_ns += clock() - start
        return result

    def get_num_unfinished_requests(self) -> int:
        """Timed."""
        clock = Outer.meter.clock
        start = clock()
        result: int = super().get_num_unfinished_requests()
        Outer.meter.all_ns += clock() - start
        return result

    def update_from_output(self, scheduler_output: Any, model_runner_output: Any) -> Any:
        """Timed."""
        meter = Outer.meter
        clock = meter.clock
        start = clock()
        result = super().update_from_output(scheduler_output, model_runner_output)
        meter.all_ns += clock() - start
        meter.end(scheduler_output)
        return result

    def _take(self, tracked: Any, *args: Any) -> None:
        Outer.meter.verdicts += 1  # with the shipped model's text, a message closes one step
        super()._take(tracked, *args)

    def _roll_back(self, *args: Any) -> None:
        clock = Outer.meter.clock
        start = clock()
        super()._roll_back(*args)
        Outer.meter.rollbacks_ns.append(clock() - start)


class Inner(_Any):  # type: ignore[misc]
    """Takes stock's share off again."""

    def schedule(self, *args: Any, **kwargs: Any) -> Any:
        """Timed."""
        clock = Outer.meter.clock
        start = clock()
        result = super().schedule(*args, **kwargs)
        Outer.meter.stock_ns += clock() - start
        return result

    def get_num_unfinished_requests(self) -> int:
        """Timed."""
        clock = Outer.meter.clock
        start = clock()
        result: int = super().get_num_unfinished_requests()
        Outer.meter.stock_ns += clock() - start
        return result

    def update_from_output(self, scheduler_output: Any, model_runner_output: Any) -> Any:
        """Timed."""
        clock = Outer.meter.clock
        start = clock()
        result = super().update_from_output(scheduler_output, model_runner_output)
        Outer.meter.stock_ns += clock() - start
        return result


class TimedScheduler(Outer, EnforcingMixin, Inner, Scheduler):  # type: ignore[misc]
    """The enforcing scheduler between two clocks."""


class TimedStock(Outer, Inner, Scheduler):  # type: ignore[misc]
    """The stock scheduler between the same clocks."""


class _Idle:
    """A stock scheduler that does nothing."""

    def schedule(self) -> None:
        pass

    def get_num_unfinished_requests(self) -> int:
        return 0

    def update_from_output(self, scheduler_output: Any, model_runner_output: Any) -> None:
        pass

    def _update_request_with_output(self, _request: Any, tokens: list[int], _stale: bool) -> tuple[list[int], bool]:
        return tokens, False


class _Nothing(Outer, Inner, _Idle):
    """The clocks with no plugin between them."""


class _Step:
    num_scheduled_tokens = ()
    total_num_scheduled_tokens = 0


def clock_cost_ns(clock: str, unfinished_calls: int = 1) -> float:
    """What the clocks themselves add to a pass. Starts the meter afresh."""
    nothing, step, meter = _Nothing(), _Step(), Outer.meter
    meter.use(clock)
    for _ in range(CALIBRATION):
        nothing.schedule()
        for _ in range(unfinished_calls):
            nothing.get_num_unfinished_requests()
        nothing.update_from_output(step, None)
    return float(median(row.extra_ns for row in meter.passes))


class _Plugged(EnforcingMixin, _Idle):  # type: ignore[misc]
    def __init__(self) -> None:  # no engine
        self._stock_update = _Idle._update_request_with_output.__get__(self)  # noqa: SLF001
        self._tracked = {"r": SimpleNamespace(loud={1: False}, plain=True)}


def per_token_ns(calls: int = 20_000) -> float:
    """What the plugin's ``_update_request_with_output`` adds to stock's, a call."""
    clock = time.thread_time_ns

    def taken(method: Callable[..., Any]) -> int:
        tokens, request = [1], SimpleNamespace(status=None, request_id="r", prefill_stats=None, events=[])
        start = clock()
        for _ in range(calls):
            method(request, tokens, False)
        return clock() - start

    plugged, idle = _Plugged()._update_request_with_output, _Idle()._update_request_with_output  # noqa: SLF001
    return median(taken(plugged) - taken(idle) for _ in range(9)) / calls
