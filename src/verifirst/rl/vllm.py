"""Rollouts of vLLM under ``--enforce-reasoning``, from what its plugin tells a request that asks.

Give the request ``EXTRA_ARGS`` and ``logprobs=0`` (over HTTP: ``HTTP_BODY``), and vLLM
``logprobs_mode="processed_logprobs"`` where it samples at a temperature other than 1. Imports no
vLLM: it reads what an output carries.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from verifirst.core.report import Coverage
from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason
from verifirst.engines.vllm import wire
from verifirst.errors import EngineError
from verifirst.rl.rollouts import Branch, Rollout, RolloutStep, tried

EXTRA_ARGS: Mapping[str, Any] = MappingProxyType(
    {
        "verifirst_rollout": True,
        "verifirst_mask": False,
        "verifirst_ban": False,
        "verifirst_back_jump": False,
        "verifirst_release": "end",
    }
)
"""``SamplingParams.extra_args`` of a request whose rollout the estimators take."""

HTTP_BODY: Mapping[str, Any] = MappingProxyType(
    {"logprobs": 0, "return_token_ids": True, "temperature": 1.0, "vllm_xargs": dict(EXTRA_ARGS)}
)
"""What the body of a ``/v1/completions`` request needs besides model and prompt; ``temperature`` may be another."""


def of_completion(output: Any, index: int = 0) -> Rollout:
    """The rollout of one completion of a vLLM ``RequestOutput``.

    vLLM gives log-probabilities of one law, raw or processed, and they stand for both:
    equal where sampling is plain, at temperature 1. Raises EngineError where the output lacks
    the rollout or log-probabilities.
    """
    completion = output.outputs[index]
    summary: wire.Summary | None = getattr(completion, "verification", None)
    if summary is None or "rollout" not in summary:
        raise EngineError(
            "this output carries no rollout: expected a vLLM with enforce_reasoning on, and a finished request with "
            "verifirst_rollout=true in extra_args"
        )
    if completion.logprobs is None:
        raise EngineError("this output carries no log-probabilities; set SamplingParams(logprobs=0)")
    logprobs = tuple(row[token].logprob for row, token in zip(completion.logprobs, completion.token_ids, strict=True))
    return assemble(tuple(output.prompt_token_ids), tuple(completion.token_ids), logprobs, completion.text, summary)


def of_response(body: Mapping[str, Any]) -> list[Rollout]:
    """The rollouts of a ``/v1/completions`` response, one a choice, in the order of the choices.

    ``body`` is the parsed JSON. Log-probabilities stand for both laws, as in
    :func:`of_completion`. Raises EngineError where a choice lacks its rollout, ids or log-probabilities.
    """
    summaries = {each["index"]: each for each in (body.get("verification") or {}).get("choices", ())}
    rollouts = []
    for choice in body["choices"]:
        summary = summaries.get(choice["index"])
        if summary is None or "rollout" not in summary:
            raise EngineError(
                "this response carries no rollout: expected a server started with --enforce-reasoning "
                "show_rollouts=true, and a request with verifirst_rollout=true in vllm_xargs (HTTP_BODY)"
            )
        ids, logprobs = choice.get("token_ids"), choice.get("logprobs")
        if ids is None or choice.get("prompt_token_ids") is None or logprobs is None:
            raise EngineError("this response lacks token ids or log-probabilities; send HTTP_BODY's fields")
        sampled = tuple(logprobs["token_logprobs"])
        rollouts.append(assemble(tuple(choice["prompt_token_ids"]), tuple(ids), sampled, choice["text"], summary))
    return rollouts


def assemble(
    prompt_ids: tuple[int, ...],
    token_ids: tuple[int, ...],
    logprobs: tuple[float, ...],
    text: str,
    summary: wire.Summary,
) -> Rollout:
    """A rollout from its parts: ids as sampled, their log-probabilities, text, and the final summary."""
    told = summary["rollout"]
    branches = tuple(map(_branch, told["branches"]))
    steps = (
        RolloutStep(step["start"], step["end"], step["text"], Status(step["status"]), tuple(step["rules"]))
        for step in told["steps"]
    )
    counts = summary["coverage"]
    return Rollout(
        prompt_ids,
        token_ids,
        logprobs,
        logprobs,
        text,
        FinishReason(str(summary["finish_reason"])),
        tried(steps, token_ids, branches),
        branches,
        None if told["tail"] is None else _branch(told["tail"]),
        Coverage(counts["claims"], counts["decided"], counts["steps"], counts["steps_decided"]),
        summary["enforced"],
        told["resampled"],
    )


def _branch(told: wire.Branch) -> Branch:
    logprobs = tuple(told["logprobs"])
    if len(logprobs) != len(told["token_ids"]):
        raise EngineError("a refused branch came without log-probabilities; set SamplingParams(logprobs=0)")
    return Branch(
        told["boundary"],
        tuple(told["token_ids"]),
        logprobs,
        logprobs,
        told["text"],
        tuple(told["rules"]),
        told["reopened"],
    )
