r"""Tokens of one region: mathematics in LaTeX, or typed into prose.

Kinds, one character each: ``n`` number, ``s`` superscript digits, ``v`` vulgar fraction, ``a``
a symbol (its text is the name), ``F`` a prefix function, ``G`` one of several operands, ``c``
a command with arguments, ``T`` words inside mathematics, ``w`` words of prose, ``+ - * / ^ _
! % '`` operators, ``d`` a degree sign, ``( ) { } |`` brackets, ``r`` a relation, ``,``
punctuation, ``b`` a break, ``i`` a break that says "it follows", ``o`` anything else, ``E``
the end. Offsets are characters of the step.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from verifirst.claims.formula import vocabulary as words
from verifirst.claims.formula.regions import SAID_EQUAL, Region
from verifirst.core.budget import Budget

_REPEATING = r"\\(?:overline|bar|dot)"
_NUMBER = (
    r"[0-9]++(?:(?:,|\{,\}|,\\!|\\,)[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+"
    rf"(?!\.?{_REPEATING})|\.[0-9]++(?!{_REPEATING})"
)
_SHARED = rf"""
      (?P<n>{_NUMBER})
    | (?P<u>\^\s*+(?:\{{\s*+\\circ\s*+\}}|\\circ|\{{\s*+\\degree\s*+\}})|°|\\degree\b|\\textdegree\b)
    | (?P<e>\\(?:[A-Za-z]++\*?|.))
    | (?P<r><=|>=|=<|(?<=\s)!=|==?|:=|[<>≈≅≃≠≤≥≡⩽⩾∈∝∼~])
    | (?P<k>[-+*/^_!%(){{}}|,;\[\]'′&×·⋅∗÷∕−–√π∞°])
    | (?P<s>[⁰¹²³⁴⁵⁶⁷⁸⁹]++)
    | (?P<v>[½¼¾⅓⅔⅛⅜⅝⅞])
"""
_TYPESET = re.compile(
    rf"(?P<g>{SAID_EQUAL.pattern})|[\s$]++|(?P<f>[.?](?=[\s$]|\Z|\\?\}}))|(?:{_SHARED}|(?P<a>[^\W\d_])|(?P<x>.))",
    re.VERBOSE | re.DOTALL,
)
_UNITS = (
    "cm mm km dm kg mg ml dl cl ft in lb lbs oz hr hrs mi yd th nd rd st am pm mph min sec mb gb kb deg rad hz ms ns "
    "us pt qt pc pcs kw mw wh px kn pa mol ton bn mn tn cc dx dy dt mod log ln x"
).replace(" ", "|")
_TAGS = "a|b|i|u|p|em|strong|br|sub|sup|span|div|h[1-6]|li|ul|ol|td|tr|th|table|code|pre"  # of HTML
_TYPED = re.compile(
    rf"""\s++|(?P<z>[0-9.]*\.\.+|…)|</?(?:{_TAGS})\s*/?>|(?P<l>(?<=[0-9])(?!(?:{_UNITS})(?![A-Za-z]))[a-z](?=[a-z]{{1,2}}(?![A-Za-z]))
    |(?<=[0-9][a-z])[a-z](?=[a-z](?![A-Za-z])))
    |(?P<q>(?:sqrt|arcsin|arccos|arctan|sin|cos|tan|log|ln|gcd|lcm|max|min|pi)(?![A-Za-z]))
    |(?P<w>[A-Za-z][A-Za-z'’]+(?:[ -][A-Za-z'’]{{2,}})*+\.?|[aI](?=\s+[A-Za-z]{{2}})|[.:?"“”`•→⇒—$€£]
    |=>|==>|-{{1,2}}>)
    |(?:{_SHARED}|(?P<a>[^\W\d_])|(?P<x>.))""",
    re.VERBOSE | re.DOTALL,
)
_SIGN = {
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "∕": "/", "[": "(", "]": ")", ";": ",",
    "′": "'",
}  # fmt: skip
_SPECIAL = {"π": ("a", "π"), "√": ("c", "sqrt"), "∞": ("a", "∞"), "&": ("", "")}
_BRACED = re.compile(r"\s*\{((?:[^{}\\]|\\[$%,; {}])*)\}")
ALIGNED_MINUS = "&-"  # text of a minus right after an alignment mark


Add = Callable[[str, str, int, int], None]
"""Appends a token: its kind, its text, its start and its end."""


class Tokens(NamedTuple):
    """Parallel lists; the last token is ``E`` at the region's end."""

    kinds: list[str]
    texts: list[str]
    starts: list[int]
    ends: list[int]
    typeset: bool


def tokenize(text: str, region: Region, budget: Budget) -> Tokens:
    """The tokens of ``text`` in ``region``; spends one unit a token."""
    tokens = Tokens([], [], [], [], region.typeset)
    add = _adder(tokens)
    pattern = _TYPESET if region.typeset else _TYPED
    at, end = region.start, region.end
    while at < end:
        match = pattern.match(text, at, end)
        if match is None:  # not reached: the patterns take any character
            break
        at = match.end()
        group = match.lastgroup
        if group == "e":
            budget.spend(2)
            at = _command(text, match, end, add)
        elif group is not None:
            budget.spend()
            kind, value = _plain(group, match.group())
            if kind == "n" and region.typeset and tokens.kinds[-1:] == ["c"]:
                at = match.start() + 1  # \\frac takes one digit: \\frac12
                value = value[0]
            elif kind == "-" and "&" in text[max(region.start, at - 3) : at]:
                value = ALIGNED_MINUS
            if kind:
                add(kind, value, match.start(), at)
    add("E", "", end, end)
    return tokens


def _adder(tokens: Tokens) -> Add:
    kinds, texts, starts, ends = tokens.kinds.append, tokens.texts.append, tokens.starts.append, tokens.ends.append

    def add(kind: str, text: str, start: int, end: int) -> None:
        kinds(kind)
        texts(text)
        starts(start)
        ends(end)

    return add


def _plain(group: str, value: str) -> tuple[str, str]:
    """Kind and text of a token that is no command; an empty kind leaves none."""
    if group in "al":
        return "a", words.GREEK_LETTERS.get(value, value)
    if group == "k":
        return _SPECIAL.get(value) or (_SIGN.get(value, value), value)
    if group == "r":
        return "r", words.RELATIONS.get(value, "~")
    if group == "q":
        return _named(value)
    if group == "w" and value in ("=>", "==>", "⇒"):
        return "i", value
    return {"u": "d", "x": "o", "z": "o", "f": ",", "g": "r"}.get(group, group), "=" if group == "g" else value


def _named(name: str) -> tuple[str, str]:
    if name == "pi":
        return "a", "π"
    if name == "sqrt":
        return "c", "sqrt"
    return ("G", name) if name in words.LISTED else ("F", name)


_COMMAND: dict[str, tuple[str, str]] = {"pi": ("a", "π"), "infty": ("a", "∞"), "circ": ("o", "circ"), "{": ("(", "{")}
_COMMAND |= {name: ("a", name) for name in words.GREEK}
_COMMAND |= {name: ("F", name) for name in words.FUNCTIONS if name != "sqrt"}
_COMMAND |= {name: ("G", name) for name in words.LISTED}
_COMMAND |= {name: (sign, sign) for name, sign in words.SIGNS.items()}
_COMMAND |= dict.fromkeys(words.SKIPPED, ("", ""))
_COMMAND |= {name: ("i" if name in words.IMPLYING else "b", name) for name in words.BREAKS}
_COMMAND |= {sign[1:]: ("r", value) for sign, value in words.RELATIONS.items() if sign[0] == "\\"}
_COMMAND |= {
    "}": (")", "}"), "|": ("|", "||"), "vert": ("|", "|"), "lvert": ("(", "|"), "rvert": (")", "|"),
    "lfloor": ("(", "floor"), "rfloor": (")", "floor"), "lceil": ("(", "ceil"), "rceil": (")", "ceil"),
    "lbrack": ("(", "["), "rbrack": (")", "]"), "lbrace": ("(", "{"), "rbrace": (")", "}"), "lparen": ("(", "("),
    "rparen": (")", ")"), "prime": ("'", "'"), "colon": (",", ":"), "dfrac": ("c", "frac"), "tfrac": ("c", "frac"),
    "cfrac": ("c", "frac"), "dbinom": ("c", "binom"), "tbinom": ("c", "binom"),
}  # fmt: skip
_ARGUMENTS = frozenset("frac binom sqrt sum prod choose pmod bmod mod pod underbrace overbrace".split())


def _command(text: str, match: re.Match[str], end: int, add: Add) -> int:
    r"""Take in the command ``match``; returns where it ends (words in braces belong to it)."""
    name = match.group()[1:]
    start, at = match.span()
    known = _COMMAND.get(name)
    if known is not None:
        if known[0]:
            add(known[0], known[1], start, at)
    elif name in _ARGUMENTS:
        add("c", name, start, at)
    elif name in words.TEXT or name in words.STYLED or name in words.WRAPPED:
        return _wrapped(text, name, start, at, end, add)
    elif name in ("begin", "end"):
        inner = _BRACED.match(text, at, end)
        at = inner.end() if inner else at
        if inner and inner[1] in words.MATRICES:
            close = text.find(f"\\end{{{inner[1]}}}", at, end)
            at = end if close < 0 else close + len(inner[1]) + 6
            add("o", name, start, at)
        else:
            add("b", name, start, at)
    else:
        add("o", name, start, at)
    return at


def _wrapped(text: str, name: str, start: int, at: int, end: int, add: Add) -> int:
    r"""``\text{...}`` is words; ``\mathbf{v}`` and ``\overline{AB}`` are symbols of their own."""
    inner = _BRACED.match(text, at, end)
    if name in words.TEXT:
        if inner is None:
            add("o", name, start, at)
            return at
        said = inner[1].strip()
        function = said if said in words.FUNCTIONS or said in words.LISTED else ""
        kind, said = _named(function) if function else ("o" if name == "operatorname" else "T", said)
        if said:
            add(kind, said, start, inner.end())
        return inner.end()
    if inner is None:
        inner = re.compile(r"\s*([A-Za-z]+)").match(text, at, end)
    said = inner[1].replace(" ", "") if inner else ""
    if not said.isalnum() or (name == "overline" and said.isdigit()):
        add("o", name, start, at)
        return at
    add("a", f"{name} {said}", start, inner.end())  # type: ignore[union-attr]
    return inner.end()  # type: ignore[union-attr]
