r"""Answers: the value a trace ends with (``The answer is X``, ``#### X``, ``\boxed{X}``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from verifirst.claims.side import literal
from verifirst.core.claim import Claim
from verifirst.solvers.rational import Item

_NUMBER = r"[-−]?\s?\\?[$€£]?\s?([0-9][0-9,]*(?:\.[0-9]+)?)"
_ANSWER = re.compile(
    rf"(?:\banswer\s*+(?:is\b)?+\s*+:?+\s*+(?:is\b)?+\s*+\**+\s*+\$?+|^####\s*+|\\boxed\s*+\{{\s*+){_NUMBER}(?=([^0-9]?.?.?))",
    re.IGNORECASE | re.MULTILINE,
)
_OPEN_ENDED = re.compile(r"^(?:\.[0-9]|[\s]*[-+*/^:=(\\_!xX×÷]|,[0-9]|[a-z])")


@dataclass(frozen=True, slots=True)
class Answer(Claim):
    """The final answer, a number. ``start`` and ``end`` span the number itself."""

    kind: ClassVar[str] = "answer"

    value: Item
    negative: bool = False


def answers(text: str) -> list[Answer]:
    """The numeric final answers that ``text`` states."""
    if "nswer" not in text and "####" not in text and "\\boxed" not in text:
        return []
    found: list[Answer] = []
    for match in _ANSWER.finditer(text):
        start, end = match.span(1)
        if text[end - 1] == ",":
            end -= 1
        value = literal(text[start:end])
        if value is None or _OPEN_ENDED.match(text[end : end + 3]):
            continue
        negative = any(c in text[match.start() : start] for c in "-−")
        found.append(Answer(start, end, value, negative))
    return found
