"""What the engine process counts, and sends to the front end in pulses (see ``wire``)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import cast

from verifirst.core.report import Report
from verifirst.core.sealed import reasons
from verifirst.core.verdict import Reason, Status
from verifirst.engines.vllm import wire

PULSE_S = 0.5
"""Seconds between pulses while there is something to tell."""


class Telemetry:
    """Increments since the last pulse. ``model`` and ``engine`` name the engine as vLLM's own metrics do."""

    def __init__(self, model: str, engine: int) -> None:
        self._model = model
        self._engine = engine
        self._failures: Counter[Reason] = Counter()
        self._last = 0.0
        self._gauges = wire.Gauges()
        self._reset()

    def _reset(self) -> None:
        self._counters: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._latencies: list[float] = []

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of ``wire.Counters``."""
        self._counters[name] += by

    def verdict(self, report: Report, latency_s: float | None) -> None:
        """Count one step's report."""
        self._counters["steps_checked"] += 1
        if latency_s is not None and len(self._latencies) < wire.LATENCIES:
            self._latencies.append(latency_s)
        if report.status is Status.REFUTED:
            self._counters["steps_refuted"] += 1
            refutation = report.refutation
            self._rules[refutation.rule if refutation else ""] += 1
        elif report.status is Status.UNKNOWN:
            self._unknown[next(iter(reasons(report)), Reason.NO_CLAIM).value] += 1

    def pulse(self, gauges: wire.Gauges, failures: Mapping[Reason, int], *, now: bool) -> wire.Pulse | None:
        """What there is to tell, where it is time (or ``now``); resets the increments."""
        moment = time.monotonic()
        if not (now or moment - self._last >= PULSE_S) or not (self._counters or gauges != self._gauges):
            return None
        new_failures = Counter(failures) - self._failures
        self._failures = Counter(failures)
        self._last, self._gauges = moment, gauges
        told = wire.Pulse(
            counters=cast("wire.Counters", dict(self._counters)),
            unknown=dict(self._unknown),
            rules=dict(self._rules),
            worker_failures={reason.value: count for reason, count in new_failures.items()},
            gauges=gauges,
            latency_s=self._latencies,
            model=self._model,
            engine=self._engine,
        )
        self._reset()
        return told
