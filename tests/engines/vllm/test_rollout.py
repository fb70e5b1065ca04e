"""Rollouts from real vLLM: what the plugin tells is what was sampled, by the model's own probabilities."""

import pytest
from tests.engines.vllm.workload import ENGINE, JUDGED, PROMPTS, enforced

from verifirst import models
from verifirst.rl import verified_rows
from verifirst.rl.vllm import EXTRA_ARGS, assemble

pytestmark = pytest.mark.vllm

SETTINGS = {name.removeprefix("verifirst_"): value for name, value in EXTRA_ARGS.items()}
REFUTE = "refute=0.3 salt=1"
ROUNDS = [
    enforced(REFUTE, PROMPTS[:8], SETTINGS, temperature=1.0, seed=5, logprobs=0),
    enforced(REFUTE, PROMPTS[:4], SETTINGS | {"retries_per_boundary": 0}, temperature=1.0, seed=5, logprobs=0),
    enforced(REFUTE, PROMPTS[:2], temperature=1.0, seed=5, logprobs=0),
]
SPECS = {
    "sync": {"engine": ENGINE, "enforce": JUDGED, "rounds": ROUNDS},
    "async": {"engine": ENGINE, "enforce": JUDGED, "rounds": ROUNDS, "asynchronous": True},
}


@pytest.fixture(scope="module", params=SPECS)
def rounds(request, scenario):
    return scenario(SPECS[request.param])["rounds"]


@pytest.fixture(scope="module")
def stock():
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.set_num_threads(1)
    path = models.path("first_light")
    model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    return model, transformers.AutoTokenizer.from_pretrained(path)


def made(round_, prompts, tokenizer):
    found = []
    for [completion], prompt in zip(round_["outputs"], prompts, strict=True):
        ids = tuple(completion["tokens"])
        logprobs = tuple(row[str(token)] for token, row in zip(ids, completion["logprobs"] or [], strict=True))
        prompt_ids = tuple(tokenizer(prompt)["input_ids"])
        found.append(assemble(prompt_ids, ids, logprobs, completion["text"], completion["verification"]))
    return found


def test_every_row_has_the_probability_that_the_model_gives_it(rounds, stock):
    import torch

    from verifirst.rl.losses import token_logprobs

    model, tokenizer = stock
    rollouts = made(rounds[0], PROMPTS[:8], tokenizer) + made(rounds[1], PROMPTS[:4], tokenizer)
    assert sum(len(rollout.branches) for rollout in rollouts) >= 5
    assert all(rollout.resampled for rollout in rollouts)
    assert any(rollout.exhausted for rollout in rollouts)
    for row in verified_rows(rollouts, [1.0] * len(rollouts)):
        if row.token_ids:
            with torch.no_grad():
                known = token_logprobs(model, [row.context_ids], [row.token_ids])[0]
            assert known.tolist() == pytest.approx(row.logprobs, abs=2e-3)


def test_steps_and_branches_spell_their_text(rounds, stock):
    _, tokenizer = stock
    for rollout in made(rounds[0], PROMPTS[:8], tokenizer):
        for step in rollout.steps:
            ids = rollout.completion_ids[step.start : step.end]
            assert tokenizer.decode(ids, skip_special_tokens=True).strip() == step.text
        for branch in rollout.branches:
            ids = branch.token_ids[branch.reopened :]
            assert tokenizer.decode(ids, skip_special_tokens=True).strip() == branch.text


def test_who_does_not_ask_gets_no_rollout(rounds):
    for [completion] in rounds[2]["outputs"]:
        assert "rollout" not in completion["verification"]
