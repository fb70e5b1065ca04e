"""A claim: one checkable assertion found in a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """Base of every kind of claim.

    ``start`` and ``end`` are character offsets into the step's own text. Each kind
    subclasses this in ``verifirst.claims`` and sets ``kind``. An ``optional`` kind names or
    sets up rather than asserts: where no rule speaks of it, it is no claim left open.
    """

    kind: ClassVar[str] = "claim"
    optional: ClassVar[bool] = False

    start: int
    end: int


class Extractor(Protocol):
    """Finds the claims that a step *asserts*.

    Must be total and linear-ish in ``len(text)``: text it cannot read yields no claim.
    """

    def extract(self, text: str) -> list[Claim]:
        """Return the claims in ``text``, ordered by ``start``."""
        ...
