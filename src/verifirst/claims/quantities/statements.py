r"""Reading statements: ``half of 18 is 9``, ``4 * 5, which is 20``, ``adding 3 and 4, we get 7``.

A statement is a phrase, a verb that states a value, and a value that ends cleanly. The phrase
is read as far as it goes and must not be a part of something bigger on its left; the value
must not be a part of something bigger on its right (``is 9 more than ...``).
"""

from __future__ import annotations

import re
from fractions import Fraction

from verifirst.claims.quantities.lexemes import Lexemes
from verifirst.claims.quantities.numerals import PARTS, STARTS
from verifirst.claims.quantities.phrases import Phrase, operand, phrase
from verifirst.claims.quantities.statement import Statement
from verifirst.claims.quantities.vocabulary import (
    BELONGS,
    COPULAS,
    DETERMINERS,
    GOES_ON,
    LISTS,
    MULTIPLES,
    SCALES,
    VERBS,
)
from verifirst.core.budget import Budget
from verifirst.solvers.rational import Rpn, evaluate

MAX_STATEMENTS = 100  # statements of one step that are read
_TAIL = r"(?:\s+(?:us|me|you|him|her|them))?(?:\s+(?:equal\s+to|exactly|just|simply|also|a\s+total\s+of|in\s+total))*"
_VALUE = r"(?P<about>\s*(?:about|approximately|roughly|nearly|almost|around|\\approx|≈))?[\s:]*"
_EDGE = r"[\s$]*+(?:\\[)\]])?"
_NOUN_LINK = re.compile(
    rf"{_EDGE}(?:,?\s*(?:which|that|and\s+this|and\s+that)\s+)?\s*"
    rf"\b(?:is|are|was|equals?|gives?|makes?|yields?|becomes?|totals|comes?\s+(?:out\s+)?to|amounts\s+to"
    rf"|simplifies\s+to|results?\s+in|works\s+out\s+to|leaves?){_TAIL}{_VALUE}",
    re.IGNORECASE,
)
_SYMBOL_LINK = re.compile(
    rf"{_EDGE}(?:,?\s*which\s+(?:gives?|makes?|yields?|totals|comes?\s+(?:out\s+)?to|amounts\s+to|simplifies\s+to"
    rf"|equals?|is|are)|\b(?:is|are|equals?)){_TAIL}{_VALUE}",
    re.IGNORECASE,
)
_VERB_LINK = re.compile(
    rf"{_EDGE}(?:,?\s*(?:which\s+|that\s+|this\s+|will\s+)?(?:gives?|yields?|equals?|is|results?\s+in|makes?)|,?\s*giving"
    rf"|,?\s*(?:to|and|so|then|will|can)?\s*(?:we|you|i|he|she|they|one|it)?\s*(?:will\s+|can\s+)?"
    rf"(?:get|gets|obtain|obtains|find|have|end\s+up\s+with|got)){_TAIL}{_VALUE}",
    re.IGNORECASE,
)
_ORDER_LINK = re.compile(
    rf"{_EDGE}\s*(?:,?\s*which\s+)?\b(?:is|are)\s+(?:also\s+|still\s+|indeed\s+|clearly\s+|much\s+|slightly\s+)?"
    r"(?P<order>greater|more|larger|bigger|higher|less|smaller|fewer|lower)\s+than(?P<equal>\s+or\s+equal\s+to)?\s*",
    re.IGNORECASE,
)
_BULLET_OR_RANGE = re.compile(r"[-−]\s|[0-9.,]+[-–][0-9.,]+(?=[\s.,]|\Z)")
_REMAINDER = re.compile(r"\bremainder|\bleft over|\bleftover", re.IGNORECASE)
NEAR = 60  # characters after a quotient in which its remainder may stand


def statements(lex: Lexemes, budget: Budget) -> list[Statement]:
    """The statements of value in words, in order."""
    found: list[Statement] = []
    i, end = 0, len(lex.kinds) - 1
    while i < end and len(found) < MAX_STATEMENTS:
        left = phrase(lex, i) if _may_begin(lex, i) else None
        if left is None:
            i += 1
            continue
        budget.spend(left.next - i + 1)
        statement = _statement(lex, i, left)
        if statement is not None:
            found.append(statement)
        i = max(left.next, i + 1) if not left.simple else i + 1
    return found


def _may_begin(lex: Lexemes, i: int) -> bool:
    """Whether a phrase may begin at lexeme ``i``, and nothing on its left could own it."""
    word = lex.words[i]
    if word in VERBS:
        return True
    if word in _OPENERS or word in STARTS or (word in ("a", "an") and lex.words[i + 1] in PARTS):
        return _free(lex, i)
    return lex.kinds[i] in "n(fr-v{" and _free(lex, i)


_OPENERS = frozenset(LISTS) | frozenset(MULTIPLES) | {"half", "square"}


def _free(lex: Lexemes, i: int) -> bool:
    """Whether what stands before lexeme ``i`` begins, ends or joins sentences and no expression."""
    j = i - 1
    while j >= 0 and lex.words[j] in DETERMINERS:
        j -= 1
    if j < 0 or lex.kinds[j] in "b,":
        return not (
            j > 0 and lex.kinds[j] == "," and lex.text[lex.starts[j]] in ",." and lex.kinds[j - 1] in _OPEN_LEFT
        )
    word = lex.words[j]
    if not word:
        return lex.kinds[j] == "(" and (j == 0 or lex.kinds[j - 1] in "wb,")
    if word in ("and", "or"):
        return _joins_clauses(lex, j)
    return word not in BELONGS and word not in MULTIPLES and word not in SCALES


def _joins_clauses(lex: Lexemes, i: int) -> bool:
    """Whether the ``and`` at lexeme ``i`` follows a clause (``... is 8 and ...``) or no number."""
    for j in range(i - 1, max(-1, i - 10), -1):
        if lex.words[j] in COPULAS:
            return True
        if lex.kinds[j] in "b," and lex.text[lex.starts[j]] != ",":
            return True
        if lex.kinds[j] in _SIGNS or lex.words[j] in STARTS:
            return any(word in COPULAS for word in lex.words[max(0, j - 8) : j])
    return True


_OPEN_LEFT = frozenset("+-*/^=(")
_SIGNS = frozenset("nifrsv)}%+-*/^")


def _statement(lex: Lexemes, i: int, left: Phrase) -> Statement | None:
    """The statement whose left side is ``left``, or None."""
    text, at = lex.text, lex.ends[left.next - 1]
    relation, form = "=", _link(lex.words[i], left)
    match = None if left.unit else _ORDER_LINK.match(text, at)
    if match is not None:
        relation = (">" if match["order"].lower() in _UPWARD else "<") + ("=" if match["equal"] else "")
    elif form is None or (match := form.match(text, at)) is None:
        return None
    elif match["about"]:
        relation = "≈"
    value = operand(lex, lex.at(match.end()))
    if (
        value is None
        or not _ends_cleanly(lex, value)
        or any(_BULLET_OR_RANGE.match(text, s.start) for s in (left, value))
    ):
        return None
    if lex.words[i] == "difference" and "neg" in value.rpn:
        return None  # which is taken from which is open
    found = Statement(left.start, value.end, relation, left.side, value.side, (left.unit, value.unit))
    return (
        None if _of_something_else(found, text[left.end : match.end()], text[value.end : value.end + NEAR]) else found
    )


def _of_something_else(found: Statement, link: str, after: str) -> bool:
    """Whether the value may be that of something else than the whole left side."""
    left, right = found.left.rpn, found.right
    if left[-1] == "/" and _REMAINDER.search(after):
        return True
    if len(left) == 3 and left[2] == "/" and found.relation in "=≈":  # noqa: PLR2004  # 4/7 is equal to $24
        share = isinstance(left[0], int) and isinstance(left[1], int) and left[0] < left[1]
        return share and (not right.bare or (isinstance(right.rpn[0], int) and right.rpn[-1] != "%"))
    return "," in link and _is_part(left, right.rpn)


def _is_part(left: Rpn, right: Rpn) -> bool:
    """Whether ``right`` is the value of a part of ``left``: ``4 times 7 minus 7, which is 28``."""
    stack: list[Rpn] = []
    parts: list[Rpn] = []
    for item in left:
        if isinstance(item, str):
            count = 1 if item in ("neg", "sqrt", "%") else 2
            stack[-count:] = [(*(one for side in stack[-count:] for one in side), item)]
            parts.append(stack[-1])
        else:
            stack.append((item,))
    try:
        value = Fraction(*evaluate(right))
        return any(Fraction(*evaluate(part)) == value for part in parts[:-1])
    except ArithmeticError:
        return False


_UPWARD = frozenset(("greater", "more", "larger", "bigger", "higher"))


def _link(word: str, left: Phrase) -> re.Pattern[str] | None:
    """How a value may be joined to a phrase that begins with ``word``."""
    if word in VERBS:
        return _VERB_LINK
    if left.worded:
        return _NOUN_LINK
    return None if left.simple else _SYMBOL_LINK


def _ends_cleanly(lex: Lexemes, value: Phrase) -> bool:
    """Whether nothing after the value could make something else of it."""
    words, kinds, i = lex.words, lex.kinds, value.next
    if not GOES_ON.isdisjoint(value.unit):
        return False
    if words[i] in ("and", "or"):
        return words[i + 1] not in PARTS and not (words[i + 1] in ("a", "one") and words[i + 2] in PARTS) and (
            kinds[i + 1] not in "nfrv" or kinds[i + 2] != "w"
        )  # fmt: skip
    if not words[i]:
        return kinds[i] in ",bE=)"
    return GOES_ON.isdisjoint(words[i : i + 1]) and _COMPARES.isdisjoint(_rest(lex, i))


_COMPARES = frozenset("more less fewer than times plus minus multiplied divided remainder".split())
MAX_REST = 6  # words after a value that are looked at


def _rest(lex: Lexemes, i: int) -> list[str]:
    """The next few words of the clause."""
    rest: list[str] = []
    while lex.words[i] and lex.words[i] not in _CLAUSES and len(rest) < MAX_REST:
        rest.append(lex.words[i])
        i += 1
    return rest


_CLAUSES = frozenset("so but because since which while then therefore thus hence as where when".split())
