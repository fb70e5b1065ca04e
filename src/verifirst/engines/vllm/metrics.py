"""Prometheus metrics, in the default registry that vLLM's `/metrics` serves.

They are made when the first pulse arrives: with several API servers vLLM names the directory
of the multi-process mode before that, and prometheus_client reads it when a metric is made.
vLLM drops the metrics whose names begin with `vllm:` at start; ours begin with `verifirst_`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from verifirst.engines.vllm.wire import Pulse

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

LATENCY_BUCKETS_S = (
    *(50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3),
    *(1.0, 2.5, 5.0, 10.0),
)
OTHER = "other"
"""The label value for what exceeds the bounds below, and for what came without one."""
LABEL_VALUES = 256
"""At most this many rule codes or reasons get a label of their own."""
LABEL_LENGTH = 64

# counter of the pulse -> (metric, help)
_COUNTERS = {
    "steps_checked": ("verifirst_steps_checked", "Steps that got a verdict."),
    "rollbacks": ("verifirst_rollbacks", "Times a request was cut back to a verified boundary."),
    "wasted_tokens": ("verifirst_tokens_wasted", "Tokens sampled and rolled back."),
    "released_tokens": ("verifirst_tokens_released", "Tokens released to clients."),
    "exhausted": ("verifirst_requests_exhausted", "Requests that ended early because their retries were spent."),
    "parked": ("verifirst_parked", "Times a request left the batch to wait for verdicts."),
}
_LABELLED = {
    "rules": ("verifirst_steps_refuted", "Steps refuted, by the rule that refuted them.", "rule"),
    "unknown": ("verifirst_steps_unknown", "Steps that could not be decided, by reason.", "reason"),
    "worker_failures": ("verifirst_worker_failures", "Verifier workers lost or killed, by reason.", "reason"),
}
_GAUGES = {
    "queue_depth": ("verifirst_queue_depth", "Steps waiting for a verdict."),
    "parked_requests": ("verifirst_parked_requests", "Requests out of the batch, waiting for verdicts."),
    "tracked_requests": ("verifirst_tracked_requests", "Requests under enforcement in the engine."),
}


class Metrics:
    """The metrics of one process; `observe` adds a pulse to them."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        from prometheus_client import REGISTRY, Counter, Gauge, Histogram  # noqa: PLC0415  # it comes with vLLM

        labels, where = ("model_name", "engine"), {"registry": registry or REGISTRY}
        self._counters = {key: Counter(name, text, labels, **where) for key, (name, text) in _COUNTERS.items()}
        self._labelled = {
            key: Counter(name, text, (*labels, label), **where) for key, (name, text, label) in _LABELLED.items()
        }
        self._gauges = {
            # as vLLM's own: of several API servers the one that heard last is right
            key: Gauge(name, text, labels, multiprocess_mode="mostrecent", **where)
            for key, (name, text) in _GAUGES.items()
        }
        self._requests = Counter(
            "verifirst_requests", "Requests accepted, under enforcement or not.", (*labels, "enforced"), **where
        )
        self._latency = Histogram(
            "verifirst_verdict_latency_seconds",
            "From the submission of a step to its verdict.",
            labels,
            buckets=LATENCY_BUCKETS_S,
            **where,
        )
        self._forks = Counter(
            "verifirst_forks", "Forks drawn for requests that asked for several.", labels[:1], **where
        )
        self._forks_shed = Counter("verifirst_forks_shed", "Forks not drawn because of the load.", labels[:1], **where)
        self._seen: dict[str, set[str]] = {key: set() for key in _LABELLED}

    def observe(self, pulse: Pulse) -> None:
        """Add what one engine counted since its last pulse."""
        labels = (pulse.get("model", ""), str(pulse.get("engine", 0)))
        counters: dict[str, Any] = dict(pulse.get("counters", {}))
        for key, counter in self._counters.items():
            if amount := counters.get(key, 0):
                counter.labels(*labels).inc(amount)
        for enforced, key in (("true", "requests"), ("false", "opted_out")):
            if amount := counters.get(key, 0):
                self._requests.labels(*labels, enforced).inc(amount)
        self._observe_labelled(pulse, labels, counters.get("steps_refuted", 0))
        gauges: dict[str, Any] = dict(pulse.get("gauges", {}))
        for key, gauge in self._gauges.items():
            if key in gauges:
                gauge.labels(*labels).set(gauges[key])
        if latencies := pulse.get("latency_s"):
            histogram = self._latency.labels(*labels)
            for seconds in latencies:
                histogram.observe(seconds)

    def observe_forks(self, model: str, drawn: int, shed: int) -> None:
        """Count the forks of one request; the front end's own, they come with no pulse."""
        self._forks.labels(model).inc(drawn)
        self._forks_shed.labels(model).inc(shed)

    def _observe_labelled(self, pulse: Pulse, labels: tuple[str, str], refuted: int) -> None:
        found: dict[str, dict[str, int]] = {
            "rules": pulse.get("rules", {}),
            "unknown": pulse.get("unknown", {}),
            "worker_failures": pulse.get("worker_failures", {}),
        }
        for key, amounts in found.items():
            for value, amount in amounts.items():
                self._labelled[key].labels(*labels, self._bounded(key, value)).inc(amount)
        # the sum over the rules is the number of refuted steps, whoever refuted them
        if (unattributed := refuted - sum(found["rules"].values())) > 0:
            self._labelled["rules"].labels(*labels, OTHER).inc(unattributed)

    def _bounded(self, key: str, value: str) -> str:
        seen = self._seen[key]
        if value not in seen:
            if not value or len(seen) >= LABEL_VALUES or len(value) > LABEL_LENGTH:
                return OTHER
            seen.add(value)
        return value


@functools.cache
def default() -> Metrics:
    """Return the metrics of this process, made at the first call."""
    return Metrics()
