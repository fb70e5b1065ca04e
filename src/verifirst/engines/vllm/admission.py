"""What a request must satisfy to be admitted: a bad setting is an error at once, with what was expected.

Runs in the front end for each request, so that an HTTP client gets a 400.
"""

from __future__ import annotations

from typing import Any

from verifirst.engines.vllm.settings import EnforceSettings
from verifirst.errors import ConfigError

_active = EnforceSettings()


def configure(settings: EnforceSettings) -> None:
    """Remember the settings of this process's engine."""
    global _active  # noqa: PLW0603  # vLLM's hook is a class method: it has no other place
    _active = settings


def validate(params: Any) -> None:
    """Refuse sampling parameters that enforcement cannot honour. Raises ConfigError (a ValueError).

    ``params`` is a ``vllm.SamplingParams``.
    """
    chosen = _active.for_request(params.extra_args)
    if chosen is not None and getattr(params, "trace_replay_token_ids", None):
        raise ConfigError(_refusal("trace replay forces tokens that may be refuted"))


def _refusal(why: str) -> str:
    return f"not available under --enforce-reasoning: {why}; send enforce_reasoning=false in vllm_xargs to opt out"
