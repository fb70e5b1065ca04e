"""Requests with bans on a real engine, in a process of its own.

``python ban_scenarios.py RUNNER JOB``: RUNNER is ``v1``, ``v1-sync`` or ``v2``; JOB is JSON, a
list of ``{"prompt": ids, "params": {...}, "choice": [...]}``. Prints ``RESULT`` and, for each
request and each of its n outputs, token ids and the logprobs of the sampled tokens. A job with
``"continues": [i, k]`` runs after the others, its prompt prolonged by the first k tokens of job i's output.

A request whose ``extra_args`` hold ``resume`` = ``{"at": n, "keep": k, "params": {...}}`` is rolled
back to k output tokens once it has n, and goes on with new sampling parameters.
"""

import json
import sys
import time

import mrv2

if "v2" in sys.argv[1:2]:
    mrv2.use_model_runner_v2()

from vllm import LLM, SamplingParams  # after the runner is chosen
from vllm.sampling_params import StructuredOutputsParams
from vllm.v1.core.sched.async_scheduler import AsyncScheduler
from vllm.v1.core.sched.scheduler import Scheduler

from verifirst import models
from verifirst.engines.vllm import bans_v1, bans_v2, resume

if "v2" in sys.argv[1:2]:
    mrv2.use_torch_top_k()


class AdmittedV1(bans_v1.BanProcessor):
    """Takes bans from a client, which admission refuses; wraps the runner, which a plugin does."""

    def __init__(self, *args):
        from vllm.v1.worker.gpu_model_runner import GPUModelRunner

        super().__init__(*args)
        resume.install(GPUModelRunner)

    @classmethod
    def validate_params(cls, sampling_params):
        pass


class AdmittedV2(bans_v2.BanProcessor):
    @classmethod
    def validate_params(cls, sampling_params):
        pass


class Resuming:
    """Rolls a request back once, by preemption with truncation."""

    def schedule(self, *args, **kwargs):
        refreshed = {}
        for request in list(self.running):
            plan = (request.sampling_params.extra_args or {}).get("resume")
            if plan and request.num_output_tokens >= plan["at"]:
                self._roll_back(request, plan["keep"], SamplingParams(**plan["params"]))
                refreshed[request.request_id] = request.sampling_params
        output = super().schedule(*args, **kwargs)
        output.verifirst_params = refreshed
        return output

    def _roll_back(self, request, keep, params):
        self.running.remove(request)
        self._preempt_request(request, time.monotonic(), drop_stale_output=True)
        self.prev_step_scheduled_req_ids.discard(request.request_id)
        del request._output_token_ids[keep:]
        del request._all_token_ids[request.num_prompt_tokens + keep :]
        del request.block_hashes[(request.num_prompt_tokens + keep) // self.hash_block_size :]
        request.sampling_params = params


class ResumingScheduler(Resuming, Scheduler):
    pass


class ResumingAsyncScheduler(Resuming, AsyncScheduler):
    pass


def _params(job):
    choice = job.get("choice")
    structured = StructuredOutputsParams(choice=choice) if choice else None
    return SamplingParams(structured_outputs=structured, **job["params"])


def main(runner, jobs):
    llm = LLM(
        model=str(models.path("first_light")),
        enforce_eager=True,
        dtype="float32",
        max_model_len=512,
        max_num_seqs=8,
        kv_cache_memory_bytes=2**28,  # otherwise vLLM refuses where other processes hold memory
        enable_prefix_caching=True,
        async_scheduling=runner != "v1-sync",
        scheduler_cls=ResumingScheduler if runner == "v1-sync" else ResumingAsyncScheduler,
        logits_processors=["ban_scenarios:" + ("AdmittedV2" if runner == "v2" else "AdmittedV1")],
    )
    first = [job for job in jobs if "continues" not in job]
    results = _generate(llm, first)
    second = [job for job in jobs if "continues" in job]
    for job in second:
        index, kept = job["continues"]
        job["prompt"] = first[index]["prompt"] + results[index][0]["tokens"][:kept]
    print("RESULT " + json.dumps(results + (_generate(llm, second) if second else [])))  # noqa: T201  # to the test


def _generate(llm, jobs):
    prompts = [{"prompt_token_ids": job["prompt"]} for job in jobs]
    outputs = llm.generate(prompts, [_params(job) for job in jobs], use_tqdm=False)
    return [[_shown(output) for output in one.outputs] for one in outputs]


def _shown(output):
    tokens = list(output.token_ids)
    logprobs = output.logprobs and [step[token].logprob for step, token in zip(output.logprobs, tokens, strict=True)]
    return {"tokens": tokens, "logprobs": logprobs}


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
