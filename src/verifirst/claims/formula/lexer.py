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
from itertools import accumulate
from string import ascii_letters
from typing import NamedTuple

from verifirst.claims.formula import vocabulary as words
from verifirst.claims.formula.regions import SAID_EQUAL, Region
from verifirst.core.budget import Budget

_REPEATS = re.compile(r"\\(?:overline|bar|dot)")
_NUMBER = (
    r"[0-9]++(?:(?:,|\{,\}|,\\!|\\,)[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+"
    rf"(?!\.?{_REPEATS.pattern})|\.[0-9]++(?!{_REPEATS.pattern})"
)
_BRACED = r"\s*+\{(?:[^{}\\]|\\[$%,;{}\ ])*+\}"
_SHARED = rf"""
      {_NUMBER}
    | \\(?:(?:{"|".join(words.TEXT)}|begin|end)(?![A-Za-z*]){_BRACED}
        |(?!overline\s*\{{[\ \d²³¹⁰⁴-⁹]*\}})(?:{"|".join(words.STYLED | words.WRAPPED)})(?![A-Za-z*])
         \s*+(?:[A-Za-z]++|\{{\ *+[^\W_](?:[^\W_]|\ )*+\}})
        |(?:text)?degree\b|[A-Za-z]++\*?|.)
    | \^(?:\s*+(?:\{{\s*+\\circ\s*+\}}|\\circ|\{{\s*+\\degree\s*+\}}))?
    | [⁰¹²³⁴⁵⁶⁷⁸⁹]++
    | <=|>=|=<|(?<=\s)!=|==?|:=
    | .
"""
_TYPESET = re.compile(rf"[A-Za-z+*/(){{}}_,|;%'&\[\]-]|{SAID_EQUAL.pattern}|[\s$]++|{_SHARED}", re.VERBOSE | re.DOTALL)
_UNITS = (
    "cm mm km dm kg mg ml dl cl ft in lb lbs oz hr hrs mi yd th nd rd st am pm mph min sec mb gb kb deg rad hz ms ns "
    "us pt qt pc pcs kw mw wh px kn pa mol ton bn mn tn cc dx dy dt mod log ln x"
).replace(" ", "|")
_TAGS = "a|b|i|u|p|em|strong|br|sub|sup|span|div|h[1-6]|li|ul|ol|td|tr|th|table|code|pre"  # of HTML
_TYPED_FUNCTIONS = "sqrt|arcsin|arccos|arctan|sin|cos|tan|log|ln|gcd|lcm|max|min|pi"
_TYPED = re.compile(
    rf"""\s++|[+*/(){{}}_,|]|[0-9.]*\.\.+|(?<![\w)\]}}.])\.[0-9]++|</?(?:{_TAGS})\s*/?>|(?<=[0-9])(?!(?:{_UNITS})(?![A-Za-z]))[a-z](?=[a-z]{{1,2}}(?![A-Za-z]))
    |(?<=[0-9][a-z])[a-z](?=[a-z](?![A-Za-z]))
    |(?:{_TYPED_FUNCTIONS})(?![A-Za-z])
    |[A-Za-z][A-Za-z'’]+(?:[ -][A-Za-z'’]{{2,}})*+\.?|[.:?"“”`•→⇒—$€£]|=>|==>|-{{1,2}}>
    |{_SHARED}""",
    re.VERBOSE | re.DOTALL,
)
_SIGN = {
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∗": "*", "÷": "/", "∕": "/", "[": "(", "]": ")", ";": ",",
    "′": "'",
}  # fmt: skip
_SPECIAL = {"π": ("a", "π"), "√": ("c", "sqrt"), "∞": ("a", "∞"), "&": ("", "")}
_WHOLE = re.compile(_NUMBER)
_ENDS_SENTENCE = re.compile(r"[.?](?=[\s$]|\Z|\\?\})")
_ARTICLE = re.compile(r"[aI](?=\s+[A-Za-z]{2})")
_HEAD = re.compile(r"\\([A-Za-z]+)\s*(.*)", re.DOTALL)
ALIGNED_MINUS = "&-"  # text of a minus right after an alignment mark

Row = tuple[str, str, int, int]
"""A token: its kind, its text, its start and its end."""


class Tokens(NamedTuple):
    """Parallel lists; the last token is ``E`` at the region's end."""

    kinds: list[str]
    texts: list[str]
    starts: list[int]
    ends: list[int]
    typeset: bool


def tokenize(text: str, region: Region, budget: Budget) -> Tokens:
    """The tokens of ``text`` in ``region``; spends one unit a token, two a command."""
    rows: list[Row] = []
    budget.spend(_lex(text, region, region.start, region.end, rows))
    rows.append(("E", "", region.end, region.end))
    kinds, texts, starts, ends = map(list, zip(*rows, strict=True))
    return Tokens(kinds, texts, starts, ends, region.typeset)


def _lex(text: str, region: Region, start: int, end: int, rows: list[Row]) -> int:
    """Append the tokens of ``text[start:end]`` to ``rows``; returns the work done."""
    typeset = region.typeset
    pattern, fixed = (_TYPESET, _FIXED) if typeset else (_TYPED, _FIXED_TYPED)
    pieces = pattern.findall(text, start, end)  # every character belongs to one
    repeats = _REPEATS.search(text, start, end)
    at = start  # what begins before is read already
    for piece, begin in zip(pieces, accumulate(map(len, pieces), initial=start), strict=False):
        if begin < at:
            continue
        at = begin + len(piece)
        kind, value = fixed.get(piece) or _kind(piece, text, begin, region)
        if kind == "n":
            if repeats and at - begin == 1 and not _WHOLE.match(text, begin, region.end):
                kind = "o"
            elif typeset and at - begin > 1 and value[0] != "." and rows and _takes_digit(rows[-1]):
                rows.append((kind, value[0], begin, begin + 1))  # \frac takes one digit: \frac12
                _lex(text, region, begin + 1, at, rows)
                continue
        elif kind == "-" and "&" in text[max(region.start, at - 3) : at]:
            value = ALIGNED_MINUS
        elif kind == "o" and piece.startswith(("\\begin{", "\\end{")):
            at = _after_matrix(text, piece, at, region.end)
        if kind:
            rows.append((kind, value, begin, at))
    return len(pieces) + text.count("\\", start, end)


def _takes_digit(row: Row) -> bool:
    r"""Whether the token before a number takes its first digit only; nobody means that by ``\mod 25``."""
    return row[0] == "c" and not row[1].endswith("mod")


def _after_matrix(text: str, opening: str, at: int, end: int) -> int:
    """Where the environment ends that ``opening`` begins."""
    closing = "\\end" + opening[opening.index("{") :]
    close = text.find(closing, at, end)
    return end if close < 0 else close + len(closing)


def _kind(piece: str, text: str, begin: int, region: Region) -> tuple[str, str]:  # noqa: PLR0911  # a table with conditions
    """Kind and text of a token that is not always spelled the same; an empty kind leaves none."""
    first = piece[0]
    if first == "\\":
        return _command(piece, text[begin + len(piece) : min(begin + len(piece) + 1, region.end)])
    if first.isspace() or first == "$":
        return ("r", "=") if any(map(str.isalpha, piece)) else ("", "")
    if first in "0123456789.?":
        if piece in ("?", "."):
            return ("," if _ENDS_SENTENCE.match(text, begin, region.end) else "o"), piece
        return ("o" if ".." in piece else "n"), piece
    if first in words.SUPERSCRIPTS:
        return "s", piece
    if len(piece) > 1:
        return {"^": ("d", piece), "<": ("", "")}.get(first, ("w", piece))
    if piece in "aI":  # of prose
        return ("w" if _ARTICLE.match(text, begin, region.end) else "a"), piece
    return ("a", words.GREEK_LETTERS.get(piece, piece)) if piece.isalnum() and not piece.isdecimal() else ("o", piece)


def _command(piece: str, after: str) -> tuple[str, str]:
    """Kind and text of a command that is not in the table, perhaps with its argument."""
    name = piece[1:]
    if name in ("degree", "textdegree"):
        return ("o", name) if after.isalnum() or after == "_" else ("d", piece)
    head = _HEAD.fullmatch(piece)
    if head is None:
        return ("r", "=") if name[:1] == ")" else ("o", name or piece)
    command, argument = head.groups()
    inner = argument[1:-1] if argument[:1] == "{" else argument
    if argument in ("", "*"):
        return ("b" if name in ("begin", "end") else "o"), name
    return (
        ("o" if inner in words.MATRICES else "b", command) if command in ("begin", "end") else _worded(command, inner)
    )


def _worded(command: str, inner: str) -> tuple[str, str]:
    r"""``\text{...}`` is words; ``\mathbf{v}`` and ``\overline{AB}`` are symbols of their own."""
    if command not in words.TEXT:
        return "a", f"{command} {inner.replace(' ', '')}"
    said = inner.strip()
    if said in words.FUNCTIONS or said in words.LISTED:
        return _named(said)
    return (("o" if command == "operatorname" else "T") if said else ""), said


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


_FIXED: dict[str, tuple[str, str]] = {letter: ("a", letter) for letter in ascii_letters}
_FIXED |= {letter: ("a", name) for letter, name in words.GREEK_LETTERS.items()}
_FIXED |= {digit: ("n", digit) for digit in "0123456789"} | dict.fromkeys(" \n$", ("", ""))
_FIXED |= {sign: ("r", relation) for sign, relation in words.RELATIONS.items() if sign[0] != "\\"}
_FIXED |= dict.fromkeys("∈∝∼~", ("r", "~")) | {part: ("v", part) for part in "½¼¾⅓⅔⅛⅜⅝⅞"}
_FIXED |= {sign: (_SIGN.get(sign, sign), sign) for sign in "-+*/^_!%(){}|,;[]'′×·⋅∗÷∕−–"} | _SPECIAL | {"°": ("d", "°")}
_FIXED |= {f"\\{name}": ("c", name) for name in _ARGUMENTS} | {f"\\{name}": known for name, known in _COMMAND.items()}
"""Tokens of typeset mathematics that are always of one kind, with their text."""

_FIXED_TYPED = _FIXED | {sign: ("w", sign) for sign in (*'.:?"“”`•→—$€£', "->", "-->")}
_FIXED_TYPED |= {sign: ("i", sign) for sign in ("⇒", "=>", "==>")}
_FIXED_TYPED |= {name: _named(name) for name in _TYPED_FUNCTIONS.split("|")}
for _article in "aI":
    del _FIXED_TYPED[_article]
