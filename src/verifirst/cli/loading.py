"""Load a model for a command, without the noise that libraries make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verifirst.engines.transformers import LocalEngine

DEFAULT_MODEL = "first_light"
SMALL = 50_000_000  # parameters; a smaller model decodes faster, and steadily, on one thread


def local_engine(model: str = DEFAULT_MODEL, *, enforce: tuple[str, ...] = (), **options: Any) -> LocalEngine:
    """The local engine with ``model``; ``options`` are the engine's own."""
    import torch
    from transformers.utils.logging import disable_progress_bar

    from verifirst.engines.transformers import LocalEngine
    from verifirst.stream import VerifierSpec

    disable_progress_bar()
    engine = LocalEngine(model, verifier=VerifierSpec(enforce=enforce), **options)
    if engine.model.num_parameters() < SMALL:
        torch.set_num_threads(1)
    return engine
