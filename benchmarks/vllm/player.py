"""Plays batches on one real vLLM engine in a process of its own.

    python -m benchmarks.vllm.player '{"engine": {...}, "enforce": {...} or null, "timed": false}'

Reads commands from stdin, one JSON object a line, and answers each with one on stdout: see
``Player``. Whatever else wants to print goes to stderr. Ends when stdin does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

Answer = dict[str, Any]


class Player:
    """One engine: front end, scheduler and worker in this process, so that one thread does it all."""

    def __init__(self, spec: dict[str, Any]) -> None:
        if spec.get("timed"):
            from verifirst.engines.vllm import compat  # noqa: PLC0415

            compat.SCHEDULERS[False] = "benchmarks.vllm.timed.TimedScheduler"
            if spec["enforce"] is None:
                spec["engine"]["scheduler_cls"] = "benchmarks.vllm.timed.TimedStock"
        from vllm import LLM  # noqa: PLC0415  # this process is for it

        config = {} if spec["enforce"] is None else {"enforce_reasoning": spec["enforce"]}
        self.llm = LLM(enforce_eager=True, dtype="float32", additional_config=config, **spec["engine"])
        self.engine = self.llm.llm_engine
        self.core = self.engine.engine_core.engine_core
        self._rounds = 0

    def play(self, requests: list[dict[str, Any]], *, keep_cache: bool = False) -> Answer:
        """Play a batch from empty to empty; the times of it, in seconds.

        Each request has ``prompt`` and ``params``, and maybe ``length``: that many of its last tokens,
        and ``without``: a character that may not be written.
        """
        from benchmarks.vllm.played import Played  # noqa: PLC0415

        if not keep_cache:
            self.llm.reset_prefix_cache()
        self._rounds += 1
        played = Played()
        start, cpu = time.perf_counter(), time.thread_time()
        for index, request in enumerate(requests):
            name = f"{self._rounds}-{index}"
            self.engine.add_request(name, self._prompt(**request), self._params(**request))
            played.added(name)
        while self.engine.has_unfinished_requests():
            outputs = self.engine.step()
            played.stepped(outputs, time.perf_counter())
        return played.answer(time.perf_counter() - start, time.thread_time() - cpu)

    def _prompt(self, prompt: str, length: int | None = None, **_: Any) -> Any:
        if length is None:
            return prompt
        tokens = self.llm.get_tokenizer().encode(prompt)
        assert len(tokens) >= length, "the prompt has fewer tokens than asked for"
        return {"prompt_token_ids": tokens[-length:]}

    def _params(self, params: dict[str, Any], without: str | None = None, **_: Any) -> Any:
        from vllm import SamplingParams  # noqa: PLC0415
        from vllm.sampling_params import RequestOutputKind  # noqa: PLC0415

        bias: dict[int, float] | None = None
        if without is not None:
            tokenizer = self.llm.get_tokenizer()
            bias = {token: -100.0 for token in range(len(tokenizer)) if without in tokenizer.decode([token])}
        return SamplingParams(output_kind=RequestOutputKind.DELTA, logit_bias=bias, **params)

    def passes(self, clock: str, requests: list[dict[str, Any]]) -> Answer:
        """Play a batch under the clocks (``timed`` engines); microseconds of each pass, as columns."""
        from benchmarks.vllm import timed  # noqa: PLC0415

        cost, token = timed.clock_cost_ns(clock), timed.per_token_ns()
        meter = timed.Outer.meter
        meter.use(clock)
        answer = self.play(requests)
        rows = meter.passes
        answer["passes"] = {
            "all_us": [round((row.all_ns - cost) / 1000, 2) for row in rows],
            "extra_us": [round((row.extra_ns - cost + row.requests * token) / 1000, 2) for row in rows],
            "stock_us": [round(row.stock_ns / 1000, 2) for row in rows],
            "requests": [row.requests for row in rows],
            "tokens": [row.tokens for row in rows],
            "verdicts": [row.verdicts for row in rows],
            "ended_s": [row.ended for row in rows],
        }
        answer["rollbacks_us"] = [round(ns / 1000, 2) for ns in meter.rollbacks_ns]
        answer["clock_us"], answer["per_token_us"] = round(cost / 1000, 3), round(token / 1000, 4)
        return answer

    def memory(self) -> Answer:
        """MiB of this process and of each verifier worker (proportional and unshared), and the KV blocks."""
        desk = getattr(self.core.scheduler, "_desk", None)
        pool_of_blocks = self.core.scheduler.kv_cache_manager.block_pool
        return {
            "engine": _memory(os.getpid()),
            "workers": [_memory(pid) for pid in (desk.pids if desk else [])],
            "kv_blocks": pool_of_blocks.num_gpu_blocks,
            "kv_blocks_free": pool_of_blocks.get_num_free_blocks(),
        }


def _memory(pid: int) -> Answer:
    """MiB: proportional set size, and what is not shared with any process."""
    fields = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, value = line.split(":")
        fields[name] = int(value.split()[0]) / 1024
    unshared = fields["Private_Clean"] + fields["Private_Dirty"]
    return {"pss": round(fields["Pss"], 1), "uss": round(unshared, 1), "rss": round(fields["Rss"], 1)}


def main() -> None:
    """Serve commands: ``{"do": method, ...its arguments}``."""
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what anybody else prints
    player = Player(json.loads(sys.argv[1]))
    answers.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        command = json.loads(line)
        answers.write(json.dumps(getattr(player, command.pop("do"))(**command)) + "\n")


if __name__ == "__main__":
    main()
