"""What a TRL trainer asks of a rollout: how to sample, with which seeds, and what the prompt is."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verifirst.decoding import Settings
from verifirst.errors import ConfigError
from verifirst.rl.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the trainer wants its completions sampled."""

    max_tokens: int
    temperature: float
    top_k: int
    top_p: float

    @classmethod
    def of(cls, trainer: Any) -> Sampling:
        """Read it from a trainer. Raises ConfigError for what no backend here can do."""
        if trainer.repetition_penalty != 1.0 or trainer.min_p or trainer.args.generation_kwargs:
            raise ConfigError(
                "verified rollouts sample with temperature, top_k and top_p only; found "
                f"repetition_penalty={trainer.repetition_penalty}, min_p={trainer.min_p}, "
                f"generation_kwargs={trainer.args.generation_kwargs}"
            )
        return cls(trainer.max_completion_length, trainer.temperature, trainer.top_k or 0, trainer.top_p)

    @property
    def plain(self) -> bool:
        """Whether tokens are drawn from the model's own distribution."""
        return self.temperature == 1.0 and self.top_k <= 0 and self.top_p == 1.0


def check(settings: Settings, sampling: Sampling) -> None:
    """Refuse what would leave the trainer without the log-probabilities of the attempt law. Raises ConfigError.

    The trainer compares the log-probabilities that it is given with its own, which know the
    temperature and nothing of bans. A banned token's mass is spread over the others: the law
    without bans is then known only where the raw model's is it. Of a mask no law is known.
    """
    if settings.mask:
        raise ConfigError("completions sampled under a mask do not follow the policy; for RL use Settings(mask=False)")
    if settings.retry_temperature != 1.0:
        raise ConfigError(
            f"retry_temperature must be 1 for RL, found {settings.retry_temperature}: "
            "retries at another temperature are off policy"
        )
    if settings.ban and not sampling.plain:
        raise ConfigError(
            "bans (Settings(ban=True)) leave the law of an attempt unknown except at temperature 1 without top_k and "
            f"top_p; found {sampling}. Use Settings(ban=False): refused steps are then sampled again, which the "
            "estimators want anyway"
        )


def seeds(trainer: Any, calls: int, count: int) -> list[int]:
    """A sampling seed for each completion, from the trainer's seed, its process and the number of ``calls`` so far."""
    source = random.Random(f"{trainer.args.seed}/{trainer.accelerator.process_index}/{calls}")
    return [source.getrandbits(63) for _ in range(count)]


def tokenizer(trainer: Any) -> Any:
    """The trainer's tokenizer, also where its processing class wraps one."""
    return getattr(trainer.processing_class, "tokenizer", trainer.processing_class)


def rendered(prompt: Prompt, trainer: Any) -> str:
    """The text of ``prompt``, messages through the chat template."""
    if isinstance(prompt, str):
        return prompt
    text: str = tokenizer(trainer).apply_chat_template(
        list(prompt),
        tokenize=False,
        add_generation_prompt=True,
        chat_template=trainer.chat_template,
        **trainer.chat_template_kwargs,
    )
    return _without_second_start(text, tokenizer(trainer))


def _without_second_start(text: str, spelling: Any) -> str:
    """Take off a start token that the template wrote where tokenizing writes one too."""
    start = spelling.bos_token
    if start and text.startswith(start) and spelling(text)["input_ids"][:2] == [spelling.bos_token_id] * 2:
        return text.removeprefix(start)
    return text


Problem = Callable[[Prompt], str]
"""Gives the problem statement in a prompt, where it is not all of it."""
