"""What the engine process counts, and sends to the front end in pulses (see ``wire``)."""

from __future__ import annotations

from collections import Counter
from typing import cast

from verifirst.engines.vllm import wire
from verifirst.engines.vllm.reading import Counts

PULSE_S = 0.5
"""Seconds between pulses while there is something to tell."""


class Telemetry:
    """Increments since the last pulse. ``model`` and ``engine`` name the engine as vLLM's own metrics do."""

    def __init__(self, model: str, engine: int) -> None:
        self._model = model
        self._engine = engine
        self._last = 0.0
        self._gauges = wire.Gauges()
        self._reset()

    def _reset(self) -> None:
        self._counters: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._latencies: list[float] = []

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of ``wire.Counters``."""
        self._counters[name] += by

    def answered(self, steps: int, latency_s: float) -> None:
        """Count steps that were judged, and how long their verdicts took."""
        if steps:
            self._counters["steps_checked"] += steps
            if len(self._latencies) < wire.LATENCIES:
                self._latencies.append(latency_s)

    def add(self, counts: Counts) -> None:
        """Add what a reader counted."""
        if counts["refuted"]:
            self._counters["steps_refuted"] += counts["refuted"]
        self._unknown.update(counts["unknown"])
        self._rules.update(counts["rules"])
        self._failures.update(counts["failures"])

    def due(self, now: float) -> bool:
        """Whether it is time for a pulse."""
        return now - self._last >= PULSE_S

    def pulse(self, gauges: wire.Gauges, now: float) -> wire.Pulse | None:
        """What there is to tell; resets the increments."""
        if not (self._counters or self._unknown or self._rules or self._failures or gauges != self._gauges):
            return None
        self._last, self._gauges = now, gauges
        told = wire.Pulse(
            counters=cast("wire.Counters", dict(self._counters)),
            unknown=dict(self._unknown),
            rules=dict(self._rules),
            worker_failures=dict(self._failures),
            gauges=gauges,
            latency_s=self._latencies,
            model=self._model,
            engine=self._engine,
        )
        self._reset()
        return told
