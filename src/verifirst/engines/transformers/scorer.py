"""Step reward models that Transformers runs: token classifiers, sequence classifiers, and language models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

from verifirst.errors import ConfigError, EngineError
from verifirst.scoring import Calibrated, Encoded, Encoder, Layout, Scored, Unscored, checkpoint_digest

CALIBRATION = "calibration.json"


class TransformersScorer:
    """P(a step is right) from a model that Transformers has loaded, or loads.

    ``model`` is a directory or a hub name of a token or sequence classifier; or a loaded model with its
    ``tokenizer``, which may be any module that returns logits of shape (rows, length, columns), or (rows,
    columns) for a sequence classifier. ``layout`` is how it wants to read a trace. ``columns`` are the
    places of *wrong* and *right* among the logits: classes for a classifier, token ids for a language
    model that answers with one of two tokens. The probability is the softmax over these two.

    A token classifier must be causal: it reads a whole trace in one row and is asked where each step
    ends, so what a step gets may not depend on later ones. A sequence classifier gets a row for
    each step, ending there. Deterministic; the other rows of a batch can move a probability by rounding only
    (about 1e-6 in float32). ``dtype`` "auto" is float32 on a CPU. Raises EngineError for a model that is not
    there, ConfigError for one without two classes.
    """

    def __init__(
        self,
        model: str | Path | Any,
        *,
        tokenizer: Any = None,
        layout: Layout | None = None,
        columns: tuple[int, int] = (0, 1),
        batch_size: int = 32,
        device: str = "cpu",
        dtype: str = "auto",
        name: str = "",
        digest: str = "",
    ) -> None:
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, found {batch_size}")
        if isinstance(model, (str, Path)):
            name, digest = name or Path(model).name, digest or _digest(model)
            model, tokenizer = _load(model, device, dtype)
        elif tokenizer is None:
            raise EngineError("a loaded model needs its tokenizer: TransformersScorer(model, tokenizer=...)")
        self.name = name or type(model).__name__
        self.digest = digest
        self._model = model.eval()
        self._columns = _checked(columns, model)
        self._whole = "SequenceClassification" in type(model).__name__
        self._batch_size = batch_size
        limit = getattr(model.config, "max_position_embeddings", None)
        self._encode = Encoder(tokenizer, layout or Layout(), limit)
        pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
        self._pad = 0 if pad is None else pad

    def score(self, traces: Sequence[Scored]) -> list[list[float] | Unscored]:
        """See ``verifirst.scoring.Scorer``: rows of like length go together, at most ``batch_size`` at once."""
        encoded = [self._encode(trace) for trace in traces]
        rows = [(at, row) for at, one in enumerate(encoded) if isinstance(one, Encoded) for row in self._rows(one)]
        found: list[list[float] | Unscored] = [one if isinstance(one, Unscored) else [] for one in encoded]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place][1].ids))
        scores: list[list[float]] = [[] for _ in rows]
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            for place, numbers in zip(places, self._forward([rows[place][1] for place in places]), strict=True):
                scores[place] = numbers
        for (at, _), numbers in zip(rows, scores, strict=True):
            trace = found[at]
            assert isinstance(trace, list), "it has rows"
            trace.extend(numbers)
        return found

    def _rows(self, one: Encoded) -> Iterator[Encoded]:
        """One row for all steps, or one for each where the model says one thing of a whole text."""
        if not self._whole:
            yield one
            return
        for position in one.positions:
            yield Encoded(one.ids[: position + 1], (position,))

    @torch.inference_mode()
    def _forward(self, rows: Sequence[Encoded]) -> Iterator[list[float]]:
        width = max(len(row.ids) for row in rows)
        ids = torch.full((len(rows), width), self._pad)
        mask = torch.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row.ids)] = torch.tensor(row.ids)
            mask[at, : len(row.ids)] = 1
        device = next(self._model.parameters()).device
        output = self._model(input_ids=ids.to(device), attention_mask=mask.to(device))
        logits = (output.logits if hasattr(output, "logits") else output[0])[..., list(self._columns)]
        right = logits.float().softmax(-1)[..., 1].cpu()
        for at, row in enumerate(rows):
            yield [right[at].item()] if right.dim() == 1 else right[at, list(row.positions)].tolist()


def calibrated(folder: str | Path) -> Calibrated:
    """The classifier in ``folder`` with the calibration that ``Calibrated.save`` put beside it (``calibration.json``).

    ``partial(calibrated, folder)`` makes a judge in each worker process of a ``ScoredVerifier``.
    """
    return Calibrated.load(Path(folder) / CALIBRATION, TransformersScorer(folder))


def _load(source: str | Path, device: str, dtype: str) -> tuple[Any, Any]:
    kind: Any = dtype if dtype != "auto" else (torch.float32 if device == "cpu" else "auto")
    try:
        config = AutoConfig.from_pretrained(str(source))
        whole = any("SequenceClassification" in name for name in config.architectures or ())
        auto = AutoModelForSequenceClassification if whole else AutoModelForTokenClassification
        loaded = auto.from_pretrained(str(source), dtype=kind)
        tokenizer = AutoTokenizer.from_pretrained(str(source))
    except OSError as error:
        raise EngineError(
            f"no classifier at {str(source)!r}: expected a directory with config.json and weights, or a hub name that "
            "you can reach"
        ) from error
    return loaded.to(device), tokenizer


def _digest(source: str | Path) -> str:
    folder = Path(source)
    return checkpoint_digest(folder) if folder.is_dir() else ""


def _checked(columns: tuple[int, int], model: Any) -> tuple[int, int]:
    """Two different columns that a classifier has; a language model has as many as tokens."""
    classifier = "Classification" in type(model).__name__
    most = model.config.num_labels if classifier else getattr(model.config, "vocab_size", None)
    if columns[0] == columns[1] or min(columns) < 0 or (most is not None and max(columns) >= most):
        raise ConfigError(
            f"columns are {columns}; expected two places below {most}, those of wrong and right among the logits"
        )
    return columns
