"""Step reward models that vLLM runs as pooling models: in this process, or behind ``vllm serve``.

Any model does for which vLLM has the task ``token_classify``: a ``...ForTokenClassification``, a
``...ForSequenceClassification`` (with ``--pooler-config '{"task": "token_classify"}'``) or
``Qwen2ForProcessRewardModel``, which vLLM itself reads at the separators (pooling type STEP). The
first two answer for every token, and the answers where steps end are picked here. Only logits are
asked for, so that what a probability is made of is the same for all of them and for Transformers.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from verifirst.consistency.logistic import sigmoid
from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError, EngineError
from verifirst.scoring import Encoded, Encoder, Layout, Scored, Unscored, checkpoint_digest

TASK = "token_classify"
Rows = Sequence[Sequence[float]]
"""Logits of one prompt: a row for each token, or for each separator."""


class VllmScorer:
    """P(a step is right) from a pooling model in this process.

    ``model`` is a ``vllm.LLM`` made with ``runner="pooling"``, or what makes one: a directory or a hub
    name, with ``settings`` for ``LLM``. ``layout`` and ``columns`` are as in
    ``verifirst.engines.transformers.scorer.TransformersScorer``. vLLM batches; other requests move a
    probability by rounding only. Raises EngineError for a model that does not classify tokens.
    """

    def __init__(
        self,
        model: str | Path | Any,
        *,
        layout: Layout | None = None,
        columns: tuple[int, int] = (0, 1),
        name: str = "",
        digest: str = "",
        **settings: Any,
    ) -> None:
        if isinstance(model, (str, Path)):
            from vllm import LLM  # noqa: PLC0415  # importing vLLM starts what not everybody needs

            digest = digest or (checkpoint_digest(Path(model)) if Path(model).is_dir() else "")
            model = LLM(model=str(model), runner="pooling", **settings)
        config = model.model_config
        if model.llm_engine.model_config.get_pooling_task(model.supported_tasks) != TASK:
            raise EngineError(
                f"{config.model} has the tasks {sorted(model.supported_tasks)}; a scorer needs one that classifies "
                "tokens: LLM(..., runner='pooling', pooler_config={'task': 'token_classify'})"
            )
        self.name = name or Path(config.model).name
        self.digest = digest
        self._llm = model
        self._encode = Encoder(model.get_tokenizer(), layout or Layout(), config.max_model_len)
        self._columns = columns

    def score(self, traces: Sequence[Scored]) -> list[list[float] | Unscored]:
        """See ``verifirst.scoring.Scorer``."""
        return _score(traces, self._encode, self._ask, self._columns)

    def _ask(self, prompts: Sequence[Sequence[int]]) -> list[Rows]:
        from vllm import PoolingParams  # noqa: PLC0415  # as above

        outputs = self._llm.encode(
            [{"prompt_token_ids": list(ids)} for ids in prompts],
            PoolingParams(use_activation=False),
            pooling_task=TASK,
            use_tqdm=False,
        )
        return [output.outputs.data.tolist() for output in outputs]


class ServedScorer:
    """P(a step is right) from ``vllm serve MODEL --runner pooling``, asked over HTTP (``/pooling``).

    ``url`` is the server's (``http://127.0.0.1:8000``), ``model`` the name that it serves. ``tokenizer`` is
    the model's own, loaded (``AutoTokenizer.from_pretrained``): token ids are sent, so that no text is read in two
    ways; ``limit`` is the server's ``--max-model-len``. All traces of one call go in one request, which may
    take ``timeout_s`` seconds. What goes wrong raises TimeoutError or EngineError, and ``scoring.score`` makes that
    Unscored. Imports nothing of vLLM.
    """

    def __init__(
        self,
        url: str,
        model: str,
        tokenizer: Any,
        *,
        layout: Layout | None = None,
        columns: tuple[int, int] = (0, 1),
        limit: int | None = None,
        timeout_s: float = 30.0,
        api_key: str = "",
        digest: str = "",
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ConfigError(f"url is {url!r}; expected that of a server, such as http://127.0.0.1:8000")
        self.name = model
        self.digest = digest
        self._url = url.rstrip("/") + "/pooling"
        self._encode = Encoder(tokenizer, layout or Layout(), limit)
        self._columns = columns
        self._timeout_s = timeout_s
        self._headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {api_key}"} if api_key else {}
        )

    def score(self, traces: Sequence[Scored]) -> list[list[float] | Unscored]:
        """See ``verifirst.scoring.Scorer``."""
        return _score(traces, self._encode, self._ask, self._columns)

    def _ask(self, prompts: Sequence[Sequence[int]]) -> list[Rows]:
        body = {
            "model": self.name,
            "input": [list(ids) for ids in prompts],
            "task": TASK,
            "use_activation": False,
            "encoding_format": "float",
        }
        request = urllib.request.Request(  # noqa: S310  # the scheme was checked
            self._url, json.dumps(body).encode(), self._headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                data = json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            said = error.read(500).decode(errors="replace")
            raise EngineError(f"{self._url} answered {error.code}: {said}") from error
        return [row["data"] for row in sorted(data, key=lambda row: int(row["index"]))]


def _score(
    traces: Sequence[Scored],
    encode: Encoder,
    ask: Callable[[Sequence[Sequence[int]]], list[Rows]],
    columns: tuple[int, int],
) -> list[list[float] | Unscored]:
    encoded = [encode(trace) for trace in traces]
    prompts = [one.ids for one in encoded if isinstance(one, Encoded)]
    answers = iter(ask(prompts) if prompts else [])
    return [
        one if isinstance(one, Unscored) else _picked(trace, one, next(answers), columns)
        for trace, one in zip(traces, encoded, strict=True)
    ]


def _picked(trace: Scored, one: Encoded, rows: Rows, columns: tuple[int, int]) -> list[float] | Unscored:
    """The probabilities of the steps that are due, from the rows of a whole prompt."""
    if len(rows) == len(one.ids):
        picked = [rows[at] for at in one.positions]
    elif len(rows) == len(trace.steps):
        picked = list(rows[trace.since :])
    else:
        return Unscored(
            Reason.RULE_ERROR,
            f"{len(rows)} rows for {len(one.ids)} tokens and {len(trace.steps)} steps: which are whose?",
        )
    wrong, right = columns
    return [sigmoid(row[right] - row[wrong]) for row in picked]
