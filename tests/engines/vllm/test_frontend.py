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


def test_a_list_without_payloads_reaches_vllm_as_it_is():
    seen = []
    process = frontend._process_outputs(lambda self, outputs, *rest: seen.append(outputs), Registry())

    class Output:
        kv_transfer_params = None

    outputs = [Output(), Output()]
    process(None, outputs)
    assert seen[0] is outputs


def test_a_carrier_never_reaches_vllm():
    seen = []

    class Output:
        def __init__(self, request_id, params):
            self.request_id, self.kv_transfer_params, self.trace_headers = request_id, params, None

    class Processor:
        request_states = {}  # noqa: RUF012

    process = frontend._process_outputs(lambda self, outputs, *rest: seen.extend(outputs), Registry())
    process(Processor(), [Output(wire.CARRIER, wire.load({"summary": summary()})), Output("a", None)])
    assert [output.request_id for output in seen] == ["a"]


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


def test_a_stop_string_inside_the_last_text_wins_over_its_length(wrapped, registry):
    engine = Engine(registry, stop=["apples"])
    (request,) = engine.add()
    last = engine.output(request, "Tom has 3 apples and", finish="length", payload={"summary": ending("length")})
    (done,) = engine.process(last)
    assert done.outputs[0].finish_reason == "stop"
    assert done.outputs[0].verification["finish_reason"] == "stop"


@pytest.mark.parametrize("reason", ["exhausted", "refuted"])
def test_the_engine_knows_better_why_it_stopped(engine, reason):
    (request,) = engine.add()
    (done,) = engine.process(engine.output(request, "a", finish="stop", payload={"summary": ending(reason)}))
    assert done.outputs[0].verification["finish_reason"] == reason


@pytest.mark.parametrize(("by", "internal"), [("internal", True), ("external", False)])
def test_an_abort_ends_the_summary(engine, registry, by, internal):
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
