"""Units: conversion factors that a line may leave unsaid (``90 seconds`` for ``1.5``)."""

from __future__ import annotations

import re
from fractions import Fraction

_FAMILIES: tuple[tuple[re.Pattern[str], frozenset[int]], ...] = tuple(
    (re.compile(rf"(?:{words})", re.IGNORECASE), frozenset(factors))
    for words, factors in (
        (r"[$%€£¢]|\bcents?\b|\bdollars?\b|\bpercent|\bpenn|\bpence|\bbucks\b", {100}),
        (r"\bdimes?\b|\bnickels?\b|\bquarters?\b|\bcoins?\b|\bpenn", {100, 4, 10, 20, 5, 25}),
        (r"\b(?:sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?|decades?|centur\w+|annual\w*|nights?)\b",
         {60, 3600, 24, 7, 12, 365, 366, 360, 30, 31, 28, 52, 1440, 10_080, 168, 4, 10, 100, 48, 2, 14}),
        (r"\b(?:inch(?:es)?|feet|foot|ft|yards?|yd|miles?|meters?|metres?|[cmk]m|kilomet\w+|centimet\w+|millimet\w+)\b",
         {12, 3, 36, 5280, 1760, 100, 10, 1000, 144, 9, 10_000, 1_000_000, 27, 1728}),
        (r"\b(?:ounces?|oz|pounds?|lbs?|grams?|kg|kilos?|kilograms?|mg|tons?|tonnes?)\b", {16, 1000, 2000, 2204}),
        (r"\b(?:cups?|pints?|quarts?|gallons?|ounces?|oz|lit(?:er|re)s?|ml|milli\w+|tablespoons?|teaspoons?|tbsp|tsp)\b",
         {2, 4, 8, 16, 32, 64, 128, 3, 48, 1000}),
        (r"\bdozens?\b|\bgross\b", {12, 144}),
        (r"\bpairs?\b|\bcouples?\b|\bboth\b|\beach\b", {2}),
        (r"\b(?:kb|mb|gb|tb|bytes?|bits?|kilo\w+|mega\w+|giga\w+)\b", {8, 1000, 1024}),
    )
)  # fmt: skip
_SCALES = frozenset({10**3, 10**6, 10**9, 10**12})


def conversion(ratio: Fraction, text: str) -> bool:
    """Whether ``ratio`` (or its inverse) is a factor between units that ``text`` names."""
    ratio = abs(ratio)
    if ratio and ratio < 1:
        ratio = 1 / ratio
    if ratio.denominator != 1:
        return False
    factor = ratio.numerator
    return factor in _SCALES or any(factor in factors and words.search(text) for words, factors in _FAMILIES)


def mixed_units(text: str) -> bool:
    """Whether ``text`` names two different units of one family."""
    return any(len({match.group().lower().rstrip("s") for match in words.finditer(text)}) > 1 for words, _ in _FAMILIES)
