"""Phrases: numbers made of words, ``half of 18``, ``3 more than twice 5``, ``the sum of 3 and 4``.

A small grammar over lexemes. What English leaves open (``half of 18 plus 3``) gives nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from verifirst.claims.lexicon import GLUED_UNITS
from verifirst.claims.quantities.lexemes import Lexemes
from verifirst.claims.quantities.numerals import PARTS, STARTS, numeral
from verifirst.claims.quantities.vocabulary import DETERMINERS, FEW, LISTS, MULTIPLES, SCALES, STOPS, VERBS
from verifirst.claims.side import Side
from verifirst.solvers.rational import Item, Rpn, evaluate

Spans = tuple[tuple[int, int], ...]
MAX_ITEMS = 40  # members of a list
MAX_NESTING = 4  # phrases within phrases
UNIT_WORDS = 3


class Phrase(NamedTuple):
    """A number in words, in symbols or in both.

    ``start`` and ``end`` are offsets; ``next`` is the lexeme after it and its unit. ``unit`` are
    the words that it counts. ``simple``: one literal. ``open``: what follows could still belong
    to its last part. ``worded``: words say what is to be computed.
    """

    start: int
    end: int
    rpn: Rpn
    numbers: Spans
    next: int
    unit: tuple[str, ...] = ()
    simple: bool = False
    open: bool = False
    worded: bool = False

    @property
    def side(self) -> Side:
        """The phrase as one side of a relation."""
        return Side(self.start, self.end, self.rpn, self.numbers)


def phrase(lex: Lexemes, i: int, depth: int = MAX_NESTING) -> Phrase | None:
    """The longest phrase that begins at lexeme ``i``, or None."""
    left = factor(lex, i, depth)
    while left is not None:
        word = lex.words[left.next]
        if word in ("times", "multiplied", "divided"):
            left = _product(lex, left, word)
        elif word in ("plus", "minus", "increased", "decreased", "reduced"):
            left = _sum(lex, left, word, depth)
        else:
            break
    return left


def factor(lex: Lexemes, i: int, depth: int) -> Phrase | None:
    """A phrase without operators in words at its top."""
    if depth == 0:
        return None
    word = lex.words[i]
    if word in MULTIPLES:
        return _multiple(lex, i, depth)
    if word in ("the", "a") and lex.words[i + 1] in _NOUNS:
        i, word = i + 1, lex.words[i + 1]
    if word in _NOUNS:
        return _noun(lex, i, word, depth)
    if word in VERBS:
        return _verb(lex, i, word, depth)
    return _compared(lex, operand(lex, i), depth)


_NOUNS = frozenset(LISTS) | {"square"}


def operand(lex: Lexemes, i: int) -> Phrase | None:
    """A number in symbols or in words, with its scale, its power and its unit."""
    found = _spelt(lex, i) if lex.words[i] else _written(lex, i)
    if found is None or _glued(lex, found):
        return None
    found = _with_unit(lex, _scaled(lex, found))
    part = bool(lex.words[i]) and _is_share(found)
    return None if found.unit and (part or not _MARKS.isdisjoint(found.unit)) else found


_MARKS = frozenset("zero zeros zeroes digit digits".split())  # things done to how a number is written


def _spelt(lex: Lexemes, i: int) -> Phrase | None:
    """A number in words."""
    found = numeral(lex.words, i)
    if found is None:
        return None
    start, end = lex.starts[i], lex.ends[found.end - 1]
    numbers = tuple((start, end) for item in found.rpn if not isinstance(item, str))
    return Phrase(start, end, found.rpn, numbers, found.end, simple=True)


def _written(lex: Lexemes, i: int) -> Phrase | None:
    """A number, or a whole expression, in symbols."""
    if lex.kinds[i] not in "n(fr-v{":
        return None
    parsed, after = lex.symbols(i)
    side = parsed.side
    if not side.rpn or lex.kinds[after] not in "w,bE=)":
        return None
    mixed = side.rpn[-1] == "+" and "+" not in lex.text[side.start : side.end]  # 3 1/2
    return Phrase(side.start, side.end, side.rpn, side.numbers, after, simple=side.bare or mixed)


def _glued(lex: Lexemes, found: Phrase) -> bool:
    """``3rd``, ``5ooo``, ``three-digit``: the number is a part of a word."""
    after = lex.text[found.end : found.end + 2]
    if after[:1] == "-":
        return after[1:].isalpha()
    return after[:1].isalpha() and lex.words[found.next] not in GLUED_UNITS


def _scaled(lex: Lexemes, found: Phrase) -> Phrase:
    """``5 dozen``, ``20 percent``, ``7 squared``."""
    word = lex.words[found.next]
    span, end = (lex.starts[found.next], lex.ends[found.next]), lex.ends[found.next]
    if word in SCALES and (found.simple or word[:5] == "dozen"):
        numbers = (*found.numbers, span)
        rpn = (*found.rpn, SCALES[word], "*")
        return found._replace(rpn=rpn, numbers=numbers, end=end, next=found.next + 1, worded=word[:5] == "dozen")
    if word == "percent" and found.simple:
        return found._replace(rpn=(*found.rpn, "%"), end=end, next=found.next + 1)
    if word in ("squared", "cubed") and found.simple:
        rpn = (*found.rpn, 2 if word == "squared" else 3, "^")
        return found._replace(
            rpn=rpn, numbers=(*found.numbers, span), end=end, next=found.next + 1, simple=False, worded=True
        )
    return found


def _with_unit(lex: Lexemes, found: Phrase) -> Phrase:
    unit: list[str] = []
    j = found.next
    while len(unit) < UNIT_WORDS and lex.words[j] and lex.words[j] not in STOPS and lex.words[j] not in PARTS | STARTS:
        unit.append(lex.words[j])
        j += 1
    return found._replace(next=j, unit=tuple(unit))


def additive(found: Phrase) -> bool:
    """Whether a sum or a difference stands at the top, so that a product would be ambiguous."""
    return not found.simple and found.rpn[-1] in ("+", "-")


def _after_determiners(lex: Lexemes, i: int) -> int:
    for _ in range(UNIT_WORDS):
        if lex.words[i] in DETERMINERS and numeral(lex.words, i) is None:
            i += 1
    return i


def _compared(lex: Lexemes, found: Phrase | None, depth: int) -> Phrase | None:
    """What a number makes of the next: ``half of``, ``3 times as many as``, ``5 more than``."""
    if found is None:
        return None
    words, j = lex.words, found.next
    if words[j] == "of" and not found.unit and _is_share(found):
        return _joined(lex, found, _after_determiners(lex, j + 1), "*", depth)
    if words[j] == "as" and not found.unit and _is_share(found):
        return _as_many(lex, found, j, depth)
    if words[j] == "times" and not found.unit and found.simple and words[j + 1] == "as":
        return _as_many(lex, found, j + 1, depth)
    if words[j] in ("more", "less", "fewer") and found.simple:
        return _more_than(lex, found, j, depth)
    return found


def _is_share(found: Phrase) -> bool:
    """Whether it is a fraction or a percentage, which is taken ``of`` something."""
    rpn = found.rpn
    return rpn[-1] == "%" or (len(rpn) == 3 and rpn[2] == "/")  # noqa: PLR2004  # numerator, denominator, bar


def _joined(lex: Lexemes, left: Phrase, i: int, op: str, depth: int) -> Phrase | None:
    """``left`` and the phrase at ``i``, which must not be a sum."""
    right = factor(lex, i, depth - 1)
    if right is None or additive(right):
        return None
    rpn, numbers = (*left.rpn, *right.rpn, op), left.numbers + right.numbers
    return Phrase(left.start, right.end, rpn, numbers, right.next, right.unit or left.unit, open=True, worded=True)


def _as_many(lex: Lexemes, left: Phrase, i: int, depth: int) -> Phrase | None:
    """``as many [apples] as 9`` from its first ``as`` on."""
    words = lex.words
    if words[i + 1] not in FEW:
        return None
    for j in range(i + 2, i + 3 + UNIT_WORDS):
        if words[j] == "as":
            return _joined(lex, left, _after_determiners(lex, j + 1), "*", depth)
        if not words[j]:
            return None
    return None


def _more_than(lex: Lexemes, left: Phrase, i: int, depth: int) -> Phrase | None:
    """``5 more [apples] than 8``, ``20% less than 50``."""
    words = lex.words
    j = i + 1
    while words[j] and words[j] != "than" and j < i + UNIT_WORDS:
        j += 1
    if words[j] != "than":
        return None
    right = _term(lex, _after_determiners(lex, j + 1), depth - 1)
    if right is None or (_is_share(right) and not right.worded):
        return None  # 20 more than half, of something named before
    op = "+" if words[i] == "more" else "-"
    rpn = (*right.rpn, *left.rpn, op + "%" if left.rpn[-1] == "%" else op)
    numbers = right.numbers + left.numbers
    return Phrase(left.start, right.end, rpn, numbers, right.next, right.unit or left.unit, open=True, worded=True)


def _multiple(lex: Lexemes, i: int, depth: int) -> Phrase | None:
    """``twice 7``, ``double the 9``, ``twice as many as 5``."""
    span = lex.starts[i], lex.ends[i]
    left = Phrase(*span, (MULTIPLES[lex.words[i]],), (span,), i + 1)
    if lex.words[i + 1] == "as":
        return _as_many(lex, left, i + 1, depth)
    return _joined(lex, left, _after_determiners(lex, i + 1), "*", depth)


def _noun(lex: Lexemes, i: int, word: str, depth: int) -> Phrase | None:
    """``the sum of 3 and 5``, ``the square of 7``, ``the square root of 9``."""
    following = lex.words[i + 1]
    if word == "square":
        return _root(lex, i, depth) if following == "root" else _square(lex, i)
    items = _list(lex, i + 2, frozenset({"and"}), depth) if following in ("of", "between") else None
    if items is None:
        return None
    return _folded(LISTS[word], lex.starts[i], _larger_first(items) if word == "difference" else items)


def _square(lex: Lexemes, i: int) -> Phrase | None:
    """``the square of 7``."""
    base = operand(lex, i + 2) if lex.words[i + 1] == "of" else None
    if base is None or not base.simple:
        return None
    numbers = (*base.numbers, (lex.starts[i], lex.ends[i]))
    return base._replace(
        start=lex.starts[i], rpn=(*base.rpn, 2, "^"), numbers=numbers, open=True, simple=False, worded=True
    )


def _larger_first(items: list[Phrase]) -> list[Phrase]:
    """A difference is taken from the larger."""
    try:
        return sorted(items, key=lambda item: Fraction(*evaluate(item.rpn)), reverse=True)
    except ArithmeticError:
        return items


def _root(lex: Lexemes, i: int, depth: int) -> Phrase | None:
    """``the square root of 144``."""
    if lex.words[i + 2] != "of":
        return None
    base = factor(lex, i + 3, depth - 1)
    if base is None or not (base.simple or base.worded):
        return None
    return base._replace(start=lex.starts[i], rpn=(*base.rpn, "sqrt"), open=True, simple=False, worded=True)


def _verb(lex: Lexemes, i: int, word: str, depth: int) -> Phrase | None:
    """``adding 4 and 5``, ``subtracting 7 from 20``, ``multiply 6 by 7``."""
    op, joins = VERBS[word]
    items = _list(lex, i + 1, frozenset(joins.split()), depth)
    if items is None or (op in "-/" and len(items) > 2):  # noqa: PLR2004  # two operands
        return None
    folded = _folded("from" if op == "-" else op, lex.starts[i], items)
    if folded is not None and lex.words[folded.next] == "together":
        return folded._replace(next=folded.next + 1)
    return folded


def _list(lex: Lexemes, i: int, joins: frozenset[str], depth: int) -> list[Phrase] | None:
    """Two or more operands, the last joined by one of the words ``joins``."""
    items: list[Phrase] = []
    while len(items) < MAX_ITEMS:
        item = operand(lex, _after_determiners(lex, i))
        if item is None or (additive(item) and depth):
            return None
        items.append(item)
        j = item.next
        comma = lex.kinds[j] == "," and lex.text[lex.starts[j]] == ","
        if comma:
            j += 1
        if lex.words[j] in joins:
            last = operand(lex, _after_determiners(lex, j + 1))
            if last is None or additive(last):
                return None
            return [*items, last]
        if not comma:
            return None
        i = j
    return None


def _folded(op: str, start: int, items: list[Phrase]) -> Phrase | None:
    """One phrase of several operands."""
    if op in ("-", "/", "from") and len(items) != 2:  # noqa: PLR2004  # two operands
        return None
    if op == "from":
        items, op = items[::-1], "-"
    rpn: list[Item] = list(items[0].rpn)
    for item in items[1:]:
        rpn += (*item.rpn, "+" if op == "mean" else op)
    numbers = tuple(span for item in items for span in item.numbers)
    last = max(items, key=lambda item: item.end)
    if op == "mean":
        rpn += (len(items), "/")
        numbers += ((start, items[0].start),)
    unit = items[0].unit if op == "/" else last.unit or items[0].unit
    return Phrase(start, last.end, tuple(rpn), numbers, last.next, unit, open=True, worded=True)


def _term(lex: Lexemes, i: int, depth: int) -> Phrase | None:
    """A factor, or several multiplied."""
    found = factor(lex, i, depth)
    while found is not None and lex.words[found.next] in ("times", "multiplied", "divided"):
        found = _product(lex, found, lex.words[found.next])
    return found


def _product(lex: Lexemes, left: Phrase, word: str) -> Phrase | None:
    """``left times ...``, ``left divided by ...``."""
    j = left.next + 1
    if word != "times":
        if lex.words[j] != "by":
            return None
        j += 1
    right = operand(lex, _after_determiners(lex, j))
    if right is None or additive(left) or additive(right) or (left.open and left.rpn[-1] not in ("*", "/")):
        return None
    rpn = (*left.rpn, *right.rpn, "/" if word == "divided" else "*")
    return Phrase(left.start, right.end, rpn, left.numbers + right.numbers, right.next, right.unit or left.unit,
                  worded=True)  # fmt: skip


def _sum(lex: Lexemes, left: Phrase, word: str, depth: int) -> Phrase | None:
    """``left plus ...``, ``left increased by 20%``."""
    j = left.next + 1
    by = word not in ("plus", "minus")
    if by:
        if lex.words[j] != "by":
            return None
        j += 1
    if left.open:
        return None
    op = "+" if word in ("plus", "increased") else "-"
    right = _term(lex, _after_determiners(lex, j), depth - 1)
    if right is None or (additive(right) and op == "-"):
        return None
    if right.rpn[-1] == "%":
        op = op + "%" if by else op
    rpn = (*left.rpn, *right.rpn, op)
    return Phrase(left.start, right.end, rpn, left.numbers + right.numbers, right.next, right.unit or left.unit,
                  open=right.open, worded=True)  # fmt: skip
