r"""Regions: the stretches of a step that are typeset mathematics, and the prose between them.

Delimiters are ``\( \)``, ``\[ \]``, ``$$ $$``, ``$ $`` and the display environments. A
dollar opens mathematics by the rule of Pandoc's ``tex_math_dollars`` (nothing blank after
the opening one, nothing blank before the closing one, no digit after it), so that money in
prose stays prose. Prose counts as a region where a line of it holds a relation and a symbol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MAX_INLINE = 2_000  # characters between two dollars


class Region(NamedTuple):
    """Characters ``start`` to ``end`` of the step; ``typeset`` says that LaTeX rules hold."""

    start: int
    end: int
    typeset: bool


_ENVIRONMENTS = "align|aligned|equation|gather|gathered|eqnarray|multline|split|cases|alignat|flalign|displaymath|math"
_OPENER = re.compile(rf"\\\(|\\\[|\$\$|(?<!\\)\$|\\begin\s*\{{(?:{_ENVIRONMENTS})\*?\}}(?:\{{[0-9]\}})?")
_CLOSER = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}
SAID_EQUAL = re.compile(
    r"(?:\$|\\\))\s*(?:which\s+)?(?:(?:can|may)\s+be\s+)?"
    r"(?:factor(?:ed|s|ized|izes|ised|ises)?|simplif(?:ies|ied)|expand(?:s|ed)?)\s+(?:as|to|into)\s*(?:\$|\\\()"
)
"""Words between two formulas that say that they are one expression."""
_JOIN = re.compile(r"\s*[-+*/=<>≤≥][-+*/=\s0-9.(]*(?:\$|\\\(|\\\[)")
_VALUE = re.compile(r"\s*=\s*[0-9]++(?:\.[0-9]++)?(?![0-9,./^*+(\\√πA-Za-z]|\s*[-+*/^(\\×√=])")
_RELATION = re.compile(r"[=<>≈≤≥≠≡]")
_SYMBOL = re.compile(
    r"(?<![A-Za-z'’$\\])(?:[A-Zb-z](?![A-Za-z'’.])|a(?=\s?[-+*/^=<>)(0-9]))|[a-zA-Z]\^|[0-9][a-z](?![a-z])"
    r"|√|π|\bpi\b|\b(?:sqrt|sin|cos|tan|log|ln|gcd|lcm|mod)\b|[0-9)]!|\\[a-z]"
)
_PROSE = re.compile(r"[A-Za-z]{3,}[,;]?\s+[A-Za-z]{2,}")
_TEXT = re.compile(r"\\(?:text|mathrm|mbox|textbf|operatorname)\s*\{[^{}]*\}")


def regions(text: str) -> list[Region]:
    """The regions of ``text`` that may hold formulas, in order; they do not overlap."""
    found: list[Region] = []
    at = 0
    for start, end, after in _typeset(text):
        if found and found[-1].typeset and at < start and _joins(text, found[-1], at, start, end):
            found[-1] = Region(found[-1].start, end, typeset=True)  # $a$ + $b$ = $c$
        else:
            found += _prose(text, at, start)
            found.append(Region(start, end, typeset=True))
        at = after
        if value := _VALUE.match(text, after):
            at = value.end()
            found[-1] = Region(found[-1].start, at, typeset=True)  # $a$ = 40 cm
    found += _prose(text, at, len(text))
    return found


def _joins(text: str, before: Region, at: int, start: int, end: int) -> bool:
    """Whether what stands between two regions makes them one; a dash between two relations opens a list item."""
    if SAID_EQUAL.fullmatch(text, max(at - 2, before.end), start):
        return not _RELATION.search(text, before.start, before.end) and not _RELATION.search(text, start, end)
    match = _JOIN.fullmatch(text, at, start)
    if match is None or "\n" in match.group():
        return False
    related = _RELATION.search(text, before.start, before.end) and _RELATION.search(text, start, end)
    return not (related and "-" in match.group())


def _typeset(text: str) -> Iterator[tuple[int, int, int]]:
    """Start and end of what delimiters enclose, and where the closing one ends."""
    missing: set[str] = set()  # closers that do not occur any more: look for each once
    at = 0
    while match := _OPENER.search(text, at):
        opener = match.group()
        if opener == "$":
            end = _dollar(text, match.end())
            closer = "$"
        else:
            closer = _CLOSER.get(opener) or "\\end"
            end = -1 if closer in missing else text.find(closer, match.end())
            if end < 0:
                missing.add(closer)
        if end < 0:
            at = match.end()
            continue
        at = end + len(closer)
        yield match.end(), end, at


def _dollar(text: str, start: int) -> int:
    """Where the mathematics that begins at ``start`` ends, or -1: this dollar is money."""
    end = text.find("$", start, start + MAX_INLINE)
    while end > start and text[end - 1] == "\\":
        end = text.find("$", end + 1, start + MAX_INLINE)
    if end <= start:
        return -1
    inside = text[start:end]
    if inside[0].isspace() != inside[-1].isspace() or text[end + 1 : end + 2].isdigit() or "\n\n" in inside:
        return -1
    return -1 if _PROSE.search(_TEXT.sub("", inside)) else end


def _prose(text: str, start: int, end: int) -> Iterator[Region]:
    """The lines of ``text[start:end]`` that hold a relation and a symbol."""
    if not _RELATION.search(text, start, end):
        return
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if _RELATION.search(text, start, stop) and _SYMBOL.search(text, start, stop):
            yield Region(start, stop, typeset=False)
        start = stop + 1
