r"""One notation: the many spellings of the same LaTeX or typed formula, rewritten alike.

Every rewrite is a regular expression of linear time over at most :data:`MAX_SOURCE` characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MAX_SOURCE = 2_000
"""Characters of one answer; what is longer is not read."""

_TEXT = r"\\(?:text|textnormal|mbox|textbf|textrm|textit|textsf|mathrm|operatorname)\*?\s*+"
_BETWEEN_DIGITS = r"(?<=[0-9])\s*+(?:\{\s*+,\s*+\}|,\s*+\\!)\s*+(?=[0-9]{3})|(?<=[0-9])\\[,;:! ](?=[0-9]{3}(?![0-9]))"
_ENVIRONMENT = r"\\(?:begin|end)\s*+\{(?:align|aligned|equation|gather|gathered|split|math|displaymath)\*?\}"

_REWRITES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (_ENVIRONMENT, " "),
        (r"\^\s*+\{?\s*+" + _TEXT + r"\{\s*+(?:st|nd|rd|th)\s*+\}\s*+\}?", ""),
        (_TEXT + r"\{\s*+([eixy])\s*+\}", r"\1"),
        (_TEXT + r"\{\s*+,?\s*+(and|or)\s*+,?\s*+\}", r" \1 "),
        (_TEXT + r"\{\s*+([0-9]++(?:\.[0-9]++)?)\s*+\}", r"\1"),
        (r"\\textnormal\b", r"\\text"),
        (r"\{\s*+\\rm\s++([^{}]*+)\}", r"\\text{\1}"),
        (_BETWEEN_DIGITS, ""),
        (r"\*\*", "^"),
        (r"\\langle\b", "("),
        (r"\\rangle\b", ")"),
        (r"\\(?:left|right)\s*+\.", ""),
        (r"\\(?:hspace|vspace|phantom)\*?\s*+\{[^{}]*+\}", " "),
        (r"\\q?quad\b|(?<!\\)\\[;: ]|~", " "),
        (r"\\mathbb\s*+\{?\s*+R\s*+\}?|ℝ", r" (-\\infty,\\infty) "),
        (r"\\(?:varnothing|emptyset)\b|∅", r" \\{\\} "),
        (r"±", r"\\pm "),
        (r"∪", r"\\cup "),
        (r"(?<=[\])}])\s*+U\s*+(?=[\[({\\])", r"\\cup "),
        (r"∈|(?<=[A-Za-z])\s++in\s++(?=[\[({\\])", r"\\in "),
        (r"(?<![\\A-Za-z])(?:inf|oo|[Ii]nfinity)(?![A-Za-z])", r"\\infty "),
        (r"(?<![\\A-Za-z])exp\s*+\(", "e^("),
        (r"(?<=[0-9)}])\s*+(?:[Pp]ercentage|[Pp]ercent|[Pp]ct)(?![A-Za-z])", r"\\%"),
        (r"(?<=[0-9}%])\s*+" + _TEXT + r"\{\s*+(?:percent|pct|\\%)\s*+\}", r"\\%"),
        (r"((?<![0-9.])[0-9]++\.[0-9]++)[eE]([+-]?[0-9]{1,4})(?![\w.])", r"\1*10^{\2}"),
        (r"((?<![0-9.])[0-9]++)[eE]([+-][0-9]{1,4})(?![\w.])", r"\1*10^{\2}"),
        (r"\^\s*+([0-9]{2,})", r"^{\1}"),
        (r"\^\s*+-\s*+([0-9]++)", r"^{-\1}"),
        (r"(?<![\\A-Za-z{])(and|or)(?![A-Za-z])", r"\\text{\1}"),
    )
)
_REPEATING = re.compile(r"([0-9]{0,20}+)\.([0-9]{0,20})\\(?:overline|bar|dot)\s*+(?:\{([0-9]{1,20})\}|([0-9]))")
_SPACED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:[ ][0-9]{3})++(?![0-9])")
_MIXED = re.compile(
    r"(?<![0-9.,)/}] )(?<![0-9.,)/}])([0-9]{1,20}+)[ ]++([0-9]{1,20}+)[ ]?/[ ]?([0-9]{1,20}+)(?![0-9./])"
)
_OPENER = re.compile(r"(\^|\\sqrt)\s*+\(")
_EDGE = " \t\r\n.,;:*$"
_TRAILING = re.compile(r"(?:[\s.,;:*$]|(?<!\\)\\[,!]|\\\\)++\Z")


def rewritten(text: str, *, typeset: bool) -> str:
    """``text`` in the one notation. It is stripped of punctuation around it."""
    text = stripped(text.replace("$", " "))
    if not typeset:
        text = _SPACED.sub(lambda match: match.group().replace(" ", ""), text)
        text = _MIXED.sub(_mixed, text)
    if text.isdecimal():
        return text
    text = _REPEATING.sub(_repeating, text)
    for pattern, new in _REWRITES:
        text = pattern.sub(new, text)
    return _braced(text).strip()


def stripped(text: str) -> str:
    """``text`` without the punctuation of the sentence around it."""
    return _TRAILING.sub("", text.lstrip(_EDGE + "=") if not text.lstrip().startswith(".") else text.strip())


def _mixed(match: re.Match[str]) -> str:
    whole, top, bottom = match.groups()
    return f"({whole}+{top}/{bottom})" if int(top) < int(bottom) else match.group()


def _repeating(match: re.Match[str]) -> str:
    whole, fixed, period = match[1] or "0", match[2], match[3] or match[4]
    top = int(whole + fixed + period) - int(whole + fixed)
    return rf"\frac{{{top}}}{{{'9' * len(period)}{'0' * len(fixed)}}}"


def _braced(text: str) -> str:
    r"""``x^(2/3)`` and ``\sqrt(2)`` with braces for the brackets."""
    at = 0
    while match := _OPENER.search(text, at):
        end = _closing(text, match.end())
        if end < 0:
            break
        text = f"{text[: match.end() - 1]}{{{text[match.end() : end]}}}{text[end + 1 :]}"
        at = match.end()
    return text


def _closing(text: str, at: int) -> int:
    depth = 1
    for i in range(at, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if not depth:
            return i
    return -1
