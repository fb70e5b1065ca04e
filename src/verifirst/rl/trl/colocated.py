"""Rollouts by the vLLM engine that TRL runs in the trainer's own process, with the plugin beneath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from verifirst.decoding import FinishReason
from verifirst.engines.vllm.settings import CONFIG_KEY, PREFIX
from verifirst.errors import EngineError
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl.asking import Sampling
from verifirst.rl.trl.drawn import Drawn
from verifirst.rl.vllm import EXTRA_ARGS, of_completion


@contextmanager
def enforcing(settings: Mapping[str, Any], **options: Any) -> Iterator[None]:
    """The vLLM engines that TRL starts inside this context enforce reasoning with ``settings``.

    TRL passes no options of the user's on to vLLM, so the name under which it knows ``LLM`` is
    taken for the while. ``options`` are further arguments of ``LLM``.
    """
    import trl.generation.vllm_generation as generation  # noqa: PLC0415  # trl is optional, and slow to import
    from vllm import _custom_ops as kernels  # noqa: PLC0415  # and so is vllm

    config = {**options.pop("additional_config", {}), CONFIG_KEY: dict(settings)}
    llm = partial(generation.LLM, additional_config=config, **options)
    with _instead(generation, "LLM", llm), _instead(kernels, "_supports_onednn", value=False):
        yield


@contextmanager
def _instead(module: Any, name: str, value: Any) -> Iterator[None]:
    """``module.name`` is ``value`` for the while.

    Without oneDNN, vLLM on a CPU keeps its weights as they are: packed ones cannot be replaced
    by the trainer's, and the sync dies. Elsewhere it makes no difference.
    """
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def draw(
    trainer: Any,
    prompts: Sequence[list[int]],
    problems: Sequence[str],
    seeds: Sequence[int],
    sampling: Sampling,
    *,
    enforce: bool,
) -> list[Drawn]:
    """One rollout a prompt, by the engine of ``trainer.vllm_generation``; TRL has put the trainer's weights in."""
    from vllm import SamplingParams  # noqa: PLC0415  # vllm is optional, and slow to import

    params = [
        SamplingParams(
            seed=seed,
            logprobs=0,
            extra_args={**EXTRA_ARGS, f"{PREFIX}problem": problem} if enforce else {CONFIG_KEY: False},
            **asdict(sampling),
        )
        for seed, problem in zip(seeds, problems, strict=True)
    ]
    requests = [{"prompt_token_ids": prompt} for prompt in prompts]
    outputs = trainer.vllm_generation.llm.generate(requests, params, use_tqdm=False)
    return [read(output, enforced=enforce) for output in outputs]


def read(output: Any, *, enforced: bool) -> Drawn:
    """The rollout of a vLLM ``RequestOutput`` with one completion.

    Its log-probabilities are those of the attempt law (``logprobs_mode="processed_logprobs"``,
    as TRL sets it). Wasted are also tokens sampled while a verdict was on its way.
    """
    if not enforced:
        return Drawn.of(_plain(output), raw=False)
    if getattr(output.outputs[0], "verification", None) is None:
        raise EngineError(
            "vLLM returned an answer without verification: make the trainer inside `with rollouts.vllm():`, so that "
            "the engine that TRL starts enforces reasoning"
        )
    drawn = Drawn.of(of_completion(output), raw=False)
    return replace(drawn, wasted=output.outputs[0].verification["tokens"]["wasted"])


def _plain(output: Any) -> Rollout:
    """A rollout that nothing was said of: verification was off."""
    sampled = output.outputs[0]
    logprobs = tuple(row[token].logprob for row, token in zip(sampled.logprobs, sampled.token_ids, strict=True))
    finish = FinishReason(str(sampled.finish_reason))
    prompt, tokens = tuple(output.prompt_token_ids), tuple(sampled.token_ids)
    return Rollout(prompt, tokens, logprobs, logprobs, sampled.text, finish, enforced=False)
