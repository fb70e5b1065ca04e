"""vLLM's entry point (``vllm.general_plugins``): called in every process, several times."""

from __future__ import annotations


def register() -> None:
    """Teach vLLM ``--enforce-reasoning``. Changes nothing until enforcement is asked for."""
    from verifirst.engines.vllm import compat  # noqa: PLC0415  # importing vLLM is the caller's business

    compat.install()
