"""Rollouts by the vLLM engine that TRL runs in the trainer's own process, with the plugin beneath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from verifirst.core.report import Coverage
from verifirst.decoding import FinishReason
from verifirst.engines.vllm.settings import CONFIG_KEY, PREFIX
from verifirst.engines.vllm.wire import Summary
from verifirst.errors import EngineError
from verifirst.rl.reading import Reader
from verifirst.rl.trl.asking import Sampling
from verifirst.rl.trl.drawn import Drawn


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
    reader: Reader,
    *,
    enforce: bool,
) -> list[Drawn]:
    """One rollout a prompt, by the engine of ``trainer.vllm_generation``; TRL has put the trainer's weights in."""
    from vllm import SamplingParams  # noqa: PLC0415  # vllm is optional, and slow to import

    params = [
        SamplingParams(
            seed=seed,
            logprobs=0,
            extra_args={f"{PREFIX}problem": problem} if enforce else {CONFIG_KEY: False},
            **asdict(sampling),
        )
        for seed, problem in zip(seeds, problems, strict=True)
    ]
    requests = [{"prompt_token_ids": prompt} for prompt in prompts]
    outputs = trainer.vllm_generation.llm.generate(requests, params, use_tqdm=False)
    return [read(output, problem, reader, enforced=enforce) for output, problem in zip(outputs, problems, strict=True)]


def read(output: Any, problem: str, reader: Reader, *, enforced: bool) -> Drawn:
    """The rollout of a vLLM ``RequestOutput`` with one completion.

    vLLM gives the log-probabilities of the attempt law (``logprobs_mode="processed_logprobs"``,
    as TRL sets it), not the raw model's. The steps that stand are read again from the ids;
    of refused ones it says how many there were and by which rules.
    """
    sampled = output.outputs[0]
    summary: Summary | None = getattr(sampled, "verification", None)
    if enforced and summary is None:
        raise EngineError(
            "vLLM returned an answer without verification: make the trainer inside `with rollouts.vllm():`, so that "
            "the engine that TRL starts enforces reasoning"
        )
    logprobs = tuple(row[token].logprob for row, token in zip(sampled.logprobs, sampled.token_ids, strict=True))
    finish = FinishReason(str(summary["finish_reason"] if summary else sampled.finish_reason))
    rollout = reader.read(output.prompt_token_ids, sampled.token_ids, problem, logprobs=logprobs, finish_reason=finish)
    if summary is None:
        return Drawn(replace(rollout, steps=(), coverage=Coverage(), enforced=False), logprobs)
    return Drawn(rollout, logprobs, summary["rules"], summary["tokens"]["wasted"])
