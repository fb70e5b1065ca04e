"""The small models that ship with the package, as plain Transformers checkpoints.

``first_light`` solves about two in three of its word problems greedily, in steps,
and writes them as programs. ``first_light_base`` is its training stopped early: a start for
reinforcement learning. ``recipes/word_problems`` retrains both.
"""

from __future__ import annotations

from pathlib import Path

from verifirst.errors import InputError

SHIPPED = ("first_light", "first_light_base")
"""Names that ``path`` accepts."""


def path(name: str) -> Path:
    """The folder of a shipped model, for ``AutoModelForCausalLM.from_pretrained``.

    Raises InputError for an unknown name.
    """
    if name not in SHIPPED:
        raise InputError(f"no shipped model is called {name!r}: expected one of {', '.join(SHIPPED)}")
    return Path(__file__).parent / name
