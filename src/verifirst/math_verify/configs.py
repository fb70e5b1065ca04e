"""What to look for in a text: the settings of ``parse``, in the shapes that Math-Verify's have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class LatexNormalizationConfig:
    """Accepted for compatibility; every normalisation is always on here, but for ``boxed``.

    ``boxed`` says which boxes count: ``"all"`` neighbours together, the ``"last"`` alone, or ``"none"``.
    """

    basic_latex: bool = True
    units: bool = True
    malformed_operators: bool = True
    nits: bool = True
    boxed: Literal["all", "last", "none"] = "all"
    equations: bool = False


@dataclass(frozen=True, slots=True)
class LatexExtractionConfig:
    r"""Look for LaTeX.

    ``boxed_match_priority`` places ``\boxed{}`` among the ways in which an answer is announced:
    0 before everything, 50 with "final answer is", -1 never.
    """

    try_extract_without_anchor: bool = True
    boxed_match_priority: int = 50
    normalization_config: LatexNormalizationConfig = field(default_factory=LatexNormalizationConfig)


@dataclass(frozen=True, slots=True)
class ExprExtractionConfig:
    """Look for numbers and expressions typed into prose."""

    try_extract_without_anchor: bool = True


@dataclass(frozen=True, slots=True)
class StringExtractionConfig:
    """Look for one of some strings, such as the letters of a multiple choice."""

    strings: tuple[str, ...] = ("A", "B", "C", "D")
    try_extract_without_anchor: bool = True
    lowercase: bool = True


ExtractionTarget = LatexExtractionConfig | ExprExtractionConfig | StringExtractionConfig
