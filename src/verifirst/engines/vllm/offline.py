"""``vllm.LLM`` behind the interface of the other engines: requests in, outputs out, forks by the same code.

Imports vLLM only when it generates; an ``LLM`` is the caller's, started with ``enforce_reasoning`` on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verifirst.core.claim import Claim
from verifirst.core.report import Coverage, Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.decoding import Dropped, FinishReason, Rejection, Tally
from verifirst.engines.base import Output, Request, check_prefix
from verifirst.engines.detokenizers import detokenizer
from verifirst.engines.vllm import wire
from verifirst.engines.vllm.prefixes import closers_after
from verifirst.engines.vllm.settings import CONFIG_KEY, PREFIX, EnforceSettings, RequestSettings
from verifirst.errors import EngineError

_NAN = float("nan")


class OfflineEngine:
    """Generation by a ``vllm.LLM`` that enforces, as :class:`LocalEngine` generates.

    ``settings`` are per-request settings by name, as in ``extra_args`` without their prefix. Outputs carry no
    reports, which stay in the engine: ``coverage`` and ``spans`` are told. vLLM gives log-probabilities of one law,
    by its ``logprobs_mode``; those of the other are NaN. Under ``mask`` neither spans nor rejections are told, so
    that such an output has no prefix to fork from. Raises EngineError for an ``LLM`` that does not enforce.
    """

    def __init__(self, llm: Any, settings: Mapping[str, Any] | None = None) -> None:
        config = llm.llm_engine.vllm_config
        found = EnforceSettings.parse((config.additional_config or {}).get(CONFIG_KEY))
        if found is None:
            raise EngineError(
                "this LLM does not enforce; start it with LLM(..., additional_config={'enforce_reasoning': True})"
            )
        self._llm = llm
        self._server = found
        self._extra = {PREFIX + name: value for name, value in (settings or {}).items()}
        self._extra.setdefault(PREFIX + "forks", 1)  # a server's; here ``verifirst.engines.forks`` draws them
        self._extra.setdefault(PREFIX + "rollout", not self._chosen({}).mask)
        self._tokenizer = llm.get_tokenizer()
        self._detokenizer = detokenizer(self._tokenizer)
        self._vocabulary = config.model_config.get_vocab_size()
        self._ends = _ends(config.model_config, self._tokenizer)
        self._raw = not config.model_config.logprobs_mode.startswith("processed")

    def generate(self, requests: Sequence[Request | str]) -> list[Output]:
        """Run all requests in one call of ``LLM.generate``; outputs in their order."""
        asked = [Request(request) if isinstance(request, str) else request for request in requests]
        return [self.read(request, found) for request, found in zip(asked, self.ask(asked), strict=True)]

    def ask(self, requests: Sequence[Request]) -> list[Any]:
        """The ``RequestOutput`` of each request, as vLLM gives it."""
        from vllm import SamplingParams  # noqa: PLC0415  # vLLM is the caller's

        prompts = [self._prompt(request) for request in requests]
        params = [
            SamplingParams(
                temperature=request.temperature,
                top_k=request.top_k,
                top_p=request.top_p,
                seed=request.seed,
                max_tokens=request.max_tokens,
                logprobs=0,
                extra_args=self._extra_args(request),
            )
            for request in requests
        ]
        found: list[Any] = self._llm.generate(prompts, params, use_tqdm=False)
        return found

    def read(self, request: Request, found: Any) -> Output:
        """The output of ``request`` in what vLLM gave. Raises EngineError where vLLM ended it with an error."""
        (completion,) = found.outputs
        ids, told = tuple(completion.token_ids), self._law(_logprobs(completion))
        prompt, base = tuple(found.prompt_token_ids), len(request.prefix)
        if not request.enforce:
            reason = _reason(completion.finish_reason)
            return Output(completion.text, ids, *told, reason, False, prompt, prefix_tokens=base)
        summary: wire.Summary | None = getattr(completion, "verification", None)
        if summary is None:
            raise EngineError(f"request ended without a summary, by {completion.finish_reason!r}: see vLLM's log")
        rollout, tokens = summary.get("rollout"), summary["tokens"]
        counts = summary["coverage"]
        return Output(
            completion.text,
            ids,
            *told,
            _reason(summary["finish_reason"]),
            True,
            prompt,
            rejections=tuple(map(self._rejection, rollout["branches"])) if rollout else (),
            tally=Tally(tokens["sampled"], summary["steps_refused"], summary["rollbacks"]),
            spans=tuple((step["start"], step["end"]) for step in rollout["steps"]) if rollout else (),
            tail=self._dropped(rollout["tail"]) if rollout and rollout["tail"] else None,
            settings=self._chosen(self._extra_args(request)).decoding,
            prefix_tokens=base,
            counted=Coverage(counts["claims"], counts["decided"], counts["steps"], counts["steps_decided"]),
        )

    def _prompt(self, request: Request) -> dict[str, Any]:
        """Token ids: the prompt's, and behind them the prefix, whose blocks vLLM finds in its cache."""
        check_prefix(request.prefix, self._vocabulary, self._ends)
        if request.enforce:
            closers_after(self._detokenizer, self._chosen(self._extra).segment, request.prefix)
        return {"prompt_token_ids": [*self._tokenizer(request.prompt)["input_ids"], *request.prefix]}

    def _extra_args(self, request: Request) -> dict[str, Any]:
        if not request.enforce:
            return {CONFIG_KEY: False}
        problem = request.prompt if request.problem is None else request.problem
        return {**self._extra, PREFIX + "problem": problem, PREFIX + "prefix_tokens": len(request.prefix)}

    def _chosen(self, extra: Mapping[str, Any]) -> RequestSettings:
        chosen = self._server.for_request({**self._extra, **extra})
        assert chosen is not None, "enforcement is not among the settings by name"
        return chosen

    def _law(self, told: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Log-probabilities under the raw model, and under the law that was sampled from."""
        unknown = (_NAN,) * len(told)
        return (told, unknown) if self._raw else (unknown, told)

    def _rejection(self, told: wire.Branch) -> Rejection:
        refused = Step(0, 0, len(told["text"]), len(told["text"]), told["text"])
        whole = Claim(0, len(told["text"]))
        verdicts = tuple(Verdict(Status.REFUTED, whole, rule) for rule in told["rules"])
        report = Report(refused, verdicts or (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM),))
        dropped = self._dropped(told)
        sampled = dropped.token_ids, dropped.logprobs, dropped.constrained_logprobs
        return Rejection(dropped.boundary, *sampled, dropped.text, report, told["reopened"])

    def _dropped(self, told: wire.Branch) -> Dropped:
        known = tuple(told["logprobs"]) or (_NAN,) * len(told["token_ids"])
        return Dropped(told["boundary"], tuple(told["token_ids"]), *self._law(known), told["text"])


def _logprobs(completion: Any) -> tuple[float, ...]:
    return tuple(row[token].logprob for row, token in zip(completion.logprobs or (), completion.token_ids, strict=True))


def _reason(told: str | None) -> FinishReason:
    try:
        return FinishReason(str(told))
    except ValueError:
        raise EngineError(f"vLLM ended a request by {told!r}: see its log") from None


def _ends(model_config: Any, tokenizer: Any) -> frozenset[int]:
    """The token ids that end a text."""
    told = (model_config.try_get_generation_config() or {}).get("eos_token_id")
    listed = told if isinstance(told, (list, tuple)) else [told]
    return frozenset(token for token in [*listed, tokenizer.eos_token_id] if token is not None)
