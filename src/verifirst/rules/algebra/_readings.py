"""The other ways to read a formula: what is refuted is false in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifirst.claims.formula import CONVENTIONS, STYLES, TEXTBOOK, Formula, Style, reread
from verifirst.core.budget import Budget
from verifirst.solvers.ideal import Relation

_NEEDS = {
    "slash_last": re.compile(r"/|÷|\\div"),
    "mixed_product": re.compile(r"[0-9]\s*\\[dt]?frac|[0-9][½¼¾⅓⅔]"),
    "letters": re.compile(r"[A-Z]\s*[A-Z]"),
    "calls": re.compile(r"[A-Za-zπ]'?\s*(?:\\left)?\("),
    "natural_log": re.compile(r"log"),
    "binary_log": re.compile(r"log"),
    "degrees": re.compile(r"sin|cos|tan|cot|sec|csc"),
    "imaginary": re.compile(r"(?<![a-zA-Z\\])i(?![a-z])"),
    "napier": re.compile(r"(?<![a-zA-Z\\])e(?![a-z])"),
    "letter_e": re.compile(r"(?<![a-zA-Z\\])e\s*\^"),
    "plain_degrees": re.compile(r"\\circ|°|\\degree"),
    "slash_sum": re.compile(r"[-+][^=]*/"),
    "plain_percent": re.compile(r"%"),
    "wide": re.compile(r"\\?(?:sin|cos|tan|log|ln|cot|sec|csc)"),
}

_OTHERS = [
    (style, [_NEEDS[name] for name, value in style._asdict().items() if value]) for style in STYLES if style != TEXTBOOK
]


def readings(
    text: str, claim: Formula, budget: Budget, *, imaginary: bool = False
) -> Iterator[tuple[Style, Relation | None]]:
    """The textbook's sides, then those of every style that the text leaves room for.

    None for a style in which the sides are cut elsewhere. ``imaginary``: in all of them i is
    the imaginary unit.
    """
    source = text[claim.start : claim.end]
    if not imaginary:
        yield TEXTBOOK, (claim.left.term, claim.right.term)
    for style, needs in _OTHERS:
        if all(need.search(source) for need in needs) and not (style.calls and _constant_pi(source)):
            known = style._replace(imaginary=True) if imaginary else style
            yield known, reread(text, claim, known, budget)


_BARE_PI = re.compile(r"(?:π|\\pi(?![a-z]))(?!\s*(?:\\left\s*)?\()")
_CALL = re.compile(r"(?<![A-Za-z\\])[A-Za-z]'?\s*(?:\\left\s*)?\(")


def _constant_pi(source: str) -> bool:
    """``π(6)^2 = 36π``: beside a π that calls nothing, the other one is a number, too; and no other letter calls."""
    return _BARE_PI.search(source) is not None and not _CALL.search(source)


_LEEWAY = re.compile(
    r"/\s*(?:[0-9.]+\s*[A-Za-z(\\]|[A-Za-z]\s*[A-Za-z(]|\([^()]*\)\s*[A-Za-z(])"  # 1/2x
    r"|[-+][^=]*/|[0-9]\s*\\[dt]?frac|[0-9][½¼¾⅓⅔]|log|%|\\?(?:sin|cos|tan|cot|sec|csc)\b|\be\^|\\circ|°"
)


def leeway(source: str) -> bool:
    """Whether an equation that is only read the textbook's way may mean something else."""
    return _LEEWAY.search(source) is not None


def conventional(style: Style) -> bool:
    """Whether what holds in this style holds."""
    return style == TEXTBOOK or style in CONVENTIONS
