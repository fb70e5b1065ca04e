"""One sentence, one step; a line feed always closes.

A sentence ends at ``.``, ``!`` or ``?`` (and closing quotes or brackets) followed by a blank
and then something that can begin a sentence: not a lowercase letter, not an operator. It
does not end inside a decimal, an abbreviation, initials, an ellipsis, a list marker or
inline maths. Ambiguous ends join sentences rather than split them; but a lone capital counts
as an initial only beside a name or another initial, since elsewhere it is mostly a variable.
"""

from __future__ import annotations

import re

from verifirst.segment.base import MAX_STEP_CHARS, Cut, Scanner, Segmenter

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st jr sr vs cf ca al approx resp inc ltd co corp dept gov hon sen mt blvd viz ie eg".split()
)
BEFORE_DIGIT = frozenset(  # abbreviations only where a digit follows: No. 5, Jan. 3, 6 ft. 2 in.
    "no nos fig figs eq eqs p pp ch chap vol art sec min hr hrs ft sq oz lb lbs jan feb mar apr aug sept oct nov dec".split()  # noqa: E501  # as above
)
_TERMINATORS = ".!?"
_CLOSERS = "\"')]}*_\u2019\u201d"
_NEVER_FIRST = "=+\u00d7\u00f7/,;:)]}%"
_WORD = re.compile(r"(?:^|[^\w.])([\w.]+)$")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")  # e.g, a.m, U.S
_INITIAL = re.compile(r"(?:^|[A-Z][\w']*\.?\s+)[A-Z]$")  # after a name or another initial
_CLOSING_DOLLAR = re.compile(r"[\w})\]\\]$")  # a dollar sign right after these opens nothing
_MARKER = re.compile(
    r"[\s*_#>(-]*(?:(?:step|part|case|question|equation)\s+)?(?:\d{1,3}|[A-Za-z])[*_]{0,2}", re.IGNORECASE
)

_TEXT, _END, _GAP, _DOLLAR, _MATHS, _DISPLAY, _PAREN, _LONE = range(8)
_STOPS = {_TEXT: ".!?\n$(", _MATHS: "$\n", _DISPLAY: "$\n", _PAREN: ")\n"}  # the other states see every character


class SentenceScanner(Scanner):
    """Cuts after the blank that follows a sentence's end, once the next character is known."""

    def __init__(self) -> None:
        self._to(_TEXT)
        self._after = 0  # offset after the blank that may end the sentence
        self._digit_joins = False  # a digit next would mean an abbreviation
        self._lone = False  # an initial next would mean an initial

    def _to(self, state: int) -> None:
        self._state = state
        self.stops = _STOPS.get(state, "")

    def take(self, char: str, at: int, before: str) -> Cut | None:
        """Cut at a line feed, or after a sentence once something that may begin one follows."""
        if self._state == _LONE and char != ".":
            return Cut(self._after, self._after)
        if char == "\n":
            return Cut(at, at + 1)
        if self._state == _GAP:
            if char.isspace():
                return None
            if self._begins(char):
                return self._begun(char)
            self._to(_TEXT)
        if self._state == _END:
            self._ending(char, at, before)
        elif self._state in (_TEXT, _LONE):
            self._to(_TEXT)
            self._reading(char, at, before)
        elif self._state == _DOLLAR:
            self._dollar(char, at, before)
        else:
            self._maths(char, before)
        return None

    def _begins(self, char: str) -> bool:
        return not (char.islower() or char in _NEVER_FIRST or (self._digit_joins and char.isdigit()))

    def _begun(self, char: str) -> Cut | None:
        """The next sentence begins with ``char``, unless both ends are initials (J. K. Rowling)."""
        if self._lone and char.isupper():
            self._to(_LONE)
            return None
        return Cut(self._after, self._after)

    def _ending(self, char: str, at: int, before: str) -> None:
        """After a terminator: a blank may end the sentence, most else goes on with it."""
        if char.isspace():
            self._after = at + 1
            self._to(_GAP)
        elif char in "!?" or (char == "." and not before.endswith(".")) or char in _CLOSERS:
            pass
        else:
            self._to(_TEXT)
            self._reading(char, at, before)

    def _reading(self, char: str, at: int, before: str) -> None:
        if char == "$":
            if not _CLOSING_DOLLAR.search(before):
                self._to(_DOLLAR)
        elif char == "(" and before.endswith("\\"):
            self._to(_PAREN)
        elif char in _TERMINATORS and not (char == "." and self._joins(at, before)):
            word = _word(before) if char == "." else ""
            self._digit_joins = word.lower() in BEFORE_DIGIT
            self._lone = len(word) == 1 and word.isupper()
            self._to(_END)

    def _dollar(self, char: str, at: int, before: str) -> None:
        """After a dollar sign: an amount, display maths, or inline maths."""
        if char == "$":
            self._to(_DISPLAY)
        elif char.isspace() or char.isdigit() or char in _TERMINATORS:
            self._to(_TEXT)
            self._reading(char, at, before)
        else:
            self._to(_MATHS)

    def _maths(self, char: str, before: str) -> None:
        ends = (
            (self._state == _MATHS and char == "$" and not before.endswith("\\"))
            or (self._state == _DISPLAY and char == "$" and before.endswith("$"))
            or (self._state == _PAREN and char == ")" and before.endswith("\\"))
        )
        if ends:
            self._to(_TEXT)

    def _joins(self, at: int, before: str) -> bool:
        """Whether a full stop here belongs to the word before it, not to the sentence."""
        if before.endswith(".") or (at <= len(before) and _MARKER.fullmatch(before)):
            return True  # an ellipsis, or the marker that begins a list item
        word = _word(before)
        return word.lower() in ABBREVIATIONS or bool(_DOTTED.fullmatch(word)) or bool(_INITIAL.search(before))


def _word(before: str) -> str:
    found = _WORD.search(before)
    return found[1] if found else ""


def sentence(*, max_step_chars: int = MAX_STEP_CHARS) -> Segmenter:
    """A segmenter whose steps are sentences."""
    return Segmenter(SentenceScanner, max_step_chars=max_step_chars)
