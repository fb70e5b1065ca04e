"""What trainers take as a prompt, and the problem statement in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Prompt = str | Sequence[Mapping[str, Any]]
"""A text, or the messages of a conversation."""


def problem_text(prompt: Prompt) -> str:
    """What the verifier takes as given: the text, or the last message that a user wrote ("" where it is no text)."""
    if isinstance(prompt, str):
        return prompt
    said = [message["content"] for message in prompt if message["role"] == "user"]
    return said[-1] if said and isinstance(said[-1], str) else ""
