"""Forks on a real vLLM behind ``OfflineEngine``, one engine for all rounds: ``python fork_scenario.py spec.json``.

The spec is that of ``scenario.py`` without rounds. Writes one line ``RESULT {json}``.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.engines.vllm import scenario

REFUTE = "refute=0.3 salt=1"
MAX = 120
SEEDS = range(3)


def play(spec):
    scenario.prepare(spec)
    from tests.engines.vllm.workload import PROMPTS
    from vllm import LLM

    from verifirst.engines.base import Request
    from verifirst.engines.vllm.offline import OfflineEngine

    config = {"enforce_reasoning": spec["enforce"]}
    llm = LLM(enforce_eager=True, dtype="float32", additional_config=config, **spec["engine"])
    engine, prompts = OfflineEngine(llm), PROMPTS[:3]
    whole = engine.generate([Request(prompt, "accept", max_tokens=MAX) for prompt in prompts])
    places = [(at, steps) for at, output in enumerate(whole) for steps in range(1, len(output.spans))]
    answer = {"whole": list(map(encode, whole)), "places": places}
    for name, changes in {
        "greedy": {"problem": "accept"},
        "stock": {"enforce": False},
        "refuted": {"problem": REFUTE},
    }.items():
        forks = [
            Request(prompts[at], max_tokens=MAX, prefix=whole[at].prefix(steps), **changes) for at, steps in places
        ]
        answer[name] = list(map(encode, engine.generate(forks)))
    sampled = [
        Request(prompts[at], REFUTE, MAX, 1.0, seed=seed, prefix=whole[at].prefix(steps))
        for at, steps in places
        for seed in SEEDS
    ]
    found = engine.ask(sampled)
    answer["sampled"] = [encode(engine.read(*pair)) for pair in zip(sampled, found, strict=True)]
    size = llm.llm_engine.vllm_config.cache_config.block_size
    answer["blocks"] = [(one.num_cached_tokens, len(one.prompt_token_ids), size) for one in found]
    jumping = OfflineEngine(llm, {"release": "end", "retries_per_boundary": 0})
    again = jumping.generate([Request(prompt, REFUTE, MAX) for prompt in PROMPTS])
    answer["again"] = [
        [(one.boundary, one.token_ids[: one.reopened]) for one in output.rejections if one.reopened] for output in again
    ]
    answer["agreed"] = agreed(engine, prompts, whole)
    answer["errors"] = errors(llm, engine, prompts[0], whole[0])
    answer["left"] = scenario.left(llm)
    return answer


def encode(output):
    return {
        "text": output.text,
        "tokens": output.token_ids,
        "logprobs": output.logprobs,
        "finish": output.finish_reason.value,
        "prompt": output.prompt_token_ids,
        "base": output.prefix_tokens,
        "spans": output.spans,
        "refused": output.tally.refused,
        "rejections": [(one.boundary, one.text, one.rules, one.token_ids) for one in output.rejections],
        "steps": output.coverage.steps,
    }


def agreed(engine, prompts, whole):
    """``agree`` as the local engine's callers use it, from the prompt and from a prefix."""
    from verifirst.agreement import derivation
    from verifirst.consistency import Posterior
    from verifirst.engines.base import Request
    from verifirst.engines.forks import agree
    from verifirst.verifier import Verifier

    verifier = Verifier()
    requests = [Request(prompt, "accept", MAX, 1.0, seed=at) for at, prompt in enumerate(prompts)]
    requests.append(Request(prompts[0], "accept", MAX, 1.0, seed=9, prefix=whole[0].prefix(1)))
    spelled = engine._tokenizer.decode

    def read(request, output):
        lines = (spelled(request.prefix) + output.text).splitlines()
        return derivation(verifier, request.prompt, lines)

    return [
        {
            "forks": [fork.token_ids for fork in one.forks],
            "texts": [fork.text for fork in one.forks],
            "winner": one.election.winner,
            "votes": list(one.election.votes.values()),
        }
        for one in agree(engine, requests, read, Posterior(0.9), most=5)
    ]


def errors(llm, engine, prompt, output):
    """What is refused: by the adapter with a reason, and by the scheduler for who goes around it."""
    from vllm import SamplingParams

    from verifirst.engines.base import Request

    said = []
    for prefix in (output.prefix(1)[:-1], (10**6,), (*output.prefix(1), *sorted(engine._ends)[:1])):
        try:
            engine.generate([Request(prompt, prefix=prefix)])
        except ValueError as error:
            said.append(str(error))
    for count in (3, 10**6):  # amid a line, and more than there are
        params = SamplingParams(max_tokens=9, extra_args={"verifirst_prefix_tokens": count})
        (found,) = llm.generate([prompt.strip()], params, use_tqdm=False)
        said.append(f"{found.outputs[0].finish_reason}:{found.outputs[0].text}")
    return said


if __name__ == "__main__":
    result = play(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(f"RESULT {json.dumps(result)}\n")
