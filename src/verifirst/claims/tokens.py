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
from typing import NamedTuple

from verifirst.core.budget import Budget

_WORD = r"(?:(?!equals\b|sqrt\b)[A-Za-z][A-Za-z][A-Za-z'’]*+|[aAI](?=\ [A-Za-z0-9$]|['’]))"
_TOKEN = re.compile(
    rf"""
      (?P<y>[0-9]++:[0-9]++|\\&)
    | (?P<n>(?:[0-9]++(?:(?:,|,\\!|\{{,\}}|\\,|,\ (?=000))[0-9]{{3}}(?![0-9]))*+(?:\.[0-9]++)?+|\.[0-9]++))
    | (?P<q>sqrt(?=\s?[(0-9]))
    | (?P<w>{_WORD}(?:[ -]{_WORD})*+)
    | (?P<e>\.\.++|…)
    | (?P<z>(?<=[0-9)}}a-zA-Z])!(?!\s+[A-Z]|\s*\Z))
    | (?P<b>\n|\\\\|\\[\[\]]|\\(?:begin|end)\s*\{{[A-Za-z]*\*?\}}|\$\$
        |</?[A-Za-z][^<>\n]{{0,60}}>|=>|==>|-{{1,3}}>|[→⇒⟹⇔•—])
    | (?P<t><<[^<>\n]{{0,200}}>>|[$€£¥₹¢°]|&(?=\s*+(?:[=<>&]|\\(?:approx|[lgn]e|quad|qquad)))|(?<==)&|\\[()$,;:!\ ])
    | (?P<p>[.,;:?"“”‘`&]|!(?!=))
    | (?P<r>equals(?:\ to)?\b|≠|!=|=/=|<=|>=|=<(?!<)|[≤≥⩽⩾≈≅≃]|~=|=~|:=|==?(?:\ ?~)?|[<>])
    | (?P<o>\*\*|[-+*/^()%{{}}×·⋅∗✕✖÷∕⁄−–‒√\[\]²³⁴⁵⁶⁷⁸⁹½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘⅙⅚])
    | (?P<u>\^\s*+\{{?\s*+\\circ\s*+\}}?
        |\\(?:text|mathrm|textbf|mbox|textit|textrm)\s*+\{{(?:[^{{}}\\]|\\[$%,\ ]){{0,200}}+\}})
    | (?P<c>\\[A-Za-z]++|\\%)
    | (?P<i>[^\W\d_])
    | (?P<x>\S)
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
    kinds: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(text):
        kind = _BY_GROUP[match.lastindex]  # type: ignore[index]  # every alternative is a group
        if len(kind) != 1:
            if kind == "skip":
                continue
            kind = _KIND[match.group()] if kind == "sign" else _COMMANDS.get(match.group()[1:], "i")
            if not kind:
                continue
        kinds.append(kind)
        start, end = match.span()
        starts.append(start)
        ends.append(end)
        if not len(kinds) & 1023:
            budget.spend(1024)
    budget.spend(len(kinds) & 1023)
    kinds.append("E")
    starts.append(len(text))
    ends.append(len(text))
    return Tokens(text, kinds, starts, ends)


_GROUPS = {
    "n": "n",
    "w": "w",
    "e": "e",
    "p": ",",
    "b": "b",
    "r": "=",
    "u": "w",
    "i": "i",
    "x": "o",
    "y": "o",
    "z": "o",
    "q": "r",
}
_GROUPS |= {"t": "skip", "o": "sign", "c": "command"}
_BY_GROUP = [""] + [_GROUPS[name] for name in sorted(_TOKEN.groupindex, key=_TOKEN.groupindex.__getitem__)]
