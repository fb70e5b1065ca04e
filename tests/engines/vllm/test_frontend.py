"""vLLM's real output processor, fed by hand: payloads come off, summaries go on."""

import asyncio

import pytest
from tests.engines.vllm.frontend_fakes import Engine, ending, needs_vllm, summary

from verifirst.engines.vllm import frontend, wire
from verifirst.engines.vllm.registry import Registry

pytestmark = needs_vllm


@pytest.fixture
def registry():
    return Registry()


@pytest.fixture
def wrapped(monkeypatch):
    """Undo the wrapping of vLLM's classes after each test, so that each has a registry of its own."""
    from vllm.outputs import RequestOutput
    from vllm.v1.engine.output_processor import OutputProcessor, RequestState

    for owner, names in (
        (OutputProcessor, ("process_outputs", "abort_requests")),
        (RequestState, ("_new_completion_output",)),
        (RequestOutput, ("add",)),
    ):
        for name in names:
            monkeypatch.setattr(owner, name, vars(owner)[name])


@pytest.fixture
def engine(wrapped, registry):
    return Engine(registry)


def test_a_finished_output_carries_its_summary(engine, registry):
    (request,) = engine.add("chatcmpl-1")
    assert engine.process(engine.output(request, "Tom has", payload={"summary": summary()})) == []
    assert registry.lookup("chatcmpl-1")[0]["final"] is False
    last = ending(rollbacks=2)
    (done,) = engine.process(engine.output(request, " 3.", finish="stop", payload={"summary": last}))
    assert done.outputs[0].verification == last
    assert registry.lookup("chatcmpl-1") == {0: last}


@pytest.mark.parametrize("shown", [False, True])
def test_a_rollout_reaches_who_runs_the_engine_and_http_clients_where_they_may(engine, registry, shown):
    """It holds refuted text, and the registry is what HTTP shows."""
    registry.show_rollouts = shown
    (request,) = engine.add("chatcmpl-1")
    rollout = {"steps": [], "branches": [], "tail": None, "resampled": True}
    last = ending(rollout=rollout)
    (done,) = engine.process(engine.output(request, "3.", finish="stop", payload={"summary": last}))
    assert done.outputs[0].verification == last
    assert registry.lookup("chatcmpl-1") == {0: last if shown else ending()}


def test_vllm_sees_its_own_transfer_parameters_and_nothing_of_ours(engine):
    (request,) = engine.add()
    own = {"remote_block_ids": [1, 2]}
    (done,) = engine.process(engine.output(request, "a", finish="stop", payload={"summary": ending()}, params=own))
    assert done.kv_transfer_params == own
    (request,) = engine.add()
    (done,) = engine.process(engine.output(request, "a", finish="stop", payload={"summary": ending()}))
    assert done.kv_transfer_params is None
    (request,) = engine.add()
    (done,) = engine.process(engine.output(request, "a", finish="stop", params=own))
    assert done.kv_transfer_params == own


def test_an_output_without_payload_is_as_vllm_makes_it(engine, registry):
    (request,) = engine.add("plain")
    (done,) = engine.process(engine.output(request, "a", finish="length"))
    assert done.outputs[0].verification is None
    assert registry.lookup("plain") is None


def shown(processed, *outputs):
    """What vLLM gets to see of `outputs`."""
    seen = []
    frontend._process_outputs(lambda self, given, *rest: seen.append(given), Registry())(processed, list(outputs))
    return seen[0]


def test_outputs_without_payloads_reach_vllm_as_they_are(engine):
    (request,) = engine.add()
    outputs = [engine.output(request, "a"), engine.output(request), engine.output(request, params={"own": 1})]
    assert [found is given for found, given in zip(shown(engine.processor, *outputs), outputs, strict=True)] == [
        True
    ] * 3


def test_a_carrier_never_reaches_vllm(engine):
    (request,) = engine.add()
    carrier = engine.output(wire.CARRIER, payload={"pulse": {}})
    assert shown(engine.processor, carrier, engine.output(request, "a"))[0].request_id == request


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"trace_headers": {"traceparent": "x"}}, False),
        ({"text": "a"}, True),
        ({"finish": "stop"}, True),  # its value is 0
        ({"params": {"own": 1}}, True),
        ({"events": []}, True),
        ({"num_nans_in_logits": 1}, True),
        ({"stop_reason": 7}, True),
    ],
)
def test_an_output_with_nothing_but_a_payload_is_not_shown_to_vllm(engine, fields, expected):
    (request,) = engine.add()
    payload = {"summary": summary(), "events": [{"type": "generated"}]}
    assert bool(shown(engine.processor, engine.output(request, payload=payload, **fields))) is expected


def test_arrays_on_an_output_are_left_alone(engine):
    import numpy as np

    (request,) = engine.add()
    output = engine.output(request, payload={"summary": summary()}, routed_experts=np.zeros((2, 2)))
    assert shown(engine.processor, output) == [output]


def test_each_sequence_of_a_request_has_its_own_summary(engine, registry):
    first, second = engine.add("chatcmpl-n", n=2)
    engine.process(engine.output(second, "b", finish="stop", payload={"summary": ending(steps_refused=2)}))
    (done,) = engine.process(engine.output(first, "a", finish="stop", payload={"summary": ending(steps_refused=1)}))
    assert [output.verification["steps_refused"] for output in done.outputs] == [1, 2]
    assert [found["steps_refused"] for found in registry.lookup("chatcmpl-n").values()] == [1, 2]


def test_a_stop_string_found_by_the_front_end_ends_the_summary(wrapped, registry):
    engine = Engine(registry, stop=["apples"])
    (request,) = engine.add("stopped")
    events = [{"type": "committed", "t": 0.1, "step": 0}]
    payload = {"summary": summary(rollbacks=1), "events": events}
    (done,) = engine.process(engine.output(request, "Tom has 3 apples and", payload=payload))
    assert done.outputs[0].finish_reason == "stop"
    assert done.outputs[0].verification == {**summary(rollbacks=1), "final": True, "finish_reason": "stop"}
    assert registry.lookup("stopped")[0]["final"] is True


@pytest.mark.parametrize("reason", ["length", "exhausted"])
def test_a_stop_string_inside_the_last_text_wins_over_the_engines_end(wrapped, registry, reason):
    engine = Engine(registry, stop=["apples"])
    (request,) = engine.add()
    last = engine.output(request, "Tom has 3 apples and", finish="length", payload={"summary": ending(reason)})
    (done,) = engine.process(last)
    assert done.outputs[0].finish_reason == "stop"
    assert done.outputs[0].verification["finish_reason"] == "stop"


@pytest.mark.parametrize("finish", ["stop", "length"])
@pytest.mark.parametrize("reason", ["exhausted", "refuted"])
def test_the_engine_knows_better_why_it_stopped(engine, reason, finish):
    (request,) = engine.add()
    (done,) = engine.process(engine.output(request, "a", finish=finish, payload={"summary": ending(reason)}))
    assert done.outputs[0].verification["finish_reason"] == reason


@pytest.mark.parametrize("internal", [True, False])
def test_an_abort_ends_the_summary(engine, registry, internal):
    (request,) = engine.add("aborted")
    engine.process(engine.output(request, "a", payload={"summary": summary()}))
    engine.processor.abort_requests([request if internal else "aborted"], internal=internal)
    assert registry.lookup("aborted")[0] == {**summary(), "final": True, "finish_reason": "aborted"}
    assert engine.process(engine.output(request, "b", payload={"summary": summary(rollbacks=9)})) == []
    assert registry.lookup("aborted")[0]["rollbacks"] == 0


def test_an_aborted_parent_ends_its_children(engine, registry):
    children = engine.add("aborted", n=2)
    for child in children:
        engine.process(engine.output(child, "a", payload={"summary": summary()}))
    engine.processor.abort_requests(["aborted"], internal=False)
    assert [found["finish_reason"] for found in registry.lookup("aborted").values()] == ["aborted", "aborted"]


def test_a_waiting_client_gets_the_summary_of_its_abort(engine):
    from vllm.sampling_params import RequestOutputKind
    from vllm.v1.engine.output_processor import RequestOutputCollector

    async def aborted():
        queue = RequestOutputCollector(RequestOutputKind.DELTA, "r")
        (request,) = engine.add("r", kind="delta", queue=queue)
        engine.process(engine.output(request, "a", payload={"summary": summary()}))
        await queue.get()
        engine.processor.abort_requests([request], internal=True)
        return await queue.get()

    assert asyncio.run(aborted()).outputs[0].verification["finish_reason"] == "aborted"


def test_chunks_merged_before_anybody_read_them_keep_the_summary(engine):
    from vllm.sampling_params import RequestOutputKind
    from vllm.v1.engine.output_processor import RequestOutputCollector

    async def merged():
        queue = RequestOutputCollector(RequestOutputKind.DELTA, "r")
        (request,) = engine.add("r", kind="delta", queue=queue)
        engine.process(engine.output(request, "Tom has", payload={"summary": summary()}))
        engine.process(engine.output(request, " 3", finish="stop", payload={"summary": ending()}))
        return await queue.get()

    output = asyncio.run(merged())
    assert output.finished
    assert output.outputs[0].verification == ending()


def test_a_payload_that_cannot_be_read_costs_no_text(engine, caplog):
    (request,) = engine.add()
    frontend._logged.clear()
    for _ in range(2):
        engine.process(engine.output(request, "Tom has", payload={"summary": 7, "pulse": {"gauges": 3}}))
    (done,) = engine.process(engine.output(request, " 3", finish="length", payload={"events": 3}))
    assert done.outputs[0].text.endswith(" 3")
    assert done.outputs[0].finish_reason == "length"
    assert done.outputs[0].verification is None
    messages = [record.message for record in caplog.records]
    assert len(messages) == len(set(messages)) > 0


def test_installing_twice_wraps_once(engine, registry):
    from vllm.v1.engine.output_processor import OutputProcessor, RequestState

    before = OutputProcessor.process_outputs, RequestState._new_completion_output
    frontend.install(OutputProcessor, RequestState, registry=registry)
    assert before == (OutputProcessor.process_outputs, RequestState._new_completion_output)


def test_signatures_are_kept(engine):
    import inspect

    from vllm.v1.engine.output_processor import OutputProcessor

    names = list(inspect.signature(OutputProcessor.process_outputs).parameters)
    assert names == ["self", "engine_core_outputs", "engine_core_timestamp", "iteration_stats", "weight_version"]


def test_payloads_survive_vllms_serialisation(engine):
    from vllm.v1.engine import EngineCoreOutputs
    from vllm.v1.serial_utils import MsgpackDecoder, MsgpackEncoder

    payload = {"summary": summary(rules={"AR001": 2}), "pulse": {"latency_s": [0.5]}}
    sent = EngineCoreOutputs(outputs=[engine.output("r", payload=payload, params={"own": 1})])
    received = MsgpackDecoder(EngineCoreOutputs).decode(MsgpackEncoder().encode(sent))
    assert wire.unload(received.outputs[0].kv_transfer_params) == (payload, {"own": 1})
