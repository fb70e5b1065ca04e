"""Named values: ``Total cost = 50 + 80 = 130``, ``Week 1: 35``, ``the number of boys is 12``.

A name is read where its label opens a line, an item or a clause, and its value where the
whole side can be read. What is read here feeds the fact graph; it says nothing about truth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import ClassVar

from verifirst.claims.expression import parse
from verifirst.claims.naming.labels import label_name
from verifirst.claims.tokens import tokenize
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim
from verifirst.core.facts import Binding, Term
from verifirst.solvers.rational import Rpn

MAX_TEXT = 20_000  # characters of a step that are searched
MAX_NAMED = 64  # names one step may give; more is a table
MAX_LABEL = 80  # characters of a label
MAX_SIDE = 160  # characters of a side


@dataclass(frozen=True, slots=True)
class Named(Claim):
    """A label with what it is said to be.

    ``members`` are the numeric sides in postfix form, in the order in which they stand
    (``50 + 80``, then ``130``); ``meaning`` is the term of a side made of labels or of the
    phrase after ``let x be``, where one was read. ``unit`` is the word after the last
    number, ``fresh`` says that the name starts anew (``let``).
    """

    kind: ClassVar[str] = "named"
    optional: ClassVar[bool] = True

    name: str
    members: tuple[Rpn, ...]
    meaning: Term = ()
    unit: str = ""
    fresh: bool = False

    def binds(self) -> Iterator[Binding]:
        """The name, bound to its last number or to what it means; its other numbers are premises."""
        if self.meaning:
            yield Binding(self.name, self.meaning, fresh=self.fresh)
        if self.members:
            *before, last = self.members
            from_ = [item for rpn in (before or (last if len(last) > 1 else (),)) for item in _numbers(rpn)]
            yield Binding(self.name, last, tuple(from_), fresh=self.fresh and not self.meaning)


def _numbers(rpn: Rpn | tuple[Rpn, ...]) -> Iterator[Fraction]:
    for item in rpn:
        if isinstance(item, int):
            yield Fraction(item)
        elif isinstance(item, tuple):
            yield Fraction(*item)  # type: ignore[arg-type]  # a decimal


def named(text: str, budget: Budget) -> list[Named]:
    """What ``text`` names, ordered by ``start``; reads whole sides or nothing."""
    text = text[:MAX_TEXT]
    budget.spend(1 + len(text) // 64)
    found: list[Named] = []
    for start, label_end, sides in _candidates(text):
        if len(found) == MAX_NAMED:
            break
        budget.spend(10)
        name = label_name(text[start:label_end])
        if len(name) > 1 and name.partition(" ")[0] not in _NOT_NAMES:
            found += _read(text, start, name, sides, budget)
    if "et " in text or "enote" in text:
        lets = islice(_LET.finditer(text), MAX_NAMED - len(found))
        found += [_variable(match) for match in lets if label_name(match[2] or match[3])]
    found.sort(key=lambda claim: claim.start)
    return found


def _candidates(text: str) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Start and end of each label, and the spans of the sides that follow it."""
    done = 0
    for match in _SIGN.finditer(text):
        sign = match.start()
        if sign < done or not _BEFORE.search(text, max(0, sign - 7), sign):
            continue
        label = _label_before(text, max(done, sign - MAX_LABEL), sign)
        if label is None:
            continue
        if text[sign] == ":" and not _NUMBER_NEXT.match(text, sign + 1):
            continue
        sides = _sides(text, sign + 1)
        done = sides[-1][1]
        yield *label, sides
    for match in _IS.finditer(text) if _STATES.search(text) else ():
        yield match.start(1), match.end(1), _sides(text, match.end())


def _label_before(text: str, low: int, end: int) -> tuple[int, int] | None:
    """The span of the label that ends before ``end`` and opens a line, an item or a clause."""
    window = text[low:end].rstrip(" \t*}")
    opens = [found.end() for found in _OPENS.finditer(window)]
    if not opens and low:
        return None
    start = opens[-1] if opens else 0
    mark = _ITEM.match(window, start)
    start = mark.end() if mark else start
    whole = _LABEL.fullmatch(window, start) and " -" not in window[start:]
    return (low + start, low + len(window)) if whole else None


def _sides(text: str, at: int) -> list[tuple[int, int]]:
    """The spans between the ``=`` signs from ``at`` to the end of the sentence."""
    stop = _STOP.search(text, at, at + 4 * MAX_SIDE)
    end = stop.start() if stop else min(len(text), at + 4 * MAX_SIDE)
    spans: list[tuple[int, int]] = []
    while True:
        sign = text.find("=", at, end)
        if sign < 0:
            return [*spans, (at, end)]
        spans.append((at, sign))
        at = sign + 1


def _read(text: str, start: int, name: str, sides: list[tuple[int, int]], budget: Budget) -> Iterator[Named]:
    members: list[Rpn] = []
    meaning: Term = ()
    unit, end = "", start
    for at, to in sides:
        side = text[at:to]
        if _NUMERIC.match(side):
            read = _numeric(side, budget, last=to == sides[-1][1])
            if read is None or set(name.split()) <= set(label_name(side).split()):
                return  # 2 Tom's age - 10 is no number
            rpn, length, unit = read
            members.append(rpn)
            end = at + length
        elif members or not (meaning := _labels(side)):
            return
    if members or meaning:
        yield Named(start, max(end, sides[0][0]), name, tuple(members), meaning, unit)


def _numeric(side: str, budget: Budget, *, last: bool) -> tuple[Rpn, int, str] | None:
    """The side's postfix form, its length and its unit, where the side is read to its end."""
    tokens = tokenize(side[:MAX_SIDE], budget)
    parsed = parse(tokens, 0)
    if not parsed.side.rpn or (not last and len(side) > MAX_SIDE):
        return None
    kind, at = tokens.kinds[parsed.end], parsed.end
    if kind not in "wb,E" or (not last and "E" not in tokens.kinds[at : at + 2]):
        return None
    word = _WORD.match(side, parsed.side.end)
    unit = word[1].lower() if word else ""
    return None if unit in _NOT_UNITS else (parsed.side.rpn, parsed.side.end, unit)


def _labels(side: str) -> Term:
    """``cost of a pen + 2 * cost of a cup`` as a term over names; () where it is not one."""
    if not _LABEL_SUM.fullmatch(side):
        return ()
    out: list[str | int] = []
    for sign, product in _parts(side, "+-−"):
        for times, factor in _parts(product, "*×/÷"):
            name = label_name(factor)
            if not name:
                return ()
            out.append(int(name) if name.isdecimal() else f"${name}")
            if times:
                out.append("/" if times in "/÷" else "*")
        if sign:
            out.append("+" if sign == "+" else "-")
    return tuple(out) if any(isinstance(item, str) and item[0] == "$" for item in out) else ()


def _parts(text: str, signs: str) -> Iterator[tuple[str, str]]:
    """The parts of ``text`` between ``signs``, each with the sign before it."""
    sign, at = "", 0
    for i, char in enumerate(text):
        if char in signs:
            yield sign, text[at:i]
            sign, at = char, i + 1
    yield sign, text[at:]


def _variable(match: re.Match[str]) -> Named:
    symbol, phrase = (match[1], match[2]) if match[1] else (match[4], match[3])
    return Named(match.start(), match.end(), symbol, (), (f"${label_name(phrase)}",), fresh=True)


_SIGN = re.compile(r"[=:](?![=:])")
_BEFORE = re.compile(r"(?:[A-Za-z]{3}|[A-Za-z] ?[0-9]{1,2}|[a-z]%)[ \t*}]{0,4}\Z")
_NUMBER_NEXT = re.compile(r"\s?\*{0,2}\s?\\?[$€£]?\s?[0-9(]")
_STATES = re.compile(r"(?:is|are|was|were|equals|be|to)\s\\?[$€£]?[0-9(]")
_STOP = re.compile(r"[\n;]|\.(?=\s|\Z)")
_OPENS = re.compile(r"[\n:;•]|[.,](?=\s)|\*\*|\\text\{")
_ITEM = re.compile(r"(?:[ \t*•#]|-[ \t])*+(?:\(?[0-9a-z][.)]\s++)?")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9'’ %-]*")
_IS = re.compile(
    r"\b(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts)\s++([A-Za-z][A-Za-z'’ -]{1,70}?)\s++(?:is|are|was|were|equals|will be"
    r"|would be|comes to)\s++(?=\\?[$€£]?[0-9(])"
)
_LET = re.compile(
    r"\b[Ll]et \$?([A-Za-z](?:_\w)?)\$? (?:be|denote|represent|stand for) (?:the )?([A-Za-z][A-Za-z'’ ]{2,70})"
    r"|\b[Dd]enote (?:the )?([A-Za-z][A-Za-z'’ ]{2,70}?) (?:as|by) \$?([A-Za-z](?:_\w)?)\b"
)
_NUMERIC = re.compile(r"\s*(?:\\?[$€£(\[]|[-−]\s?)*(?:[0-9]|\.[0-9]|\\d?frac)")
_LABEL_SUM = re.compile(r"\s*[A-Za-z0-9][A-Za-z0-9'’ %]*(?:[-+−*×/÷] [A-Za-z0-9][A-Za-z0-9'’ %]*)*\s*")
_WORD = re.compile(r"\s?([A-Za-z]+)")
_NOT_NAMES = frozenset(
    "step case option choice scenario answer example question solution note hint problem part line equation figure "
    "answers check verify so if when where and or but not ratio time it".split()
)
_NOT_UNITS = frozenset("more less fewer times plus minus percent of per over divided multiplied and or to than".split())
