"""Tokens: one pass of one compiled pattern over a step's text.

A token is a kind (one character), a start and an end (character offsets in the text).
Kinds: ``n`` number; ``+ - * / ^`` operators; ``%``; ``( ) { }`` brackets (``[ ]`` become
``( )``); ``f`` a fraction command and ``r`` a root; ``s`` a superscript; ``v`` a vulgar
fraction; ``=`` any relation; ``w`` a run of words; ``i`` an identifier (one letter, or an
unknown command); ``o`` something opaque that may belong to an expression (clock time,
ratio, subscript, custom operator); ``e`` an ellipsis; ``,`` punctuation; ``b`` a break
(line, arrow, display edge, markup); ``E`` the end. Currency signs, math delimiters,
alignment and spacing leave no token.
"""

from __future__ import annotations

import re
from itertools import accumulate, compress, islice
from typing import NamedTuple

from verifirst.core.budget import Budget

_WORD = r"(?:(?!equals\b|sqrt\b)[A-Za-z][A-Za-z][A-Za-z'’]*+|[aAI](?=\ [A-Za-z0-9$]|['’]))"
_TOKEN = re.compile(  # ordered by how often; only alternatives that begin alike depend on the order
    rf"""
    ( (?!equals\b|sqrt(?:\b|[0-9]))[A-Za-z][A-Za-z][A-Za-z'’]*+(?:[ -]{_WORD})*+
    | [0-9]++(?!:[0-9])(?:(?:,|,\\!|\{{,\}}|\\,|,\ (?=000))[0-9]{{3}}(?![0-9]))*+(?:\.[0-9]++)?+
    | [+(){{}}%$,;](?!\$)
    | [aAI](?=\ [A-Za-z0-9$]|['’])(?:[ -]{_WORD})*+
    | \\(?:text|mathrm|textbf|mbox|textit|textrm)\s*+\{{(?:[^{{}}\\]|\\[$%,\ ]){{0,200}}+\}}
    | \\(?:begin|end)\s*\{{[A-Za-z]*\*?\}}
    | \\(?:[A-Za-z]++|[][()\\&$,;:!\ %])
    | \n
    | ==>|=>|=/=|=<(?!<)|=~|==?(?:\ ?~)?
    | \.(?:[0-9]++|\.++)?
    | \*\*?
    | -{{1,3}}>
    | \$\$
    | equals(?:\ to)?\b|sqrt(?=\s?[(0-9])
    | [0-9]++:[0-9]++
    | <<[^<>\n]{{0,200}}>>|</?[A-Za-z][^<>\n]{{0,60}}>|<=
    | >=|~=|!=(?<![0-9)}}a-zA-Z]!=)
    | \S )
    """,
    re.VERBOSE,
)
_KIND = dict.fromkeys("-−–‒", "-") | dict.fromkeys("*×·⋅∗✕✖", "*") | dict.fromkeys("/÷∕⁄", "/")
_KIND |= dict.fromkeys("²³⁴⁵⁶⁷⁸⁹", "s") | dict.fromkeys("½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚", "v")
_KIND |= {c: c for c in "+^()%{}"} | {"**": "^", "[": "(", "]": ")", "√": "r"}

_COMMANDS = dict.fromkeys(("times", "cdot", "ast", "bullet"), "*") | {"div": "/", "sqrt": "r"}
_COMMANDS |= dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), "f")
_COMMANDS |= dict.fromkeys(
    [
        "left",
        "right",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "displaystyle",
        "textstyle",
        "boxed",
        "fbox",
        "degree",
        "limits",
    ],
    "",
)
_COMMANDS |= dict.fromkeys(
    [
        "approx",
        "simeq",
        "thickapprox",
        "doteq",
        "le",
        "leq",
        "leqslant",
        "ge",
        "geq",
        "geqslant",
        "ne",
        "neq",
        "lt",
        "gt",
    ],
    "=",
)
_COMMANDS |= dict.fromkeys(
    [
        "implies",
        "Rightarrow",
        "Longrightarrow",
        "rightarrow",
        "longrightarrow",
        "to",
        "iff",
        "Leftrightarrow",
        "therefore",
        "because",
        "hline",
        "quad",
        "qquad",
    ],
    "b",
)
_COMMANDS |= dict.fromkeys(("ldots", "dots", "cdots", "dotsb", "dotsc"), "e") | {"%": "%", "lbrack": "(", "rbrack": ")"}

_RELATIONS = dict.fromkeys(
    ("≈", "≅", "≃", "~=", "=~", "=~", "= ~", "==~", "\\approx", "\\simeq", "\\thickapprox", "\\doteq"), "≈"
)
_RELATIONS |= dict.fromkeys(("<=", "=<", "≤", "⩽", "\\le", "\\leq", "\\leqslant"), "<=") | {"<": "<", "\\lt": "<"}
_RELATIONS |= dict.fromkeys((">=", "≥", "⩾", "\\ge", "\\geq", "\\geqslant"), ">=") | {">": ">", "\\gt": ">"}
_RELATIONS |= dict.fromkeys(("≠", "!=", "=/=", "\\ne", "\\neq"), "!=") | {
    "=": "=",
    "==": "=",
    "equals": "=",
    "equals to": "=",
    "equal to": "=",
}


class Tokens(NamedTuple):
    """Three parallel lists over one text; the last token is ``E`` at ``len(text)``."""

    text: str
    kinds: list[str]
    starts: list[int]
    ends: list[int]

    def relation(self, i: int) -> str:
        """Relation token ``i`` as one of ``= ≈ < > <= >= !=``, or ``?`` (a definition)."""
        return _RELATIONS.get(self.text[self.starts[i] : self.ends[i]], "?")

    def glued(self, i: int) -> bool:
        """Whether token ``i`` touches the one before it."""
        return i > 0 and self.starts[i] == self.ends[i - 1]


def tokenize(text: str, budget: Budget) -> Tokens:
    """The tokens of ``text``; spends one unit a token and one per eight characters."""
    budget.spend(len(text) >> 3)
    _afford(text, budget)
    pieces = _TOKEN.split(text)  # one call: a match object for each token would cost more than finding it
    offsets = list(accumulate(map(len, pieces)))
    kinds = [_FIXED.get(token) or _kind(token) for token in pieces[1::2]]
    starts, ends = offsets[:-1:2], offsets[1::2]
    if _OPEN in kinds:
        kinds = [_resolved(text, starts[i]) if kind == _OPEN else kind for i, kind in enumerate(kinds)]
    if _SKIPPED in kinds:
        kept = [kind != _SKIPPED for kind in kinds]
        kinds, starts, ends = list(compress(kinds, kept)), list(compress(starts, kept)), list(compress(ends, kept))
    budget.spend(len(kinds))
    kinds.append("E")
    starts.append(len(text))
    ends.append(len(text))
    return Tokens(text, kinds, starts, ends)


def _afford(text: str, budget: Budget) -> None:
    """Spend what is too much before it is done: a text has at most as many tokens as characters."""
    room = budget.limit - budget.spent
    if len(text) > room:
        tokens = (token for token in _TOKEN.finditer(text) if _FIXED.get(token[0]) != _SKIPPED)
        if sum(1 for _ in islice(tokens, room + 1)) > room:
            budget.spend(room + 1)


_SKIPPED, _OPEN = " ", "?"  # no kinds: leaves no token; depends on what stands around it
_FIXED = _KIND | dict.fromkeys(_RELATIONS, "=") | dict.fromkeys(("~=", "=~", "==~", "== ~", "= ~", *"<>≤≥⩽⩾≈≅≃≠"), "=")
_FIXED |= dict.fromkeys(("\n", "\\\\", "\\[", "\\]", "$$", "=>", "==>", "->", "-->", "--->", *"→⇒⟹⇔•—"), "b")
_FIXED |= dict.fromkeys((*"$€£¥₹¢°", *(f"\\{sign}" for sign in "()$,;:! ")), _SKIPPED)
_FIXED |= dict.fromkeys('.,;:?"“”‘`', ",") | dict.fromkeys((*"aAI&!", "sqrt", "equals"), _OPEN)
_FIXED |= {f"\\{name}": kind or _SKIPPED for name, kind in _COMMANDS.items()}
_FIXED |= {"\\": "o", "\\&": "o", "…": "e", "equal to": "w"}


def _kind(token: str) -> str:
    """The kind of a token that is not always spelled the same."""
    first = token[0]
    if first.isalnum():
        if first.isascii() and len(token) > 1:
            return ("o" if ":" in token else "n") if first.isdecimal() else "w"
        return "i" if not first.isdecimal() else "n" if first.isascii() else "o"
    if first == "\\":
        return ("b" if token[1] in "be" else "w") if token[-1] == "}" else "i"
    if first == ".":
        return "e" if token[1] == "." else "n"
    if first == "<":
        return _SKIPPED if token[1] == "<" else "b"
    return "o"


def _resolved(text: str, start: int) -> str:
    """The kind of a token that may be one thing or another."""
    pattern, kind, otherwise = _MEANINGS[text[start]]
    return kind if pattern.match(text, start) else otherwise


_ARTICLE = re.compile(r"[aAI](?=\ [A-Za-z0-9$]|['’])")
_MEANINGS = dict.fromkeys("aAI", (_ARTICLE, "w", "i")) | {
    "!": (re.compile(r"(?<=[0-9)}a-zA-Z])!(?!\s+[A-Z]|\s*\Z)"), "o", ","),  # a factorial
    "&": (re.compile(r"&(?=\s*+(?:[=<>&]|\\(?:approx|[lgn]e|quad|qquad)))|(?<==)&"), _SKIPPED, ","),  # alignment
    "s": (re.compile(r"sqrt(?=\s?[(0-9])"), "r", "w"),
    "e": (re.compile(r"equals\b"), "=", "w"),
}
