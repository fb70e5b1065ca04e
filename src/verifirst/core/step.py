"""A step: a closed segment of a trace's text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One closed segment of the generated text.

    ``start``, ``end`` and ``boundary`` are character offsets into the trace's output text:
    ``output[start:end] == text``, which carries no surrounding whitespace, and
    ``boundary >= end`` is where the next step's region begins (past the separator, where
    the convention has one). Cutting the output at ``boundary`` keeps this step whole.
    """

    index: int
    start: int
    end: int
    boundary: int
    text: str
