"""Assertion: reasons to think that a relation is not asserted, or not read in full.

Applied to relations that fail: a doubt turns a refutation into UNKNOWN. Offsets are
characters in the step's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

MAX_PROBLEM = 20_000
NEAR = 80  # characters after a claim in which it may go on
WINDOW = 400  # characters of context looked at on either side

_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_DENIED_BEFORE = re.compile(
    r"\b(?:not?|n['’]t)\s+(?:\w+\s+)?(?:true|the case|correct|possible|hold|mean|imply|have|that|get"
    r"|equal|be|so|right|give)\b"
    r"|\b(?:never|cannot|false|incorrect\w*|wrong\w*|impossible|contradict\w*|absurd|invalid|untrue"
    r"|instead of|rather than"
    r"|claim(?:ed|s)?|mistaken\w*|falsely|isn['’]t|aren['’]t)\b|\\not|✗|❌",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"\b(?:not|cannot|never|false|incorrect|wrong|impossible|contradict\w*|absurd|invalid|untrue|fails?"
    r"|instead of|rather than|nope?)\b|n['’]t\b|✗|❌",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|suppos(?:e|ed|ing)|assum(?:e|ed|es|ing)|imagin(?:e|ing)|pretend|try|tries|tried|trying"
    r"|guess(?:es|ed|ing)?|whether"
    r"|unless|let(?!['’]?s)|say,|perhaps|maybe|might|hypothetically"
    r"|(?:check|verify|test|see)(?:ing)? (?:if|that|whether|for)|let['’]s (?:check|verify|test|see)"
    r"|plug\w*|substitut\w*)\b"
    r"|^\s*(?:check|verify|test)\w*\s*:",
    re.IGNORECASE,
)
_TRIAL = re.compile(r"\b(?:plug\w*|substitut\w*|check\w*|verif\w*|test\w*|try\w*|tried|root|solution)\b", re.IGNORECASE)
_WOULD = re.compile(r"[\s$)}\\\]]*(?:would|could)\b")
_CORRECTED = re.compile(
    r"\b(?:wait|oops|sorry|mistakes?|mistaken\w*|actually|correction|corrected|errors?|recalculat\w*"
    r"|re-?check\w*|redo|hold on"
    r"|hmm+|apolog\w*|miscalculat\w*|typo|should (?:be|have been)|wrong|incorrect\w*|no,"
    r"|(?:doesn['’]t|does not) (?:equal|match|work|hold|add|seem|look|make|satisfy)|not (?:equal|correct"
    r"|true|right|valid|possible))",
    re.IGNORECASE,
)
_REDEFINED = re.compile(
    r"\b(?:operat(?:ion|or)s?|defin(?:e|ed|es|ition)|denotes?|symbol|convention)\b|[@⊕⊗⊙⋆★☆◦∘◇◊♦♥♣♠△▽□■#]"
    r"|\\(?:star|oplus|otimes|odot|circ|diamond\w*"
    r"|heartsuit|clubsuit|spadesuit|bigstar|Box|square)\b",
    re.IGNORECASE,
)
_REDEFINABLE = re.compile(r"[*@#∗⋆]|\\(?:ast|star)\b")
_OTHER_ARITHMETIC = re.compile(
    r"\bbases?[-\s_{$\\(]*(?:[0-9]|two|three|four|five|six|seven|eight|nine|ten|b\b|n\b)|\bbinary|\boctal"
    r"|\bhexadecimal|\bmod(?:ulo|ular)?\b"
    r"|\\[bp]?mod\b|\\equiv|≡|congruent|\bclock|o['’]clock|[0-9]\s?[ap]\.?m\b|\bnoon\b|\bmidnight\b|[0-9})]_\{?[0-9]",
    re.IGNORECASE,
)
_OTHER_BASE = re.compile(
    r"\bbases?[-\s_{$\\(]*(?:[0-9]|two|three|four|five|six|seven|eight|nine|ten\b|b\b|n\b)|\bbinary"
    r"|\boctal|\bhexadecimal"
    r"|\bmod(?:ulo|ular)\b|\\[bp]?mod\b|\\equiv|≡|\bcongruent to",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"\b[a-zA-Z]\)?\$?\s*([*x×∗])\s*\$?\(?[a-zA-Z]\)?\$?\s*=")
_LATEX_POWER = re.compile(r"\^[0-9]{2}")
_OTHER_ARITHMETIC = re.compile(
    r"\bbases?[-\s_{$\\(]*(?:[0-9]|two|three|four|five|six|seven|eight|nine|ten|b\b|n\b)|\bbinary|\boctal"
    r"|\bhexadecimal|\bmod(?:ulo|ular)?\b"
    r"|\\[bp]?mod\b|\\equiv|≡|congruent|\bclock|o['’]clock|\b[ap]\.?m\b|\bnoon\b|\bmidnight\b"
    r"|\bremainders?\b|_\{?[0-9]",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:[A-Za-z]+\s+)?(?:!|:\s?[0-9]|r(?:em(?:ainder)?)?\s?[0-9]|R\s?[0-9]|times\b|plus\b|minus\b"
    r"|(?:more|less|fewer)\s+than\b"
    r"|multiplied\b|divided\b|squared\b|cubed\b|to\s+[0-9]|or\s+[$]?[0-9]|dozens?\b|hundreds?\b"
    r"|thousands?\b|[mb]illions?\b"
    r"|tenths?\b|hundredths?\b|halves\b|thirds?\b|fourths?\b|fifths?\b|quarters?\b|pairs?\b|[kKMB]\b"
    r"|and\s+(?:a\s+)?(?:half|third|quarter|[0-9]+/[0-9]+)|,?\s*(?:and\s+)?[0-9]+\s+[A-Za-z]+s?\b(?!\s*[-+*/=])|i\b"
    r"|,\s*[-−]?[0-9])"
)
_LEFT_OPERATOR = re.compile(
    r"\b(?:twice|thrice|double|triple|half|times|plus|minus|by|over|less|divided|multipl\w+|than|squared"
    r"|cubed|root)\s*[$(\\]*$",
    re.IGNORECASE,
)
_LEFT_LINK = re.compile(
    r"(?:[0-9%]|\b(?:half|thirds?|quarters?|fourths?|fifths?|twice|double|triple|thrice|percent|two|three|four|five|six"
    r"|seven|eight|nine|ten|dozen)\b)[^.;:!?=\n]{0,40}\b(?:of|to|from|into|with|at|per|and|for|on|in"
    r"|by)\s*(?:the|a|an|his|her|their|its)?\s*[$(\\]*$",
    re.IGNORECASE,
)
_APPROXIMATE = re.compile(
    r"\b(?:about|approximat\w+|roughly|around|nearly|almost|close to|round\w*|estimat\w*|nearest|ish"
    r"|truncat\w*)\b|≈|~|\\approx|\\sim",
    re.IGNORECASE,
)
_LABEL_WORD = re.compile(r"([A-Za-z]+)[.)]?\s*$")
_CONNECTIVES = frozenset(
    [
        "so",
        "that",
        "have",
        "get",
        "gives",
        "since",
        "and",
        "then",
        "thus",
        "therefore",
        "hence",
        "because",
        "as",
        "implies",
        "where",
        "also",
        "or",
    ]
)
_QUOTES = "\"“”'‘’"


class _Around(NamedTuple):
    """A claim with its sentence before and after it, and the problem."""

    text: str
    start: int
    end: int
    before: str
    after: str
    problem: str

    @property
    def claim(self) -> str:
        return self.text[self.start : self.end]


def doubt(text: str, start: int, end: int, problem: str, *, arithmetic: bool = True) -> str:
    """Why ``text[start:end]`` may not be an assertion of ordinary arithmetic, or ``""``.

    Without ``arithmetic``, only whether it is asserted: other moduli and signs are the claim's own.
    """
    before = text[_clause_start(text, start) : start]
    after = text[end : _sentence_end(text, end) + 1]
    around = _Around(text, start, end, before, after, problem[:MAX_PROBLEM])
    doubts = (*_DOUBTS, *_OTHERWISE) if arithmetic else _DOUBTS
    return next((why for why, seen in doubts if seen(around)), "")


def _denied(a: _Around) -> bool:
    return bool(_DENIED_BEFORE.search(a.before) or _DENIED_AFTER.search(a.after))


def _belongs_left(a: _Around) -> bool:
    return bool(_LEFT_OPERATOR.search(a.before) or _LEFT_LINK.search(a.before))


def _other_arithmetic(a: _Around) -> bool:
    return bool(_OTHER_ARITHMETIC.search(a.before + a.claim + a.after) or _OTHER_BASE.search(a.problem))


def _redefined(a: _Around) -> bool:
    if _REDEFINABLE.search(a.claim) and _REDEFINED.search(a.before + a.after + a.problem):
        return True
    custom = _DEFINITION.search(a.problem)
    return custom is not None and custom[1] in a.claim


def _bare_power(a: _Around) -> bool:
    return _LATEX_POWER.search(a.claim) is not None and ("\\" in a.text or "$" in a.text)


_DOUBTS: tuple[tuple[str, Callable[[_Around], object]], ...] = (
    ("it stands in a question", lambda a: a.after[-1:] == "?"),
    ("it would hold if something else did", lambda a: _WOULD.match(a.after)),
    ("it is quoted", lambda a: a.start and a.text[a.start - 1] in _QUOTES),
    ("the sentence holds a denial", _denied),
    ("the sentence is a trial or a hypothesis", lambda a: _HYPOTHETICAL.search(a.before, a.before.rfind(",") + 1)),
    ("the step corrects itself afterwards", lambda a: _CORRECTED.search(a.text, a.end, a.end + WINDOW)),
    ("the text after it may belong to it", lambda a: _AFTER.match(a.text[a.end : a.end + NEAR])),
    ("the text before it may belong to it", _belongs_left),
)
_OTHERWISE: tuple[tuple[str, Callable[[_Around], object]], ...] = (
    ("other than ordinary arithmetic (time of day, modulus, another base)", _other_arithmetic),
    ("an operator may be redefined", _redefined),
    ("an exponent without braces", _bare_power),
)


def tried(text: str, start: int) -> bool:
    """Whether the words before ``start`` put a value to the test."""
    return _TRIAL.search(text, max(0, start - 150), start) is not None


def units_differ(text: str, left_end: int, right_start: int, right_end: int, left_start: int) -> bool:
    """Whether the sides end in different words: ``40 daps = 42 baps`` is no arithmetic."""
    left = _UNIT.match(text, left_end, right_start)
    right = _UNIT.match(text, right_end, right_end + 40)
    if not left or not right or left[1].lower() in _NO_UNIT or right[1].lower() in _NO_UNIT:
        return False
    named = text[left_start:right_start].lower()
    return right[1].lower().rstrip("s")[:4] not in named


def counted(text: str, end: int) -> bool:
    """Whether a unit word stands right after ``end``: ``42 minutes = 42/60 hours``."""
    return _UNIT.match(text, end) is not None


_UNIT = re.compile(r"\s*(?:\\text\s*\{\s*)?([A-Za-z]{2,})")
_NO_UNIT = frozenset(
    [
        "so",
        "and",
        "or",
        "which",
        "is",
        "total",
        "each",
        "left",
        "per",
        "more",
        "for",
        "in",
        "of",
        "the",
        "to",
        "by",
        "on",
        "as",
        "at",
        "remaining",
        "altogether",
    ]
)


def approximate(text: str, start: int, end: int) -> bool:
    """Whether the sentence around ``text[start:end]`` speaks of rounding or estimating."""
    return _APPROXIMATE.search(text, max(0, start - 150), _sentence_end(text, end) + 60) is not None


def labelled(text: str, start: int) -> bool:
    """Whether a word that may name something stands right before ``start`` (``Week 1 = ...``)."""
    word = _LABEL_WORD.search(text, max(0, start - 16), start)
    return word is not None and word[1].lower() not in _CONNECTIVES


def _clause_start(text: str, start: int) -> int:
    low = max(0, start - WINDOW)
    last = low
    for match in _SENTENCE_END.finditer(text, low, start):
        last = match.end()
    return last


def _sentence_end(text: str, end: int) -> int:
    high = min(len(text), end + WINDOW)
    match = _SENTENCE_END.search(text, end, high)
    return match.start() if match else high
