"""A span for each verified sequence, read from an in-memory exporter."""

import json
import subprocess
import sys

import pytest
from tests.engines.vllm.frontend_fakes import Engine, ending, needs_vllm

from verifirst.engines.vllm import tracing
from verifirst.engines.vllm.registry import Registry

pytestmark = needs_vllm
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def spans(monkeypatch):
    pytest.importorskip("opentelemetry.sdk", reason="needs opentelemetry-sdk (it comes with vLLM)")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", lambda name, *rest, **named: provider.get_tracer(name))
    return lambda: [span for span in exporter.get_finished_spans() if span.name == tracing.SPAN]


@pytest.fixture
def make(monkeypatch):
    from vllm.v1.engine.output_processor import OutputProcessor, RequestState

    for owner, name in (
        (OutputProcessor, "process_outputs"),
        (OutputProcessor, "abort_requests"),
        (RequestState, "_new_completion_output"),
    ):
        monkeypatch.setattr(owner, name, vars(owner)[name])
    return lambda *, on: Engine(Registry(), tracing=on, log_stats=on)


def finish(engine, request, headers, **kwargs):
    from vllm.v1.metrics.stats import IterationStats

    output = engine.output(request, "a", payload={"summary": ending(**kwargs)}, finish="stop", trace_headers=headers)
    stats = IterationStats() if engine.processor.log_stats else None
    engine.processor.process_outputs([output], 1.0, stats)


def test_a_span_is_a_child_of_the_incoming_trace(make, spans):
    engine = make(on=True)
    (request,) = engine.add("chatcmpl-1")
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    finish(engine, request, headers, rollbacks=2, steps_refused=3, rules={"DG003": 1, "AR001": 2})
    (span,) = spans()
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == PARENT
    assert span.attributes["gen_ai.request.id"] == "chatcmpl-1"
    assert span.attributes["verifirst.status"] == "verified"
    assert span.attributes["verifirst.finish_reason"] == "stop"
    assert span.attributes["verifirst.rollbacks"] == 2
    assert span.attributes["verifirst.steps_refused"] == 3
    assert span.attributes["verifirst.rules"] == ("AR001", "DG003")
    assert span.start_time == 1_700_000_000 * 10**9  # the arrival
    assert span.end_time > span.start_time


def test_each_sequence_has_one_span(make, spans):
    engine = make(on=True)
    for request in engine.add("chatcmpl-1", n=2):
        finish(engine, request, None)
    assert [span.attributes["verifirst.choice"] for span in spans()] == [0, 1]


def test_an_aborted_request_has_one_too(make, spans):
    engine = make(on=True)
    (request,) = engine.add("r")
    engine.processor.process_outputs([engine.output("other", payload={"summary": ending()})])
    from vllm.v1.metrics.stats import IterationStats

    output = engine.output(request, "a", payload={"summary": {**ending(), "final": False}})
    engine.processor.process_outputs([output], 1.0, IterationStats())
    engine.processor.abort_requests([request], internal=True)
    assert [span.attributes["verifirst.finish_reason"] for span in spans()] == ["aborted"]


def test_no_span_without_tracing(make, spans):
    engine = make(on=False)
    (request,) = engine.add("r")
    finish(engine, request, None)
    assert spans() == []


def test_a_tracer_that_raises_costs_nobody_a_request(make, monkeypatch):
    engine = make(on=True)
    (request,) = engine.add("r")
    monkeypatch.setattr(tracing, "record", lambda *args, **kwargs: 1 / 0)
    finish(engine, request, None)
    assert not engine.processor.has_request(request)


def test_nothing_is_imported_for_it():
    script = "import sys, json; import verifirst.engines.vllm.frontend; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"opentelemetry", "prometheus_client", "vllm", "torch", "starlette", "fastapi"}
