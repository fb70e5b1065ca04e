"""Rollouts by the local engine, on the trainer's own weights: on policy at every optimizer step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from verifirst.engines.base import Request
from verifirst.engines.transformers import LocalEngine
from verifirst.errors import EngineError
from verifirst.rl.rollouts import Rollout
from verifirst.rl.trl.drawn import Drawn


def draw(engine: LocalEngine, requests: Sequence[Request], trainer: Any, *, raw: bool) -> list[Drawn]:
    """One rollout a request, by the trainer's model as it is now."""
    with generating(trainer):
        return [Drawn.of(Rollout.of(output), raw=raw) for output in engine.generate(requests)]


@contextmanager
def generating(trainer: Any) -> Iterator[None]:
    """The trainer's model ready to generate: whole, in eval mode, with a cache; afterwards as it was.

    Gradient checkpointing, which TRL switches on by default, makes a model in training mode
    drop its key-value cache without a word.
    """
    from trl.models import unwrap_model_for_generation  # noqa: PLC0415  # trl is optional, and slow to import

    if trainer.is_fsdp_enabled:
        raise EngineError("the local engine cannot gather a model that FSDP has sharded; use vLLM (use_vllm=True)")
    training = trainer.model.training
    with unwrap_model_for_generation(
        trainer.model_wrapped,
        trainer.accelerator,
        gather_deepspeed3_params=trainer.args.ds3_gather_for_generation,
        gradient_checkpointing_kwargs=trainer.args.gradient_checkpointing_kwargs,
    ):
        trainer.model.eval()
        try:
            yield
        finally:
            trainer.model.train(training)
