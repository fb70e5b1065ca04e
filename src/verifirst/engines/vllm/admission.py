"""What a request must satisfy to be admitted: a bad setting is an error at once, with what was expected.

Runs in the front end for each request, so that an HTTP client gets a 400.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verifirst.engines.vllm import masks
from verifirst.engines.vllm.settings import EnforceSettings
from verifirst.errors import ConfigError


def _nothing() -> None:
    return None


_active = EnforceSettings()
_unmaskable: Callable[[], str | None] = _nothing


def configure(settings: EnforceSettings, unmaskable: Callable[[], str | None]) -> None:
    """Remember the settings of this process's engine, and what says why it cannot mask (None: it can)."""
    global _active, _unmaskable  # vLLM's hook is a class method: they have no other place
    _active, _unmaskable = settings, unmaskable


def validate(params: Any) -> None:
    """Refuse sampling parameters that enforcement cannot honour. Raises ConfigError (a ValueError).

    ``params`` is a ``vllm.SamplingParams``.
    """
    if masks.is_marked(params.extra_args):
        raise ConfigError(f"{masks.EXTRA_KEY} is verifirst's own mark; send verifirst_mask=true to ask for a mask")
    chosen = _active.for_request(params.extra_args)
    if chosen is None:
        return
    if getattr(params, "trace_replay_token_ids", None):
        raise ConfigError(_refusal("trace replay forces tokens that may be refuted"))
    if chosen.forked:
        raise ConfigError(
            f"forks={chosen.forks} are drawn by the server (AsyncLLM.generate) from prompts that it rendered; with "
            "LLM use verifirst.engines.forks.agree over OfflineEngine, and forks=1"
        )
    if chosen.mask and (why := _unmaskable()) is not None:
        raise ConfigError(f"mask=true does not work on this engine: {why}; send the request without it")


def _refusal(why: str) -> str:
    return f"not available under --enforce-reasoning: {why}; send enforce_reasoning=false in vllm_xargs to opt out"
