r"""From the source of one answer to its readings.

The formula reader of :mod:`verifirst.claims.formula` reads expressions; this module reads what
answers add to them: several at once, brackets that mean sets, points or intervals, unions,
``\pm``, infinities, relations, units, words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifirst.claims.formula.cursor import OpaqueError
from verifirst.claims.formula.lexer import Tokens, tokenize
from verifirst.claims.formula.parser import parse
from verifirst.claims.formula.regions import Region
from verifirst.claims.formula.style import Style
from verifirst.core.budget import Budget
from verifirst.math_verify import matrices, notation, units
from verifirst.math_verify.answers import Collection, Expression, Form, Interval, Relation, Text, Union
from verifirst.solvers.terms import Term

USUAL = Style(imaginary=True, napier=True, plain_degrees=True)
"""How answers are read: i and e are the constants, and 90 degrees may leave its sign away."""

MAX_TOKENS = 400
MAX_MEMBERS = 60
MAX_WORDS = 3
MIN_WORD = 4
"""Letters that make a word between dollar signs; fewer are a product, or the name of a segment."""
_OPEN, _SHUT = "({", ")}"
_SEPARATORS = (",", ";")
_WORDS = re.compile(
    r"\\(?:text|textbf|mbox|textrm|textit|textnormal|mathrm|operatorname)\s*+\{([^{}]*+)\}(?:\s*+\^)?\Z"
)
_SAID = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_NAMES = frozenset(
    "sqrt arcsin arccos arctan sin cos tan cot sec csc log ln exp gcd lcm max min pi and or inf oo".split()
)
_COMMA_DECIMAL = re.compile(r"-?[0-9]++,[0-9]++")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})++(?:\.[0-9]++)?")
_GROUPED = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_PLAIN = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_NUMBER = re.compile(r"[-+−]?\s*+(?:[0-9]++(?:,[0-9]{3})*+(?:\.[0-9]*+)?|\.[0-9]++)\s*+(\\?%)?")
_BASE = re.compile(r"([0-9]++)_\s*+\{?\s*+([0-9]{1,2})\s*+\}?")
_UNFINISHED = re.compile(r"\.\.\.|…|\\[ldc]?dots")


class UnreadableError(Exception):
    """The source is no answer that we read."""


def read(source: str, *, typeset: bool) -> tuple[Form, ...]:
    """The readings of ``source``, the likeliest first. Raises UnreadableError."""
    if _PLAIN.fullmatch(source):
        return (_literal(source, "", decimal="." in source),)
    if len(source) > notation.MAX_SOURCE or "\0" in source or _UNFINISHED.search(source):
        raise UnreadableError
    try:
        return _readings(source, typeset)
    except (OpaqueError, RecursionError, matrices.ShapeError):
        raise UnreadableError from None


def _readings(source: str, typeset: bool) -> tuple[Form, ...]:
    source, counted = units.money(source.strip().rstrip(".,"))
    text = notation.rewritten(source, typeset=typeset)
    if words := _WORDS.match(text):
        return (Text(plain(words[1])),)
    prose = _is_prose(text, MIN_WORD if typeset else 2)
    if prose and _is_words(text):
        return (Text(plain(text)),)
    text, said = units.unit(text, typeset=typeset and not prose)
    if prose and (not said or _is_prose(text, 2)):
        raise UnreadableError
    counted = counted or said
    return _counted(text, typeset, counted)


def plain(words: str) -> str:
    """Words as they are compared: lower case, without punctuation around them."""
    return " ".join(words.lower().split()).strip(" .,;:()*\"'")


def _is_words(text: str) -> bool:
    """A few words and nothing else."""
    bare = text.replace(" ", "").replace("-", "").replace("'", "")
    return bare.isalpha() and text.count(" ") < MAX_WORDS


def _is_prose(text: str, shortest: int) -> bool:
    """Whether there are words of at least so many letters, other than names of functions, and no commands."""
    words = (match.group() for match in _SAID.finditer(text))
    return "\\" not in text and any(len(word) >= shortest and word not in _NAMES for word in words)


def _counted(text: str, typeset: bool, unit: str) -> tuple[Form, ...]:
    text = text.strip()
    if matrices.BEGIN.search(text):
        return (matrices.read(text, _term),)
    if not typeset and _COMMA_DECIMAL.fullmatch(text) and not _THOUSANDS.fullmatch(text):
        whole, _, decimals = text.partition(",")
        as_number = _literal(f"{whole}.{decimals}", unit, decimal=True)
        return (as_number, Collection("list", (_literal(whole, ""), _literal(decimals, ""))))
    if number := _NUMBER.fullmatch(text):
        return _numbers(text, number, unit)
    if base := _BASE.fullmatch(text):
        return (Expression(_term(text), base=base[2], decimal=False),)
    listed = text[-1:] in (")", "]", "}") and text[:1] in ("(", "[", "{", "\\")
    return _whole(_GROUPED.sub(", ", text) if listed else text, typeset, unit)


def _numbers(text: str, match: re.Match[str], unit: str) -> tuple[Form, ...]:
    """One number: a percentage is also read without its sign, and ``1,000`` as two numbers where it may be."""
    if match[1]:
        bare = _literal(text[: match.start(1)], "percent", decimal="." in text)
        return (Expression((*bare.term, "%"), decimal="." in text, unit=unit), bare)
    if "," in text and not _THOUSANDS.fullmatch(text.lstrip("+")):
        raise UnreadableError
    found: list[Form] = [_literal(text.replace(",", ""), unit, decimal="." in text)]
    if "," in text and "." not in text:
        found.append(Collection("list", tuple(_literal(part, "") for part in text.split(","))))
    return tuple(found)


def _literal(text: str, unit: str, *, decimal: bool = False) -> Expression:
    text = text.replace("−", "-").replace("+", "").replace(" ", "").rstrip(".")
    negative = text.startswith("-")
    whole, point, decimals = text.lstrip("-").partition(".")
    if not (whole or decimals) or len(whole) + len(decimals) > notation.MAX_SOURCE // 2:
        raise UnreadableError
    value: Term = ((int((whole or "0") + decimals), 10 ** len(decimals)),) if point else (int(whole.replace(",", "")),)
    return Expression((*value, "neg") if negative else value, decimal=decimal, unit=unit)


def _lex(text: str, typeset: bool) -> Tokens:
    tokens = tokenize(text, Region(0, len(text), typeset), Budget(4 * notation.MAX_SOURCE))
    if len(tokens.kinds) > MAX_TOKENS:
        raise OpaqueError
    return tokens


def _term(text: str) -> Term:
    """The term of an expression without a unit."""
    tokens = _lex(text, typeset=True)
    return _Reader(tokens).expression(0, len(tokens.kinds) - 1).term


def _whole(text: str, typeset: bool, unit: str) -> tuple[Form, ...]:
    tokens = _lex(text, typeset)
    form = _Reader(tokens, unit).several(0, len(tokens.kinds) - 1)
    if isinstance(form, Expression) and form.term[-1] == "%" and len(form.term) <= 3:  # noqa: PLR2004  # one literal
        return form, Expression(form.term[:-1], decimal=form.decimal, unit="percent")
    return (form,)


class _Reader:
    """Forms from spans of tokens: ``lo`` is the first token, ``hi`` the one after the last."""

    def __init__(self, tokens: Tokens, unit: str = "") -> None:
        self.tokens = tokens
        self.kinds, self.texts = tokens.kinds, tokens.texts
        self.unit = unit

    def several(self, lo: int, hi: int, kind: str = "list") -> Form:
        """What separators part; one answer is itself unless ``kind`` says otherwise."""
        items: list[Form] = []
        lo = self._conclusion(lo, hi)
        spans = list(self._split(lo, hi, self._separates))
        if len(spans) > MAX_MEMBERS:
            raise OpaqueError
        for start, end in spans:
            if start == end:
                if kind != "list":
                    raise OpaqueError
                continue
            items += self._signs(start, end)
        if not items:
            raise OpaqueError
        if len(items) == 1 and kind == "list":
            return items[0]
        if kind == "list":
            kind = self._connective(items, lo, hi)
            items = list(_named_alike(items))
        return Collection(kind, tuple(items))

    def _conclusion(self, lo: int, hi: int) -> int:
        r"""Where the last formula begins that ``\implies`` leads to."""
        return max((i + 1 for i in range(lo, hi - 1) if self.kinds[i] == "i"), default=lo)

    def _connective(self, items: list[Form], lo: int, hi: int) -> str:
        """Inequalities may hold together or one by one; other answers are only listed."""
        if all(isinstance(item, Relation) and set(item.signs) - {"="} for item in items):
            said = {self.texts[i].strip(" ,").lower() for i in range(lo, hi) if self.kinds[i] in "Tw"}
            return "or" if "or" in said else "and"
        return "list"

    def _separates(self, i: int) -> bool:
        kind = self.kinds[i]
        if kind == ",":
            return self.texts[i] in (",", ";")
        return kind in "Tw" and self.texts[i].strip(" ,").lower() in ("and", "or")

    def _split(self, lo: int, hi: int, parts: object) -> Iterator[tuple[int, int]]:
        """Spans between the tokens that ``parts`` tells, outside of brackets."""
        depth, start = 0, lo
        for i in range(lo, hi):
            kind = self.kinds[i]
            depth += (kind in _OPEN) - (kind in _SHUT)
            if depth < 0:
                raise OpaqueError
            if not depth and parts(i):  # type: ignore[operator]
                yield start, i
                start = i + 1
        if depth:
            raise OpaqueError
        yield start, hi

    def _signs(self, lo: int, hi: int) -> list[Form]:
        r"""One answer, or the two that ``\pm`` stands for."""
        both = [i for i in range(lo, hi) if self.kinds[i] == "o" and self.texts[i] in ("pm", "mp")]
        if not both:
            return [self.one(lo, hi)]
        found: list[Form] = []
        for plus, minus in ("+-", "-+"):
            kinds = list(self.kinds)
            for i in both:
                kinds[i] = plus if self.texts[i] == "pm" else minus
            form = _Reader(self.tokens._replace(kinds=kinds), self.unit).one(lo, hi)
            found += form.items if isinstance(form, Collection) and form.kind in ("list", "set") else [form]
        return found

    def one(self, lo: int, hi: int) -> Form:
        """One answer."""
        if lo >= hi:
            raise OpaqueError
        sides = list(self._split(lo, hi, lambda i: self.kinds[i] == "r"))
        if len(sides) > 1:
            return self._relation(sides)
        parts = list(self._split(lo, hi, lambda i: self.kinds[i] == "o" and self.texts[i] == "cup"))
        if len(parts) > 1:
            return Union(tuple(self.one(*part) for part in parts))
        ratio = list(self._split(lo, hi, lambda i: self.texts[i] == ":"))
        if len(ratio) > 1:
            return Collection("ratio", tuple(self.expression(*part) for part in ratio))
        if self.kinds[lo] in _OPEN and self._closes(lo, hi):
            return self._bracketed(lo, hi)
        return self._infinity(lo, hi) or self.expression(lo, hi)

    def _closes(self, lo: int, hi: int) -> bool:
        """Whether the bracket at ``lo`` closes at the end of the span."""
        depth = 0
        for i in range(lo, hi):
            depth += (self.kinds[i] in _OPEN) - (self.kinds[i] in _SHUT)
            if not depth:
                return i == hi - 1
        return False

    def _bracketed(self, lo: int, hi: int) -> Form:
        kind, opener, closer = self.kinds[lo], self.texts[lo], self.texts[hi - 1]
        if kind == "{" and self.tokens.typeset:
            return self.several(lo + 1, hi - 1)
        if opener == "{":
            return Collection("set", ()) if hi - lo == 2 else self._set(lo + 1, hi - 1)  # noqa: PLR2004  # {}
        if opener not in "([" or closer not in ")]":
            return self.expression(lo, hi)
        inner = list(self._split(lo + 1, hi - 1, self._separates))
        if len(inner) == 1:
            whole = self.one(lo + 1, hi - 1)
            return whole if opener == "(" and closer == ")" else self.expression(lo, hi)
        if len(inner) == 2 and (opener, closer) != ("(", ")"):  # noqa: PLR2004  # the ends
            low, high = (self._end(*span) for span in inner)
            return Interval(low, high, opener == "[", closer == "]")
        if (opener, closer) not in (("(", ")"), ("[", "]")):
            raise OpaqueError
        return Collection("tuple", tuple(self._end(*span) for span in inner))

    def _set(self, lo: int, hi: int) -> Form:
        form = self.several(lo, hi, "set")
        if isinstance(form, Collection) and any(isinstance(item, Relation) for item in form.items):
            raise OpaqueError  # a set by a condition
        return form

    def _end(self, lo: int, hi: int) -> Form:
        form = self.one(lo, hi)
        if isinstance(form, Relation):
            raise OpaqueError
        return form

    def _infinity(self, lo: int, hi: int) -> Form | None:
        signs = self.kinds[lo : hi - 1]
        if self.texts[hi - 1] != "∞" or signs not in ([], ["+"], ["-"]):
            return None
        return Expression(("inf", "neg") if signs == ["-"] else ("inf",))

    def _relation(self, sides: list[tuple[int, int]]) -> Form:
        signs = [self._sign(end) for _, end in sides[:-1]]
        if "~" in signs:
            if len(signs) > 1 or not self._is_member(sides[0][1]):
                raise OpaqueError
            return self.one(*sides[1])  # x in a set: the set is the answer
        if sides[0][0] == sides[0][1]:  # "= 5"
            sides, signs = sides[1:], signs[1:]
        forms = [self._side(lo, hi, last=at == len(sides) - 1) for at, (lo, hi) in enumerate(sides)]
        return Relation(tuple(forms), tuple(signs)) if signs else forms[0]

    def _sign(self, at: int) -> str:
        sign = self.texts[at]
        if sign in ("≡", "|"):
            raise OpaqueError
        return "=" if sign == ":=" else sign

    def _is_member(self, at: int) -> bool:
        # The lexer has one sign for all relations it does not judge; the position tells them apart.
        return self.tokens.ends[at] - self.tokens.starts[at] == len(r"\in")

    def _side(self, lo: int, hi: int, *, last: bool) -> Form:
        if last or self.kinds[lo] in _OPEN:
            return self.one(lo, hi)
        return self.expression(lo, hi)

    def expression(self, lo: int, hi: int) -> Expression:
        """An expression in the usual style."""
        tokens = _cut(self.tokens, lo, hi)
        decimal = hi - lo <= 2 and any(kind == "n" and "." in text for kind, text in zip(*tokens[:2], strict=True))  # noqa: PLR2004  # sign, number
        unit = self.unit or ("degree" if self.kinds[hi - 1] == "d" else "")
        return Expression(term(tokens, USUAL), tokens, decimal, unit)


def term(tokens: Tokens, style: Style) -> Term:
    """All of ``tokens`` as one term. Raises OpaqueError."""
    parsed = parse(tokens, 0, style)
    if tokens.kinds[parsed.end] != "E":
        raise OpaqueError
    return parsed.term


def _cut(tokens: Tokens, lo: int, hi: int) -> Tokens:
    """A span of tokens, closed by an end token."""
    kinds, texts, starts, ends, typeset = tokens
    at = starts[hi]
    return Tokens([*kinds[lo:hi], "E"], [*texts[lo:hi], ""], [*starts[lo:hi], at], [*ends[lo:hi], at], typeset)


def _named_alike(items: list[Form]) -> Iterator[Form]:
    """``n = 2, 3, 4`` names each of its values."""
    first = items[0]
    named = (
        isinstance(first, Relation) and first.signs == ("=",) and not any(isinstance(i, Relation) for i in items[1:])
    )
    for item in items:
        if named and isinstance(first, Relation):
            yield Relation((first.sides[0], item if item is not first else first.sides[1]), ("=",))
        else:
            yield item
