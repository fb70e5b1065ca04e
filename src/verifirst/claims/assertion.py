"""Assertion: reasons to think that a relation is not asserted, or not read in full.

Applied to relations that fail: a doubt turns a refutation into UNKNOWN. Offsets are
characters in the step's text.
"""

from __future__ import annotations

import re

WINDOW = 400  # characters of context looked at on either side

_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_DENIED = re.compile(
    r"\b(?:not|cannot|never|false|incorrect|wrong|impossible|contradict\w*|absurd|invalid|untrue|fails?|neither|nor"
    r"|instead of|rather than|nope?)\b|n['’]t\b|\\not|✗|❌",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|suppos\w+|assum\w+|imagin\w+|pretend|try\w*|tried|guess\w*|whether|check\w*|verif\w+|test\w*|unless"
    r"|let|say|perhaps|maybe|possib\w+|could|might|hypothe\w+|plug\w*|claims?|want|need|looking for)\b",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"\b(?:wait|oops|sorry|mistakes?|mistaken\w*|actually|correction|corrected|errors?|recalculat\w*|re-?check\w*|redo|hold on"
    r"|hmm+|apolog\w*|miscalculat\w*|typo|should (?:be|have been)|wrong|incorrect|no,|doesn['’]t|does not|not (?:equal|correct|true|right|valid))",
    re.IGNORECASE,
)
_REDEFINED = re.compile(
    r"\boperat(?:ion|or)s?\b|\bdefined? (?:by|as|to be)\b|[@⊕⊗⊙⋆★☆◦∘◇◊♦♥♣♠△▽□■#]|\\(?:star|oplus|otimes|odot|circ|diamond\w*|heartsuit|clubsuit"
    r"|spadesuit|bigstar|triangle|Box|square)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(r"\b[a-zA-Z]\)?\$?\s*([*x×∗])\s*\$?\(?[a-zA-Z]\)?\$?\s*=")
_LATEX_POWER = re.compile(r"\^[0-9]{2}")
_OTHER_ARITHMETIC = re.compile(
    r"\bbases?[-\s_{$\\(]*(?:[0-9]|two|three|four|five|six|seven|eight|nine|ten|b\b|n\b)|\bbinary|\boctal|\bhexadecimal|\bmod(?:ulo|ular)?\b"
    r"|\\[bp]?mod\b|\\equiv|≡|congruent|\bclock|o['’]clock|\b[ap]\.?m\b|\bnoon\b|\bmidnight\b|\bremainders?\b|_\{?[0-9]",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:[A-Za-z]+\s+)?(?:!|:\s?[0-9]|r(?:em(?:ainder)?)?\s?[0-9]|R\s?[0-9]|times\b|plus\b|minus\b|more\b|less\b|fewer\b"
    r"|multiplied\b|divided\b|squared\b|cubed\b|to\s+[0-9]|or\s+[$]?[0-9]|dozens?\b|hundreds?\b|thousands?\b|[mb]illions?\b"
    r"|tenths?\b|hundredths?\b|halves\b|thirds?\b|fourths?\b|fifths?\b|quarters?\b|pairs?\b|[kKMB]\b"
    r"|and\s+(?:a\s+)?(?:half|third|quarter|[0-9]+/[0-9]+)|,?\s*(?:and\s+)?[0-9]+\s+[A-Za-z]+s?\b(?!\s*[-+*/=])|i\b"
    r"|,\s*[-−]?[0-9])"
)
_LEFT_OPERATOR = re.compile(
    r"\b(?:times|plus|minus|by|over|less|divided|multipl\w+|than|squared|cubed|root)\s*[$(\\]*$", re.IGNORECASE
)
_LEFT_LINK = re.compile(
    r"(?:[0-9%]|\b(?:half|thirds?|quarters?|fourths?|fifths?|twice|double|triple|thrice|percent|two|three|four|five|six"
    r"|seven|eight|nine|ten|dozen)\b)[^.;:!?=\n]{0,40}\b(?:of|to|from|into|with|at|per|and|for|on|in|by)\s*(?:the|a|an|his|her|their|its)?\s*[$(\\]*$",
    re.IGNORECASE,
)
_APPROXIMATE = re.compile(
    r"\b(?:about|approximat\w+|roughly|around|nearly|almost|close to|round\w*|estimat\w*|nearest|ish|truncat\w*)\b|≈|~|\\approx|\\sim",
    re.IGNORECASE,
)
_LABEL_WORD = re.compile(r"[A-Za-z][.)]?\s*\$?\s*$")
_QUOTES = "\"“”'‘’"


def doubt(text: str, start: int, end: int, problem: str) -> str:
    """Why ``text[start:end]`` may not be an assertion of ordinary arithmetic, or ``""``."""
    left = _clause_start(text, start)
    before = text[left:start]
    sentence_end = _sentence_end(text, end)
    after = text[end:sentence_end]
    if text[sentence_end : sentence_end + 1] == "?":
        return "it stands in a question"
    if _DENIED.search(before) or _DENIED.search(after):
        return "the sentence holds a denial"
    if _HYPOTHETICAL.search(before, before.rfind(",") + 1):
        return "the sentence is a trial or a hypothesis"
    if _CORRECTED.search(text, end, end + WINDOW):
        return "the step corrects itself afterwards"
    if _OTHER_ARITHMETIC.search(before + text[start:end] + after):
        return "other than ordinary arithmetic (time of day, modulus, base, remainder)"
    if _REDEFINED.search(problem[:20_000]) or _REDEFINED.search(before) or "defin" in after:
        return "an operator may be redefined"
    if _OTHER_ARITHMETIC.search(problem[:20_000]) and ("base" in problem or "mod" in problem):
        return "the problem may use another base or modulus"
    if (custom := _DEFINITION.search(problem, 0, 20_000)) and custom[1] in text[start:end]:
        return "an operator may be redefined"
    if _LATEX_POWER.search(text, start, end) and ("\\" in text or "$" in text):
        return "an exponent without braces"
    if start and text[start - 1] in _QUOTES:
        return "it is quoted"
    if _AFTER.match(text, end):
        return "the text after it may belong to it"
    if _LEFT_OPERATOR.search(before) or _LEFT_LINK.search(before):
        return "the text before it may belong to it"
    return ""


def units_differ(text: str, left_end: int, right_start: int, right_end: int, left_start: int) -> bool:
    """Whether the sides end in different words: ``40 daps = 42 baps`` is no arithmetic."""
    left = _UNIT.match(text, left_end, right_start)
    right = _UNIT.match(text, right_end, right_end + 40)
    if not left or not right or left[1].lower() in _NO_UNIT or right[1].lower() in _NO_UNIT:
        return False
    named = text[left_start:right_start].lower()
    return right[1].lower().rstrip("s")[:4] not in named


_UNIT = re.compile(r"\s*(?:\\text\s*\{\s*)?([A-Za-z]{2,})")
_NO_UNIT = frozenset(
    "so and or which is total each left per more for in of the to by on as at remaining altogether".split()
)


def approximate(text: str, start: int, end: int) -> bool:
    """Whether the sentence around ``text[start:end]`` speaks of rounding or estimating."""
    return _APPROXIMATE.search(text, max(0, start - 150), _sentence_end(text, end) + 60) is not None


def labelled(text: str, start: int) -> bool:
    """Whether a word stands right before ``start`` (``Week 1 = ...``)."""
    return _LABEL_WORD.search(text, max(0, start - 8), start) is not None


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
