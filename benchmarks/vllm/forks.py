"""How much of a prefix its forks find in vLLM's cache: ``python benchmarks/vllm/forks.py``.

A verified output of each held-out problem is forked after every step but the last. *warm*: the output was
decoded just before, as when a tree of forks grows. *cold*: the cache was emptied, and all forks of a prefix
come in one batch, so that the first of them writes what the others read.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import islice
from pathlib import Path
from typing import Any

MODEL, PROBLEMS, FORKS, TOKENS = "first_light", 16, 8, 128
WRITTEN = 4  # tokens of a fork: what it finds in the cache is known before its first
RESULT = Path(__file__).parents[1] / "results" / "vllm_forks.json"


def main() -> None:
    """Measure and write the result."""
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] = "0"
    from vllm import LLM  # noqa: PLC0415  # after the environment

    from verifirst import models  # noqa: PLC0415
    from verifirst.bench.word_problems import generate, prompt_text  # noqa: PLC0415
    from verifirst.engines.base import Request  # noqa: PLC0415
    from verifirst.engines.vllm.offline import OfflineEngine  # noqa: PLC0415

    llm = LLM(
        str(models.path(MODEL)),
        max_model_len=512,
        block_size=32,  # the least on a CPU
        max_num_seqs=64,
        max_num_batched_tokens=16384,  # no prompt in chunks: vLLM's CPU build cannot undo a seeded draw
        enforce_eager=True,
        dtype="float32",
        additional_config={"enforce_reasoning": {"enforce": ["DG"]}},
    )
    engine = OfflineEngine(llm)
    size = llm.llm_engine.vllm_config.cache_config.block_size
    problems = list(islice(generate("heldout-numbers", PROBLEMS, seed=7), PROBLEMS))
    requests = [
        Request(prompt_text(problem), problem.text, TOKENS, 1.0, seed=at) for at, problem in enumerate(problems)
    ]

    def forks(outputs: list[Any]) -> list[Request]:
        return [
            Request(request.prompt, request.problem, WRITTEN, 1.0, seed=seed, prefix=output.prefix(steps))
            for request, output in zip(requests, outputs, strict=True)
            for steps in range(1, len(output.spans))
            for seed in range(FORKS)
        ]

    outputs = engine.generate(requests)
    arms = {"warm": _share(engine.ask(forks(outputs)), size)}
    llm.reset_prefix_cache()
    arms["cold"] = _share(engine.ask(forks(outputs)), size)
    result = {
        "command": "python benchmarks/vllm/forks.py",
        "settings": {"model": MODEL, "problems": PROBLEMS, "forks": FORKS, "block_size": size, "max_tokens": TOKENS},
        "arms": arms,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(arms, indent=1) + "\n")


def _share(found: list[Any], size: int) -> dict[str, Any]:
    """Full blocks of prompt and prefix, and those of them that came from the cache.

    ``reusable`` leaves out a block that ends with the last token: one token at least is computed, to sample from.
    """
    lengths, cached = [len(one.prompt_token_ids) for one in found], [one.num_cached_tokens for one in found]
    full, reusable = (sum((length - less) // size for length in lengths) for less in (0, 1))
    hits = sum(count // size for count in cached)
    return {
        "forks": len(found),
        "full_blocks": full,
        "reusable_blocks": reusable,
        "from_cache": hits,
        "share_of_full": round(hits / full, 4),
        "share_of_reusable": round(hits / reusable, 4),
        "tokens": sum(lengths),
        "tokens_computed": sum(lengths) - sum(cached),
    }


if __name__ == "__main__":
    main()
