"""Plays rounds of requests on a real vLLM in a process of its own: ``python scenario.py spec.json``.

The spec: ``engine`` (arguments of ``LLM``), ``enforce`` (settings, or null for stock vLLM),
``asynchronous``, ``mrv2``, ``processes`` (the engine core in a process of its own), ``attention`` (a backend
instead of the CPU's), ``thin`` (masks for few tokens), and
``rounds``: each with ``requests`` (``prompt``, ``params``) and maybe ``mutants`` (guards to
take away for that round). Writes one line ``RESULT {json}``: per round its outputs, or the
error that ended it, and what is left in the engine.
"""

import json
import os
import sys
import tempfile
from pathlib import Path


def play(spec):
    prepare(spec)
    from vllm import LLM

    config = {} if spec["enforce"] is None else {"enforce_reasoning": spec["enforce"]}
    llm = LLM(enforce_eager=True, dtype="float32", disable_log_stats=False, additional_config=config, **spec["engine"])
    return {"rounds": [play_round(llm, round_) for round_ in spec["rounds"]], "scheduler": scheduler_of(llm)}


def play_round(llm, round_):
    from tests.engines.vllm.mutants import mutated
    from vllm import SamplingParams

    llm.reset_prefix_cache()
    before = preemptions(llm)
    prompts = [request["prompt"] for request in round_["requests"]]
    params = [sampling_params(SamplingParams, request["params"]) for request in round_["requests"]]
    with mutated(round_.get("mutants", ())):
        try:
            extras = {"priority": priorities(llm, len(prompts)), "lora_request": adapter(llm)}
            outputs = llm.generate(prompts, params, use_tqdm=False, **extras)
        except Exception as error:  # a mutant may break anything
            if not round_.get("mutants"):
                raise
            return {"error": f"{type(error).__name__}: {error}"}
    answer = {"outputs": [encode(output) for output in outputs], "left": left(llm)}
    return answer | {"preemptions": preemptions(llm) - before}


def priorities(llm, count):
    policy = llm.llm_engine.vllm_config.scheduler_config.policy
    return list(range(count, 0, -1)) if policy == "priority" else None


def adapter(llm):
    """Where LoRA is on: an adapter that adds nothing, so that the text must stay the same."""
    if llm.llm_engine.vllm_config.lora_config is None:
        return None
    from vllm.lora.request import LoRARequest

    folder = tempfile.mkdtemp()
    write_adapter(Path(folder), llm.llm_engine.model_config.hf_config)
    return LoRARequest("nothing", 1, folder)


def write_adapter(folder, config, rank=8):
    import torch
    from safetensors.torch import save_file

    settings = {"r": rank, "lora_alpha": 16, "target_modules": ["q_proj"], "peft_type": "LORA", "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    name = "base_model.model.model.layers.{}.self_attn.q_proj.lora_{}.weight"
    tensors = {}
    for layer in range(config.num_hidden_layers):
        tensors[name.format(layer, "A")] = torch.ones(rank, config.hidden_size)
        tensors[name.format(layer, "B")] = torch.zeros(config.num_attention_heads * config.head_dim, rank)
    save_file(tensors, folder / "adapter_model.safetensors")


def sampling_params(kind, values):
    from vllm.sampling_params import StructuredOutputsParams

    values = dict(values)
    if "structured_outputs" in values:
        values["structured_outputs"] = StructuredOutputsParams(**values["structured_outputs"])
    return kind(**values)


def prepare(spec):
    """Before vLLM is imported: this checkout's tests are importable in the verifier's workers, too."""
    os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = str(int(spec.get("processes", False)))
    sys.path.insert(0, str(Path(__file__).parents[3]))
    if spec.get("mrv2"):
        from tests.engines.vllm import mrv2

        mrv2.use_model_runner_v2()
    if spec.get("attention"):
        use_attention(spec["attention"])
    if spec.get("thin"):
        spell_little()
    if spec.get("asynchronous"):
        schedule_asynchronously()


def use_attention(backend):
    """An attention backend of Triton kernels, in place of the CPU's own."""
    import torch
    from vllm.v1.attention.backends.registry import AttentionBackendEnum, register_backend

    torch.cuda.get_device_capability = lambda *_: (9, 0)  # vLLM's kernels ask
    register_backend(AttentionBackendEnum.CPU_ATTN, backend)


def spell_little():
    """Masks for a vocabulary most of which spells nothing."""
    from tests.engines.thin import telling

    from verifirst.engines.vllm import masks

    masks.vocabulary = lambda tokenizer: (telling(tokenizer), frozenset(tokenizer.all_special_ids))


def schedule_asynchronously():
    """The CPU platform switches asynchronous scheduling off, last thing; the engine and its runner can do it."""
    from vllm.engine.arg_utils import EngineArgs

    stock = EngineArgs.create_engine_config

    def create_engine_config(self, *args, **kwargs):
        config = stock(self, *args, **kwargs)
        config.scheduler_config.async_scheduling = True
        return config

    EngineArgs.create_engine_config = create_engine_config


def encode(output):
    return [
        {
            "text": completion.text,
            "tokens": list(completion.token_ids),
            "logprobs": completion.logprobs and [row_of(row) for row in completion.logprobs],
            "finish": completion.finish_reason,
            "stop": completion.stop_reason,
            "verification": getattr(completion, "verification", None),
        }
        for completion in output.outputs
    ]


def row_of(row):
    return {str(token): round(entry.logprob, 6) for token, entry in row.items()}


def scheduler_of(llm):
    core = getattr(llm.llm_engine.engine_core, "engine_core", None)
    return type(core.scheduler).__name__ if core else None


def left(llm):
    """What the engine still holds when every request has ended: all zero, where nothing leaks."""
    core = getattr(llm.llm_engine.engine_core, "engine_core", None)
    if core is None:
        return {}  # in another process: the server's test looks at its metrics
    while core.scheduler.has_requests():  # the workers learn of the last finished requests with the next step
        core.step_fn()
    scheduler = core.scheduler
    pool = scheduler.kv_cache_manager.block_pool
    held = {
        "blocks": pool.num_gpu_blocks - 1 - pool.get_num_free_blocks(),
        "requests": len(scheduler.requests),
        "running": len(scheduler.running),
        "waiting": len(scheduler.waiting) + len(scheduler.kv_holding_waiting) + len(scheduler.deferred_waiting),
        "front_end": len(llm.llm_engine.output_processor.request_states),
    }
    if hasattr(scheduler, "_tracked"):
        held["ours"] = len(scheduler._tracked) + len(scheduler._parked) + len(scheduler._resumed) + len(scheduler._loud)
        held["queue"] = scheduler._desk.queue_depth
    return held


def preemptions(llm):
    return sum(metric.value for metric in llm.get_metrics() if metric.name == "vllm:num_preemptions")


if __name__ == "__main__":
    result = play(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(f"RESULT {json.dumps(result)}\n")
