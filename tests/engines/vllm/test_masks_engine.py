"""Masks on the real engine: wrong results are not written, by those who asked, and the laws of the plugin hold."""

from functools import cache

import pytest
from tests.engines.vllm.mask_oracle import MODEL, forbidden, tokenizer, wrong
from tests.engines.vllm.workload import ENGINE, JUDGED, PROMPTS, column, enforced, nothing, refuted_steps

from verifirst.core.verdict import Status
from verifirst.kernels.reference import verdicts

pytestmark = pytest.mark.vllm

NEVER = float("-inf")
REFUTE = "refute=0.3 salt=1"
SMALL = ENGINE | {"model": MODEL, "num_gpu_blocks_override": 24}  # requests are preempted, too
MASK = {"mask": True}
ALONE = PROMPTS[:4]


def mixed(one, other):
    """A round with the even requests of one and the odd ones of another."""
    both = zip(one["requests"], other["requests"], strict=True)
    return one | {"requests": [pair[index % 2] for index, pair in enumerate(both)]}


def opted_out(round_):
    def out(request):
        extra = request["params"]["extra_args"] | {"enforce_reasoning": False}
        return request | {"params": request["params"] | {"extra_args": extra}}

    return round_ | {"requests": [out(request) for request in round_["requests"]]}


FREE, MASKED, REFUSED = enforced("accept"), enforced("accept", settings=MASK), enforced(REFUTE, settings=MASK)
ROUNDS = {
    "free": FREE,
    "masked": MASKED,
    "mixed": mixed(FREE, MASKED),
    "refused": REFUSED,
    "opted out": opted_out(MASKED),
    "base 7": enforced("accept: work in base 7", settings=MASK),
    "raw": enforced("accept", ALONE, MASK, logprobs=3),
    **{f"alone {i}": REFUSED | {"requests": REFUSED["requests"][i : i + 1]} for i in range(len(ALONE))},
}
RUNNERS = {
    "sync": {"engine": SMALL, "enforce": JUDGED, "rounds": list(ROUNDS.values())},
    "async": {"engine": SMALL, "enforce": JUDGED, "rounds": list(ROUNDS.values()), "asynchronous": True},
}


@pytest.fixture(scope="module", params=RUNNERS)
def rounds(request, scenario):
    return dict(zip(ROUNDS, scenario(RUNNERS[request.param])["rounds"], strict=True))


def test_wrong_results_are_not_written_without_any_rollback(rounds):
    assert wrong(column(rounds["free"], "text")) > 3
    assert wrong(column(rounds["masked"], "text")) == 0
    assert sum(verification["rollbacks"] for verification in column(rounds["masked"], "verification")) == 0
    found = [verdicts(text).count(Status.VERIFIED) for text in column(rounds["masked"], "text")]
    assert sum(found) > len(PROMPTS)


def test_a_mask_and_rollback_together(rounds):
    texts = column(rounds["refused"], "text")
    assert sum(verification["rollbacks"] for verification in column(rounds["refused"], "verification")) > len(PROMPTS)
    assert not [bad for text in texts for bad in refuted_steps(REFUTE, text)]
    assert wrong(texts) == 0


def test_in_one_batch_only_those_who_asked_are_masked(rounds):
    free, masked = column(rounds["free"], "tokens"), column(rounds["masked"], "tokens")
    assert free != masked
    expected = [pair[index % 2] for index, pair in enumerate(zip(free, masked, strict=True))]
    assert column(rounds["mixed"], "tokens") == expected


@pytest.mark.parametrize("name", ["opted out", "base 7"])
def test_who_opts_out_or_counts_in_another_base_is_not_masked(rounds, name):
    assert column(rounds[name], "tokens") == column(rounds["free"], "tokens")


def test_preemption_and_neighbours_change_nothing(rounds):
    assert rounds["masked"]["preemptions"] > 0, "the cache is not small enough"
    assert rounds["refused"]["preemptions"] > 0, "the cache is not small enough"
    for i in range(len(ALONE)):
        assert column(rounds[f"alone {i}"], "tokens") == column(rounds["refused"], "tokens")[i : i + 1]
    assert all(nothing(round_["left"]) for round_ in rounds.values())


SLIPS = PROMPTS[22]
"""Solved with a wrong product, at its second digit."""
OURS = "verifirst.engines.vllm.attention.FusedBackend"


@pytest.mark.parametrize("attention", [None, OURS])
def test_model_runner_v2_masks_on_the_device(scenario, attention):
    free, masked = (enforced("accept", [SLIPS], settings, max_tokens=11) for settings in ((), MASK))
    asks = [free, {"requests": free["requests"] + masked["requests"]}]
    thin = {"engine": SMALL, "enforce": JUDGED, "thin": True}
    stock, own = scenario(thin | {"rounds": [free, masked]})["rounds"]
    alone, both = scenario(thin | {"rounds": asks, "mrv2": True, "attention": attention})["rounds"]
    assert column(alone, "tokens") == column(stock, "tokens")
    assert column(both, "tokens") == column(stock, "tokens") + column(own, "tokens")
    assert column(stock, "tokens") != column(own, "tokens")


# -- log-probabilities -----------------------------------------------------------------------

PROCESSED = {
    "engine": SMALL | {"logprobs_mode": "processed_logprobs"},
    "enforce": JUDGED,
    "rounds": [
        enforced("accept", ALONE, MASK, logprobs=3),
        enforced("accept", PROMPTS[:8], MASK, logprobs=3, temperature=1.0, seed=3),
    ],
}


@cache
def stock():
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(1)
    return AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()


def laws(prompt, output, *, mask):
    """The model's law before each token of an output, without what the mask forbids there (log-probabilities)."""
    import torch

    context = tokenizer()(prompt)["input_ids"]
    with torch.no_grad():
        logits = stock()(torch.tensor([context + output])).logits[0, len(context) - 1 : -1]
    for i in range(len(output) if mask else 0):
        logits[i, list(forbidden(output[:i]))] = NEVER
    return logits.log_softmax(-1)


def agree(prompt, completion, *, mask):
    """Whether what was reported is the law, at the sampled tokens and at the likeliest ones."""
    found = laws(prompt, completion["tokens"], mask=mask)
    for law, row in zip(found, completion["logprobs"], strict=True):
        for token, logprob in row.items():
            assert max(logprob, -99) == pytest.approx(max(law[int(token)].item(), -99), abs=2e-3)


def sampled(completion):
    return [row[str(token)] for token, row in zip(completion["tokens"], completion["logprobs"], strict=True)]


def test_raw_logprobs_are_the_models_and_processed_ones_the_masked_law(rounds, scenario):
    greedy, drawn = scenario(PROCESSED)["rounds"]
    above = 0
    for prompt, [raw], [processed] in zip(ALONE, rounds["raw"]["outputs"], greedy["outputs"], strict=True):
        assert raw["tokens"] == processed["tokens"]
        agree(prompt, raw, mask=False)
        agree(prompt, processed, mask=True)
        pairs = list(zip(sampled(raw), sampled(processed), strict=True))
        assert all(after >= before - 1e-4 for before, after in pairs)
        above += sum(after > before + 1e-4 for before, after in pairs)
    assert above > len(ALONE)
    for prompt, [completion] in zip(PROMPTS[:8], drawn["outputs"], strict=True):
        agree(prompt, completion, mask=True)


# -- a server --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from tests.engines.vllm.test_server import Server

    started = Server(tmp_path_factory.mktemp("server"))
    try:
        yield started.wait()
    finally:
        started.stop()


def test_over_http(server):
    import openai
    from tests.engines.vllm.test_server import KEY

    client = openai.OpenAI(base_url=server.url + "/v1", api_key=KEY, timeout=120, max_retries=0)

    def solve(**xargs):
        asked = {"model": "first_light", "max_tokens": 160, "temperature": 1.6, "seed": 3, "n": 4}
        xargs = {"verifirst_problem": "accept"} | xargs
        return client.completions.create(prompt=PROMPTS[:8], extra_body={"vllm_xargs": xargs}, **asked)

    assert wrong(choice.text for choice in solve().choices) > 0
    assert wrong(choice.text for choice in solve(verifirst_mask=True).choices) == 0
    with pytest.raises(openai.BadRequestError, match="mask=true and rollout=true exclude each other"):
        solve(verifirst_mask=True, verifirst_rollout=True)
    with pytest.raises(openai.BadRequestError, match="verifirst_mask takes true or false"):
        solve(verifirst_mask="maybe")
