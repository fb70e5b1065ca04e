"""The local engine's public face: a loaded model, a verifier, and ``generate``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from verifirst.decoding import Event, Settings
from verifirst.engines.base import Output, Request
from verifirst.engines.detokenizers import detokenizer, token_bytes
from verifirst.engines.transformers.batch import Batch
from verifirst.engines.transformers.loading import check_supported, end_tokens, load
from verifirst.engines.transformers.machine import Machine
from verifirst.errors import EngineError
from verifirst.kernels.masking import Masker
from verifirst.policy import Policy
from verifirst.segment import segmenter as segmenter_named
from verifirst.stream import InlineStream, ProcessStream, VerifierStream
from verifirst.verifier import Verifier

if TYPE_CHECKING:
    from verifirst.engines.transformers.fused import Device

ATTENTION = ("torch", "fused")


class LocalEngine:
    r"""Batched generation under verification with any Transformers causal LM.

    ``model`` is the name of a shipped model, a directory, or a hub name; or a loaded
    ``PreTrainedModel`` with its ``tokenizer``. ``verifier`` makes the verifier, in each
    worker (``Verifier`` itself, or a partial such as ``partial(Verifier, enforce=["DG"])``).
    ``workers`` is the number of verifier processes that run beside decoding; 0 checks in
    this process, between forward passes, without the guard against rules that hang.
    ``stream`` replaces both. ``attention`` is PyTorch's ("torch"), or on a GPU our own ("fused"), in whose
    launches the device verifier runs and which finds masks there. Use it as a context manager, or call ``close``.

    >>> with LocalEngine() as engine:  # doctest: +SKIP
    ...     print(engine.generate([Request("Tom has 3 bags of 4 apples. How many apples?\n")])[0].text)
    """

    def __init__(
        self,
        model: str | Path | Any = "first_light",
        *,
        tokenizer: Any = None,
        verifier: Callable[[], Verifier] = Verifier,
        stream: VerifierStream | None = None,
        workers: int = 1,
        policy: Policy | None = None,
        settings: Settings | None = None,
        segment: str = "newline",
        batch_size: int = 32,
        device: str = "cpu",
        dtype: str = "auto",
        attention: str = "torch",
    ) -> None:
        if batch_size < 1:
            raise EngineError(f"batch_size must be at least 1, found {batch_size}")
        if attention not in ATTENTION:
            raise EngineError(f"attention must be one of {', '.join(ATTENTION)}, found {attention!r}")
        if isinstance(model, (str, Path)):
            model, tokenizer = load(model, device, dtype)
        elif tokenizer is None:
            raise EngineError("a loaded model needs its tokenizer: LocalEngine(model, tokenizer=...)")
        check_supported(model.config)
        segmenter_named(segment)  # a wrong name fails here, not in the middle of a run
        settings = settings or Settings()
        ends = end_tokens(model, tokenizer)
        self._machine = Machine(
            model,
            tokenizer,
            detokenizer(tokenizer),
            ends,
            stream or _stream(verifier, workers),
            policy or Policy(),
            settings,
            segment,
            batch_size,
            Masker(token_bytes(tokenizer), ends) if settings.mask and attention == "torch" else None,
            _beside(model, tokenizer, ends, batch_size) if attention == "fused" else None,
        )

    @property
    def model(self) -> Any:
        """The loaded model."""
        return self._machine.model

    @property
    def forward_passes(self) -> int:
        """Decode steps so far, over all batches."""
        return self._machine.forward_passes

    def generate(
        self, requests: Sequence[Request | str], on_event: Callable[[Event], None] | None = None
    ) -> list[Output]:
        """Run all requests, batched continuously; outputs in the order of ``requests``."""
        batch = Batch(self._machine, [_request(request) for request in requests])
        for event in batch.events():
            if on_event is not None:
                on_event(event)
        return batch.outputs()

    def stream(self, requests: Sequence[Request | str]) -> Iterator[Event]:
        """Run all requests, yielding events as they happen; only ``Committed.text`` is released text."""
        return Batch(self._machine, [_request(request) for request in requests]).events()

    def close(self) -> None:
        """Stop the verifier's processes."""
        self._machine.verifier.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _request(request: Request | str) -> Request:
    return Request(request) if isinstance(request, str) else request


def _beside(model: Any, tokenizer: Any, ends: frozenset[int], batch_size: int) -> Device:
    if model.device.type != "cuda" and not os.environ.get("TRITON_INTERPRET"):
        raise EngineError(
            f"attention='fused' needs a GPU, found a model on {model.device.type!r}; use attention='torch', or set "
            "TRITON_INTERPRET=1 to try it slowly on a CPU"
        )
    from verifirst.engines.transformers import fused  # noqa: PLC0415  # needs triton

    fused.install(model)
    return fused.Device(model, token_bytes(tokenizer), ends, batch_size)


def _stream(factory: Callable[[], Verifier], workers: int) -> VerifierStream:
    if workers < 0:
        raise EngineError(f"workers must be 0 (check in this process) or more, found {workers}")
    return ProcessStream(factory, workers=workers) if workers else InlineStream(factory())
