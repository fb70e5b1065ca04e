"""What vLLM sampled and nobody may see yet: log-probabilities and one-shot fields of withheld outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ONE_SHOT = ("prefill_stats", "new_prompt_logprobs_tensors", "prompt_token_id_logprobs")
"""Fields of an ``EngineCoreOutput`` that come once and ride on the next release."""


@dataclass(slots=True, eq=False)
class Withheld:
    """The withheld part of one request's outputs. ``rows`` has one entry per unreleased token, or none at all.

    ``width`` is the number of log-probabilities asked for, plus the sampled token's own
    (None: as many as come). vLLM pads rows to the widest request of the batch.
    """

    width: int | None
    rows: list[Any] = field(default_factory=list)
    once: dict[str, Any] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)

    @property
    def loaded(self) -> bool:
        """Whether anything is withheld."""
        return bool(self.once or self.events or self.rows)

    def take(self, out: Any) -> None:
        """Keep what ``out`` carries beside its tokens."""
        if out.events:
            self.events += out.events
        for name in ONE_SHOT:
            if (value := getattr(out, name)) is not None and name not in self.once:
                self.once[name] = value
        if out.new_logprobs is not None:
            self._take_rows(out.new_logprobs, len(out.new_token_ids))

    def _take_rows(self, lists: Any, count: int) -> None:
        for row in range(count):
            part = lists.slice_request(row, 1)
            self.rows.append(
                part._replace(
                    logprob_token_ids=part.logprob_token_ids[:, : self.width], logprobs=part.logprobs[:, : self.width]
                )
            )

    def cut(self, keep: int) -> list[float]:
        """Keep the first ``keep`` unreleased tokens' rows; return the log-probabilities of the other tokens."""
        dropped = [float(row.logprobs[0, 0]) for row in self.rows[keep:]]
        del self.rows[keep:]
        return dropped

    def release(self, count: int) -> dict[str, Any]:
        """The fields of an output that releases the next ``count`` tokens; they are withheld no more."""
        fields, self.once = self.once, {}
        if self.events:
            fields["events"], self.events = self.events, []
        if self.rows and count:
            fields["new_logprobs"] = _join(self.rows[:count])
            del self.rows[:count]
        return fields


def _join(rows: list[Any]) -> Any:
    import numpy as np  # noqa: PLC0415  # comes with vLLM

    kind = type(rows[0])
    columns = zip(*[(row.logprob_token_ids, row.logprobs, row.sampled_token_ranks) for row in rows], strict=True)
    return kind(*[np.concatenate(column) for column in columns], None)
