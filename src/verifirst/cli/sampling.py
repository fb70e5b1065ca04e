"""How a command samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verifirst.engines.base import Request


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample; each problem's seed is ``seed`` plus its place in the file."""

    temperature: float
    seed: int | None
    max_tokens: int
    enforce: bool

    def request(self, problem: str, place: int = 0) -> Request:
        """The request for one problem. The shipped models read it followed by one line feed."""
        from verifirst.engines.base import Request

        return Request(
            problem.rstrip("\n") + "\n",
            problem=problem,
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            seed=None if self.seed is None else self.seed + place,
            enforce=self.enforce,
        )
