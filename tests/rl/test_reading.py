"""A completion read again says what the engine said of it when it was sampled."""

from dataclasses import replace
from functools import cache

import pytest

pytest.importorskip("torch", reason="the engine is torch")

from hypothesis import given
from hypothesis import strategies as st

from verifirst import LocalEngine, models
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason, Settings
from verifirst.engines.base import Request
from verifirst.engines.transformers.loading import load
from verifirst.rl.reading import Reader
from verifirst.rl.rollouts import rollouts

PROMPTS = [prompt_text(problem) for problem in generate("dev", 6, seed=3)]


@cache
def tokenizer():
    return load(models.path("first_light_base"), "cpu", "auto")[1]


def reader():
    return Reader(tokenizer(), {tokenizer().eos_token_id})


@pytest.fixture(scope="module")
def sampled():
    requests = [Request(p, temperature=1.0, seed=n, max_tokens=90) for n, p in enumerate(PROMPTS)]
    with LocalEngine("first_light_base", workers=0, settings=Settings(ban=False)) as engine:
        return rollouts(engine, requests)


def test_steps_verdicts_spans_and_coverage_are_the_engines(sampled):
    assert any(rollout.branches for rollout in sampled)
    for prompt, rollout in zip(PROMPTS, sampled, strict=True):
        found = reader().read(
            rollout.prompt_ids,
            rollout.completion_ids,
            prompt,
            logprobs=rollout.logprobs,
            finish_reason=rollout.finish_reason,
        )
        tried_once = tuple(replace(step, tries=1) for step in rollout.steps)
        expected = replace(
            rollout,
            steps=tried_once,
            branches=(),
            tail=None,
            constrained_logprobs=rollout.logprobs,
        )
        assert found == expected


@given(st.lists(st.integers(2, 900), max_size=40), st.booleans())
def test_any_ids_are_read_as_they_are(ids, ended):
    ids = [token for token in ids if token != tokenizer().eos_token_id] + [tokenizer().eos_token_id] * ended
    found = reader().read((1,), ids, "Tom has 3 apples.")
    assert found.completion_ids == tuple(ids)
    assert found.finish_reason is (FinishReason.STOP if ended else FinishReason.LENGTH)
    assert all(0 <= step.start < step.end <= len(ids) for step in found.steps)


def test_a_refuted_step_stands_and_is_marked():
    text = "Tom has 3 + 4 = 8 apples.\nThe answer is 8."
    ids = tokenizer()(text)["input_ids"]
    found = reader().read((), ids, "Tom has 3 apples and gets 4 more.\n")
    assert found.first_refuted is not None
    assert found.steps[0].status is Status.REFUTED
    assert tokenizer().decode(ids[found.first_refuted.start : found.first_refuted.end]).strip() == text.splitlines()[0]
