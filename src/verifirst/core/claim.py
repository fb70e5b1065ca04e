"""A claim: one checkable assertion found in a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """Base of every kind of claim.

    ``start`` and ``end`` are character offsets into the step's own text. Each kind
    subclasses this in ``verifirst.claims`` and sets ``kind``.
    """

    kind: ClassVar[str] = "claim"

    start: int
    end: int


class Extractor(Protocol):
    """Finds the claims that a step *asserts*.

    Must be total and linear-ish in ``len(text)``: text it cannot read yields no claim.
    """

    def extract(self, text: str) -> list[Claim]:
        """Return the claims in ``text``, ordered by ``start``."""
        ...
