"""The problems, what a rollout earns, and the figures of an evaluation: all by the generator's oracle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from recipes.rl_convergence.config import Plan
from recipes.rl_convergence.sampling import Sampler, settings
from recipes.word_problems.network import Network, Shape
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from verifirst.bench.benchmark import held_out
from verifirst.bench.outcome import Outcome, outcome
from verifirst.bench.word_problems import Problem, generate, is_correct, prompt_text
from verifirst.decoding import FinishReason
from verifirst.engines.base import Output, Request
from verifirst.models import path
from verifirst.rl.rollouts import Rollout

TRAIN_SEED, TEST_SEED = 5_000, 900
"""Seeds of problems: other ones than those that the shipped models and their figures saw."""


def start(plan: Plan) -> tuple[Network, PreTrainedTokenizerFast]:
    """The checkpoint that every run starts from."""
    model = AutoModelForCausalLM.from_pretrained(path(plan.model), dtype=torch.float32)
    network = Network(Shape(vocabulary=model.config.vocab_size))
    weights = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    network.load_state_dict(weights)
    return network, AutoTokenizer.from_pretrained(path(plan.model))


def training_problems(plan: Plan, seed: int) -> Iterator[list[Problem]]:
    """The problems of each optimiser step: the same for every arm of a seed."""
    stream = generate("train", plan.prompts * plan.steps, TRAIN_SEED + seed)
    while batch := list(islice(stream, plan.prompts)):
        yield batch


def test_problems(plan: Plan) -> list[Problem]:
    """Problems of no training split: half new numbers, half new templates (or ``dev``)."""
    if plan.split == "dev":
        return list(generate("dev", plan.held_out, TEST_SEED))
    return held_out(plan.held_out, TEST_SEED)


def request(problem: Problem, plan: Plan, key: int, *, enforce: bool, temperature: float = 1.0) -> Request:
    """One attempt; ``key`` decides its random numbers."""
    return Request(
        prompt_text(problem),
        problem=problem.text,
        max_tokens=plan.max_tokens,
        temperature=temperature,
        seed=key,
        enforce=enforce,
    )


def right(problem: Problem, rollout: Rollout) -> float:
    """1.0 where the text came to its end with the right final answer."""
    ended = rollout.finish_reason is FinishReason.STOP
    return float(ended and is_correct(problem, lines(rollout.text)))


def lines(text: str) -> list[str]:
    """The steps of a completion."""
    return [line for line in text.split("\n") if line.strip()]


def evaluate(
    sampler: Sampler, plan: Plan, problems: Sequence[Problem], seed: int, *, enforce: bool, temperature: float
) -> list[Outcome]:
    """Solve each problem once. An exhausted request abstains: that is not right."""
    first = seed * 1_000_003
    requests = [
        request(problem, plan, first + index, enforce=enforce, temperature=temperature)
        for index, problem in enumerate(problems)
    ]
    outputs = sampler.generate(requests, settings=settings(plan.retries, ban=temperature == 0))
    return [judge(problem, output) for problem, output in zip(problems, outputs, strict=True)]


def counts(judged: Sequence[Outcome]) -> dict[str, int]:
    """What a row of the results holds of an evaluation."""
    return {
        "n": len(judged),
        "correct": sum(row.correct for row in judged),
        "clean": sum(row.correct and not row.spurious for row in judged),
        "spurious": sum(row.spurious for row in judged),
        "exhausted": sum(row.exhausted for row in judged),
        "refused": sum(row.refused for row in judged),
        "sampled": sum(row.tokens for row in judged),
    }


def judge(problem: Problem, output: Output) -> Outcome:
    """The oracle's word on one output; an unfinished text has no answer."""
    text = output.text if output.finish_reason is FinishReason.STOP else ""
    tally = output.tally
    exhausted = output.finish_reason is FinishReason.EXHAUSTED
    return outcome(problem, text, tally.sampled, refused=tally.refused, exhausted=exhausted)
