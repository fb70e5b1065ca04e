"""The rollout function that a TRL trainer takes: generation under verification, wherever TRL generates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial
from typing import Any

from verifirst.decoding import Release, Settings
from verifirst.engines.base import Request
from verifirst.engines.transformers import LocalEngine
from verifirst.errors import ConfigError
from verifirst.policy import Policy
from verifirst.rl.prompts import Prompt, problem_text
from verifirst.rl.trl import colocated, local
from verifirst.rl.trl.asking import Problem, Sampling, check, rendered, seeds, tokenizer
from verifirst.rl.trl.drawn import Drawn, fields
from verifirst.stream import VerifierSpec
from verifirst.verifier import Verifier

Watcher = Callable[[Any, Sequence[Prompt], list[Drawn]], None]
"""Called after each generation with the trainer, its prompts and a rollout for each."""


RESAMPLING = Settings(ban=False, back_jump=False, release=Release.END)
"""Refused steps are sampled again from the same law, which is what the estimators want."""


class VerifiedRollouts:
    """``GRPOTrainer(..., rollout_func=VerifiedRollouts())``: every completion is made of steps that were verified.

    Without vLLM the local engine generates with the trainer's model itself. With TRL's
    ``use_vllm=True, vllm_mode="colocate"`` its engine does, if the trainer was made inside
    ``with rollouts.vllm():``. Reward functions get the rollouts as ``rollout``.

    ``settings`` are ``RESAMPLING`` where not given; vLLM takes bans, jumps and release from
    there in any case. ``problem`` finds the problem statement in a prompt. ``workers`` is the
    number of verifier processes; 0 checks in this process, without the guard against rules that
    hang, and needs no ``if __name__ == "__main__"``. ``enforce=False`` switches verification off and
    leaves all else as it is: the control of an experiment.
    """

    __name__ = "verified_rollouts"

    def __init__(
        self,
        *,
        verifier: Callable[[], Verifier] = Verifier,
        policy: Policy | None = None,
        settings: Settings | None = None,
        segment: str = "newline",
        workers: int = 0,
        batch_size: int = 64,
        problem: Problem = problem_text,
        enforce: bool = True,
    ) -> None:
        self.verifier = verifier
        self.policy = policy or Policy()
        self.settings = settings or RESAMPLING
        self.segment = segment
        self.workers = workers
        self.batch_size = batch_size
        self.problem = problem
        self.enforce = enforce
        self._watchers: list[Watcher] = []
        self._engine: LocalEngine | None = None
        self._calls = 0

    def __call__(self, prompts: Sequence[Prompt], trainer: Any) -> dict[str, list[Any]]:
        """One completion a prompt (TRL repeats a prompt for each that it wants), as TRL wants it returned."""
        sampling = Sampling.of(trainer)
        check(self.settings, sampling)
        texts = [rendered(prompt, trainer) for prompt in prompts]
        self._calls += 1
        draw = self._colocated if trainer.use_vllm else self._local
        drawn = draw(trainer, texts, [self.problem(prompt) for prompt in prompts], sampling)
        for watcher in self._watchers:
            watcher(trainer, prompts, drawn)
        return fields(drawn, placeholder=tokenizer(trainer).eos_token_id)

    def watch(self, watcher: Watcher) -> None:
        """Call ``watcher`` after each generation."""
        self._watchers.append(watcher)

    def vllm(self, **options: Any) -> AbstractContextManager[None]:
        """Make the trainer inside this context where TRL shall run vLLM; ``options`` go to ``vllm.LLM``."""
        return colocated.enforcing(self._vllm_settings(), **options)

    def close(self) -> None:
        """Stop the verifier's processes."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _local(self, trainer: Any, texts: Sequence[str], problems: Sequence[str], sampling: Sampling) -> list[Drawn]:
        requests = [
            Request(text, problem, seed=seed, enforce=self.enforce, **asdict(sampling))
            for text, problem, seed in zip(texts, problems, seeds(trainer, self._calls, len(texts)), strict=True)
        ]
        raw = self.settings.ban  # then the raw model's law is the attempt's: see `check`
        return local.draw(self._engine_of(trainer), requests, trainer, raw=raw)

    def _colocated(
        self, trainer: Any, texts: Sequence[str], problems: Sequence[str], sampling: Sampling
    ) -> list[Drawn]:
        if trainer.vllm_mode != "colocate":
            raise ConfigError(
                "with vllm_mode='server' leave rollout_func out and start the server with --enforce-reasoning ban=false"
            )
        if self.settings.ban:
            raise ConfigError(
                "vLLM reports log-probabilities under the bans: rollouts from it take Settings(ban=False)"
            )
        prompts = tokenizer(trainer)(list(texts))["input_ids"]
        drawn_at = seeds(trainer, self._calls, len(texts))
        return colocated.draw(trainer, prompts, problems, drawn_at, sampling, enforce=self.enforce)

    def _engine_of(self, trainer: Any) -> LocalEngine:
        if self._engine is None or self._engine.model is not trainer.model:
            self.close()
            self._engine = LocalEngine(
                trainer.model,
                tokenizer=tokenizer(trainer),
                verifier=self.verifier,
                workers=self.workers,
                policy=self.policy,
                settings=self.settings,
                segment=self.segment,
                batch_size=self.batch_size,
            )
        return self._engine

    def _vllm_settings(self) -> dict[str, Any]:
        return {
            **_named(self.verifier),
            "segment": self.segment,
            "on_refuted": self.policy.on_refuted.value,
            "on_unknown": self.policy.on_unknown.value,
            "retries_per_boundary": self.settings.retries_per_boundary,
            "reopens_per_boundary": self.settings.reopens_per_boundary,
            "retries_per_request": self.settings.retries_per_request,
            "work_factor": self.settings.work_factor,
            "back_jump": self.settings.back_jump,
            "ban": self.settings.ban,
            "release": self.settings.release.value,
            "workers": self.workers,
        }


def _named(verifier: Callable[[], Verifier]) -> dict[str, Any]:
    """How vLLM's processes make the same verifier: its rules, or a name to import."""
    if verifier is Verifier:
        return {}
    if isinstance(verifier, VerifierSpec):
        return {"enforce": list(verifier.enforce), "packs": list(verifier.packs)}
    if isinstance(verifier, partial) and verifier.func is Verifier and set(verifier.keywords) == {"enforce"}:
        return {"enforce": list(verifier.keywords["enforce"])}
    name = getattr(verifier, "__qualname__", "")
    if not name.isidentifier():
        raise ConfigError(f"vLLM's processes import the verifier by name; {verifier!r} is not a module-level function")
    return {"verifier": f"{verifier.__module__}:{name}"}
