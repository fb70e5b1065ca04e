r"""Where in a text is the final answer? Candidates, the likeliest first.

What announces it counts most: "final answer is" and ``\boxed{}``, then "answer:"; of two that
are announced alike the later one counts. Without an announcement the last formula or number of
the text is the answer. Only the last :data:`MAX_TEXT` characters are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from verifirst.math_verify import units

MAX_TEXT = 50_000
MAX_INLINE = 2_000
_MAX_SENTENCE = 400
_MAX_WHOLE = 200  # characters of a text that may be nothing but its answer
_MAX_JOINED = 12  # formulas that are one answer, joined by "and"

_OPENER = re.compile(r"(?<!\\)(?:\$\$|\\\[|\\\()|(?<![\\0-9])\$")
_CLOSER = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
_BOXED = re.compile(r"\\f?boxed\s*+(?=\{)")
_BRACE = re.compile(r"(?<!\\)[{}]")
_PROSE = re.compile(r"[A-Za-z]{3,}[,;.]?\s+[A-Za-z]{3,}")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2}")
_WORDS = re.compile(r"\\(?:text|mathrm|mbox|textbf|operatorname|textnormal)\s*+\{[^{}]*+\}")
_BARE_BRACKET = re.compile(r"(?:^|\s)\[\s([^\[\]\n]{1,400})\s\](?:\s|\.|$)", re.MULTILINE)
_FRACTION = re.compile(r"-?\\[dt]?frac\{-?[0-9]++(?:\.[0-9]++)?\}\{-?[0-9]++(?:\.[0-9]++)?\}")

_JOINT = re.compile(r"(?:[\s,;]|\\quad|\\text\{\s*(?:and|or)\s*\}|and\b|or\b|\$|\\[()\[\]])*+")
_PERCENT = re.compile(r"(?:\$|\\[)\]])?\s*+(?:\\?%|[Pp]ercent(?:age)?\b|[Pp]ct\b)")
_FINAL = re.compile(r"(?i:final\s++answer)\W{0,8}(?:[^.\n]{0,100}?\bis\b)?\s*+:?\s*+|(?i:final\s++answer)[*:\s]{1,8}")
_ANSWER = re.compile(r"(?i:\banswer)s?\b(?:[^.\n:=]{0,40}?\b(?:is|are)\b|[\s*]{0,4}[:=])[\s:*]{0,6}")
_SENTENCE = re.compile(r"[.!?](?=\s|\Z|\*)|\n|<\|")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9 ]{0,20}:\s")
_LAST_IS = re.compile(r"\b(?:is|are|equals)\b|[:=]")

_DIGITS = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3})++(?![0-9])|[0-9]{1,3}(?:[ ][0-9]{3})++(?![0-9])|[0-9]++)(?:[.,][0-9]++)?+|\.[0-9]++"
)
_NUMBER = re.compile(
    rf"(?<![\w.^_#{{])(?<![0-9][/:])(?:[+-](?=[$€£¥₹(.0-9]))?[$€£¥₹]?\(?-?(?:{_DIGITS})(?:\s*+%)?"
    rf"(?:\)?[ ]?[-+*/^×÷][ ]?\(?-?(?:{_DIGITS})\)?|[ ][0-9]++/[0-9]++){{0,40}}+"
    r"(?:\s*+(?:%|[Pp]ercent(?:age)?|[Pp]ct)"
    r"|[ ]?(?:[π√]|\\[a-z])[^\s,.;]{0,60}|[a-zA-Z](?:\^[^\s,.;]{1,20}+)?(?![A-Za-z]))?+"
)


class Candidate(NamedTuple):
    """A stretch of text that may be the answer; ``typeset`` says that it is LaTeX.

    ``exact`` says that this is all there is: where it cannot be read, nothing else is tried.
    """

    source: str
    typeset: bool
    exact: bool = True


class _Span(NamedTuple):
    start: int
    end: int
    inner: str
    boxed: bool = False


def tail(text: str) -> str:
    """The end of a long text, cut between words; all of a short one."""
    if len(text) <= MAX_TEXT:
        return text
    end = text[-MAX_TEXT:]
    cut = re.search(r"\s", end)
    return end[cut.end() :] if cut else ""


def candidates(
    text: str, *, latex: bool, plain: bool, anchored_only: bool, boxed: int, neighbours: bool
) -> Iterator[Candidate]:
    """The candidates in ``text``, which :func:`tail` has cut.

    ``boxed`` is the priority of boxes (-1: none); ``neighbours`` joins boxes that follow each other.
    """
    boxes = list(_boxes(text)) if latex and boxed >= 0 else []
    if neighbours:
        boxes = _joined(text, boxes, always=True)
    if boxed == 0 and boxes:
        yield _candidate(text, boxes[-1])
    formulas: list[_Span] | None = None
    announced = "answer" in text.lower()
    if announced and _FINAL.search(text):
        formulas = list(_formulas(text)) if latex else []
        found = _announced(text, _FINAL, boxes, formulas, plain=plain)
        if found and not (boxes and found[0] < boxes[-1].end):
            yield from found[1]
    if boxes:
        yield _candidate(text, boxes[-1])
        return
    if formulas is None:
        formulas = list(_formulas(text)) if latex else []
    if announced and (found := _announced(text, _ANSWER, boxes, formulas, plain=plain)):
        yield from found[1]
    if not anchored_only:
        yield from _last(text, formulas, latex=latex, plain=plain)


def whole(text: str, *, latex: bool) -> Iterator[Candidate]:
    """A short text that is nothing but an answer, perhaps without its dollar signs."""
    text = text.strip()
    if not text or len(text) > _MAX_WHOLE or "\n" in text or ("boxed" in text and _BOXED.search(text)):
        return
    if latex and not _OPENER.search(text) and _is_formula(text):
        yield Candidate(text, typeset=True, exact=not _WORD.search(_WORDS.sub("", text)))
    if _ANSWER.search(text) or _FINAL.search(text) or _LABEL.match(text):
        return
    if "\\" not in text and "$$" not in text and text.count("$") < 2:  # noqa: PLR2004  # one is money
        yield Candidate(text, typeset=False, exact=False)


def _is_formula(text: str) -> bool:
    return "\\" in text and not _PROSE.search(_WORDS.sub("", text))


def _candidate(text: str, span: _Span) -> Candidate:
    inner = span.inner
    if _PERCENT.match(text, span.end):
        inner += "" if "%" in inner else r"\%"
    elif unit := units.beside(text, span.end):
        inner = rf"{inner.rstrip(' .,;')}\text{{ {unit}}}"
    return Candidate(inner, typeset=True)


def _boxes(text: str) -> Iterator[_Span]:
    """The outermost boxes, each with what its last innermost one holds."""
    starts = {match.end(): match.start() for match in _BOXED.finditer(text)}
    if not starts:
        return
    open_braces: list[int] = []
    found: list[_Span] = []
    inner = ""
    for match in _BRACE.finditer(text):
        if match.group() == "{":
            open_braces.append(match.start())
            if match.start() in starts:
                inner = ""
        elif open_braces and (brace := open_braces.pop()) in starts:
            inner = inner or text[brace + 1 : match.start()]
            while found and found[-1].start > starts[brace]:
                found.pop()
            found.append(_Span(starts[brace], match.end(), inner, boxed=True))
    yield from found


def _formulas(text: str) -> Iterator[_Span]:
    missing: set[str] = set()
    at = 0
    while match := _OPENER.search(text, at):
        opener = match.group()
        closer, start = _CLOSER[opener], match.end()
        end = -1 if closer in missing else _end(text, closer, start)
        if end == -1 and opener != "$":
            missing.add(closer)
        if end < 0:
            at = start
            continue
        at = end + len(closer)
        if text[start:end].strip():
            yield _Span(match.start(), at, text[start:end])


def _end(text: str, closer: str, start: int) -> int:
    """Where ``closer`` stands: -1 for nowhere, -2 where this opener is none."""
    if closer in ("$$", "\\]"):
        return text.find(closer, start)
    stop = text.find("\n", start)
    stop = len(text) if stop < 0 else stop
    stop = min(stop, start + MAX_INLINE)
    end = text.find(closer, start, stop)
    while end > start and text[end - 1] == "\\" and closer == "$":
        end = text.find(closer, end + 1, stop)
    return -2 if end < 0 or (closer == "$" and _is_money(text, start, end)) else end


def _is_money(text: str, start: int, end: int) -> bool:
    """Whether two dollar signs enclose prose, or blanks on one side only: then they are money."""
    inside = text[start:end]
    lopsided = inside[:1].isspace() != inside[-1:].isspace()
    return lopsided or text[end + 1 : end + 2].isdigit() or _PROSE.search(_WORDS.sub("", inside)) is not None


def _joined(text: str, spans: list[_Span], *, always: bool = False) -> list[_Span]:
    """Neighbours joined: what stands between them is only "and", "or", commas and delimiters."""
    found: list[_Span] = []
    count = 1
    for span in spans:
        between = text[found[-1].end : span.start] if found else "."
        linked = _JOINT.fullmatch(between) is not None and "\n\n" not in between
        if found and linked and count < _MAX_JOINED and (always or re.search(r"and|or|,", between)):
            last = found.pop()
            word = " or " if re.search(r"\bor\b", between) else " , "
            found.append(_Span(last.start, span.end, f"{last.inner.rstrip(' .,;')}{word}{span.inner}", span.boxed))
            count += 1
        else:
            found.append(span)
            count = 1
    return found


def _announced(
    text: str, anchor: re.Pattern[str], boxes: list[_Span], formulas: list[_Span], *, plain: bool
) -> tuple[int, list[Candidate]] | None:
    """Where the last announcement ends that something follows, and what follows it."""
    anchors = list(anchor.finditer(text))
    joined = _joined(text, formulas) if anchors else []
    for match in reversed(anchors):
        start = match.end()
        spans = [span for span in (*boxes, *joined) if start <= span.start < start + _MAX_SENTENCE // 4]
        sentence = _SENTENCE.search(text, start, start + _MAX_SENTENCE)
        stop = sentence.start() if sentence else min(len(text), start + _MAX_SENTENCE)
        near = [span for span in spans if span.boxed or span.start <= stop]
        if near:
            span = next((span for span in near if span.boxed), near[0])
            return start, [_candidate(text, span)]
        if plain and (found := list(_said(text[start:stop]))):
            return start, found
    return None


def _said(sentence: str) -> Iterator[Candidate]:
    """An answer in the words of a sentence: all of it, what stands after "is", or its first number."""
    sentence = sentence.strip().strip("*_\"' ")
    if not sentence:
        return
    ends = [match.end() for match in _LAST_IS.finditer(sentence)]
    if len(sentence) <= _MAX_WHOLE:
        yield Candidate(sentence, typeset=False, exact=False)
    if ends and (after := sentence[ends[-1] :].strip(" *_\"'")):
        yield Candidate(after, typeset=False, exact=False)
        if number := _NUMBER.search(after):
            yield Candidate(number.group(), typeset=False)
    if number := _NUMBER.search(sentence):
        yield Candidate(number.group(), typeset=False)


def _last(text: str, formulas: list[_Span], *, latex: bool, plain: bool) -> Iterator[Candidate]:
    """The last formula or number of the text."""
    joined = _joined(text, formulas)
    formula = joined[-1] if joined else None
    if latex and formula is None:
        for match in [*_BARE_BRACKET.finditer(text)][-1:]:
            formula = _Span(match.start(), match.end(), match[1])
        for match in [*_FRACTION.finditer(text)][-1:]:
            formula = _Span(match.start(), match.end(), match.group())
    after = formula.end if formula else 0
    if latex and "\\" in (line := text[text.rstrip().rfind("\n", after) + 1 :]) and not formula and _is_formula(line):
        yield Candidate(line, typeset=True, exact=not _WORD.search(_WORDS.sub("", line)))
    if plain:
        number = _last_number(text, after)
        if number and not (formula and _PERCENT.match(text, formula.end)):
            yield Candidate(number, typeset=False)
    if formula:
        yield _candidate(text, formula)


def _last_number(text: str, start: int) -> str:
    """The last number after ``start``, or ``""``; looked for in the last lines first."""
    near = text.rfind("\n", start, max(start, len(text) - _MAX_SENTENCE)) + 1
    for begin in (max(near, start), start):
        last = None
        for match in _NUMBER.finditer(text, begin):
            last = match
        if last:
            return last.group()
    return ""
