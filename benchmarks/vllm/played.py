"""What a played batch showed: times, tokens, and what verification said of them."""

from __future__ import annotations

import hashlib
import time
from itertools import pairwise
from typing import Any


class Played:
    """Gathers the outputs of one batch, step by step. Times in seconds."""

    def __init__(self) -> None:
        self._added: dict[str, float] = {}
        self._first: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._tokens: dict[str, list[int]] = {}
        self._texts: dict[str, str] = {}
        self._summaries: dict[str, Any] = {}
        self.step_ends: list[float] = []

    def added(self, name: str) -> None:
        """A request was handed over."""
        self._added[name] = time.perf_counter()
        self._tokens[name] = []
        self._texts[name] = ""

    def stepped(self, outputs: list[Any], moment: float) -> None:
        """The engine made a step, which returned ``outputs`` (deltas)."""
        self.step_ends.append(moment)
        for output in outputs:
            name, completion = output.request_id, output.outputs[0]
            if completion.token_ids:
                self._first.setdefault(name, moment)
                self._tokens[name] += completion.token_ids
                self._texts[name] += completion.text
            if output.finished:
                self._ended[name] = moment
                self._summaries[name] = getattr(completion, "verification", None)

    def answer(self, wall_s: float, cpu_s: float) -> dict[str, Any]:
        """JSON-ready."""
        names = list(self._added)
        tokens = [self._tokens[name] for name in names]
        released = sum(map(len, tokens))
        summaries = [self._summaries[name] for name in names]
        return {
            "wall_s": wall_s,
            "cpu_s": cpu_s,
            "steps": len(self.step_ends),
            "released": released,
            "sampled": sum(s["tokens"]["sampled"] for s in summaries) if all(summaries) else released,
            "rollbacks": sum(s["rollbacks"] for s in summaries) if all(summaries) else 0,
            "checked": sum(s["coverage"]["steps"] for s in summaries) if all(summaries) else 0,
            "ttft_s": [self._first[name] - self._added[name] for name in names if name in self._first],
            "per_token_s": [
                (self._ended[name] - self._added[name]) / max(1, len(self._tokens[name])) for name in names
            ],
            "step_s": [b - a for a, b in pairwise(self.step_ends)],
            "digest": hashlib.sha256(repr(tokens).encode()).hexdigest()[:16],
            "text": self._texts[names[0]],
        }
