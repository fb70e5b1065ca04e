"""One side of a relation: tokens to postfix, by an operator-precedence parser.

The parser never cuts a fragment out of something bigger: whatever may belong to the
expression but cannot be read as a number (a variable, a function call, a tuple, a custom
operator) makes the whole side *opaque*, and an opaque side has no postfix form.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from verifirst.claims import lexicon
from verifirst.claims.tokens import Tokens
from verifirst.solvers.rational import Item, Rpn

MAX_DIGITS = 60
MAX_DEPTH = 64


class Side(NamedTuple):
    """One side of a relation.

    ``start`` and ``end`` are character offsets of the expression without trailing unit
    words. ``rpn`` is empty when the side is opaque. ``numbers`` are the spans of the literals, in the order
    in which they stand in ``rpn``.
    """

    start: int
    end: int
    rpn: Rpn
    numbers: tuple[tuple[int, int], ...]

    @property
    def bare(self) -> bool:
        """Whether the side is one literal (perhaps signed or a percentage)."""
        return len(self.numbers) == 1


class Style(NamedTuple):
    """How to read what people write in more than one way; the default is the textbook."""

    tight_slash: bool = False  # 25 / 1/3 is 25 / (1/3)
    slash_last: bool = False  # a / b * c is a / (b * c)
    times_first: bool = False  # a / b(c) is a / (b(c))
    mixed_product: bool = False  # 3 1/2 is 3 * (1/2)
    of_last: bool = False  # 20% of 50 + 30 is 20% of (50 + 30)
    note_paren: bool = True  # 7 (3 + 4): a remark unless a relation follows
    relative_percent: bool = False  # 80 - 25% is 80 * (1 - 25%)
    negative_base: bool = False  # -2^2 is (-2)^2
    apart: bool = False  # 12 200-page books: 12 is not 12 200
    scale_unit: bool = False  # 8 dozen counts dozens


TEXTBOOK = Style()

_PRECEDENCE: dict[str, float] = {"+": 1, "-": 1, "of": 2, "*": 2, "/": 2, "neg": 3, "^": 4, "sqrt": 5, "mix": 6}
_INVERSE = re.compile(r"-[1-3](?![0-9.])(?=[\s,.;$]|\Z)")  # cm-1
_GROUP = re.compile(r"[^0-9.]+")
_VULGAR = {
    "½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8),
    "⅞": (7, 8), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6),
}  # fmt: skip
_SUPERSCRIPT = {c: i + 2 for i, c in enumerate("²³⁴⁵⁶⁷⁸⁹")}


def literal(text: str) -> Item | None:
    """The number that ``text`` spells (digits, separators, one point), or None."""
    whole, point, decimals = text.partition(".")
    if not whole.isdecimal() and whole:
        head, *groups = _GROUP.split(whole)
        if len(head) > 3 or not groups:  # noqa: PLR2004  # thousands
            return None
        whole = head + "".join(groups)
    if len(whole) + len(decimals) > MAX_DIGITS:
        return None
    if not point:
        return int(whole)
    return int(whole + decimals), 10 ** len(decimals)


def is_times(tokens: Tokens, i: int) -> bool:
    """Whether the letter at token ``i`` is the multiplication sign ``x``."""
    start = tokens.starts[i]
    if tokens.text[start] not in "xX":
        return False
    following = tokens.kinds[i + 1]
    if following in "nv":
        return True
    return following in "(f{" and tokens.text[start - 1] == " " and tokens.starts[i + 1] > start + 1


class Parser:
    """Parses one side from token ``i``; ``next`` is the token that ended it."""

    __slots__ = (
        "_groups",
        "_i",
        "_kinds",
        "_ops",
        "_rollback",
        "_style",
        "_tokens",
        "_want",
        "numbers",
        "opaque",
        "out",
        "unclosed",
    )

    def __init__(self, tokens: Tokens, style: Style = TEXTBOOK) -> None:
        self._tokens = tokens
        self._kinds = tokens.kinds
        self._style = style

    def parse(self, start: int) -> tuple[Side, int]:
        """The side that begins at token ``start``, and the index of the token after it."""
        self._i = start
        self._want = True  # an operand is wanted; else an operator
        self.out: list[Item] = []
        self.numbers: list[tuple[int, int]] = []
        self._ops: list[tuple[float, str]] = []
        self._groups: list[int] = []  # tokens of the open brackets
        self._rollback: tuple[int, list[Item], list[tuple[float, str]], int, bool] | None = None
        self.opaque = False
        self.unclosed = -1
        kinds = self._kinds
        while True:
            handler = (_OPERAND if self._want else _OPERATOR).get(kinds[self._i])
            if handler is None or handler(self):
                break
        return self._finish(start)

    def _finish(self, start: int) -> tuple[Side, int]:
        end = self._i
        if self._groups:
            self.unclosed = self._groups[-1]
            self.opaque = True
        elif self._want:
            self.opaque = True
        elif self._rollback is not None and not self.opaque and self._kinds[end] != "=" and self._style.note_paren:
            end, self.out, self._ops, count, self.opaque = self._rollback
            del self.numbers[count:]
        if not self.opaque:
            self._unwind(0)
        text_end = self._tokens.ends[self._last_operand(start, end)]
        rpn = () if self.opaque else tuple(self.out)
        return Side(self._tokens.starts[start], text_end, rpn, tuple(self.numbers)), end

    def _last_operand(self, start: int, end: int) -> int:
        """The last token before ``end`` that is not a unit word."""
        last = end - 1
        while last > start and self._kinds[last] not in _CLOSES_OPERAND:
            last -= 1
        return last

    # -- operands -----------------------------------------------------------
    def _number(self) -> bool:
        i, tokens = self._i, self._tokens
        start, end = tokens.starts[i], tokens.ends[i]
        text = tokens.text
        value = literal(text[start:end])
        after = text[end : end + 2]
        if value is None or (after[:1] == "," and after[1:].isdecimal()) or after in (".(", ".\\"):
            self.opaque = True
        else:
            self.out.append(value)
            self.numbers.append((start, end))
        self._i = i + 1
        self._want = False
        return False

    def _vulgar(self) -> bool:
        i, tokens = self._i, self._tokens
        n, d = _VULGAR[tokens.text[tokens.starts[i]]]
        mixed = not self._want
        if mixed and self._kinds[i - 1] != "n":
            self.opaque = True
        self.out += (n, d, "/", "+") if mixed else (n, d, "/")
        self.numbers += [(tokens.starts[i], tokens.ends[i])] * 2
        self._i = i + 1
        self._want = False
        return False

    def _sign(self) -> bool:
        if self._kinds[self._i] == "-":
            if self._style.negative_base and self._kinds[self._i + 1] == "n":
                self._ops.append((6, "neg"))
            else:
                self._ops.append((_PRECEDENCE["neg"], "neg"))
        self._i += 1
        return False

    def _open(self) -> bool:
        if len(self._groups) >= MAX_DEPTH:
            self.opaque = True
            return self._skip_group()
        self._groups.append(self._i)
        self._ops.append((0, self._kinds[self._i]))
        self._i += 1
        return False

    def _fraction(self) -> bool:
        i, tokens = self._i, self._tokens
        if self._kinds[i + 1] == "{" and len(self._groups) < MAX_DEPTH:
            self._groups.append(i)
            self._ops.append((0, "f"))
            self._i = i + 2
            return False
        digits = tokens.text[tokens.starts[i + 1] : tokens.ends[i + 1]]
        if self._kinds[i + 1] == "n" and len(digits) == 2 and digits.isdecimal():  # noqa: PLR2004  # \frac12
            self.out += (int(digits[0]), int(digits[1]), "/")
            span = tokens.starts[i + 1]
            self.numbers += [(span, span + 1), (span + 1, span + 2)]
            self._i = i + 2
        else:
            self.opaque = True
            self._i = i + 1
        self._want = False
        return False

    def _root(self) -> bool:
        if self._kinds[self._i + 1] not in "{(n":
            self.opaque = True
        self._ops.append((_PRECEDENCE["sqrt"], "sqrt"))
        self._i += 1
        return False

    def _opaque(self) -> bool:
        self.opaque = True
        self._i += 1
        self._want = False
        return False

    def _line_end(self) -> bool:
        """An expression goes on after a line that ends with an operator."""
        if not self._ops or self._tokens.text[self._tokens.starts[self._i]] != "\n":
            return True
        self._i += 1
        return False

    def _words_operand(self) -> bool:
        """Words where an operand should stand: algebra in words, or the end."""
        if not self._groups and not self._ops:
            return True
        return self._opaque()

    def _bold(self) -> bool:
        """An asterisk before an operand is markup (bold, a bullet)."""
        if self._ops and self._ops[-1][1] == "*":
            self.opaque = True
        self._i += 1
        return self._kinds[self._i] not in _OPERAND

    # -- operators ----------------------------------------------------------
    def _binary(self) -> bool:
        i = self._i
        op = self._kinds[i]
        following = self._kinds[i + 1]
        if following == "w":
            return self._before_words(op)
        if op in "*/^" and following == "+":
            self.opaque = True
        if op in "*^" and following not in _OPERAND:
            self._i += 1  # closing markup: **36**
            return self._kinds[self._i] != "="
        if op == "/" and self._style.tight_slash and self._tokens.glued(i) and self._tokens.glued(i + 1):
            self._push(3, "/")
        elif self._style.slash_last and op == "/":
            self._push(1.5, "/")
        else:
            self._push(_PRECEDENCE[op], op)
        self._i = i + 1
        self._want = True
        return False

    def _before_words(self, op: str) -> bool:
        """``$15/student`` is a unit, ``8-hour`` too, ``36 - so`` a dash; else algebra in words."""
        i = self._i
        if op == "/" or (op == "-" and self._tokens.glued(i) and self._tokens.glued(i + 1)):
            self._i = i + 2
            return self._kinds[self._i] not in _AFTER_UNIT
        if op == "-" and not self._groups and self._dash():
            return True
        if op in "*^" and self._tokens.glued(i):
            self._i = i + 1  # closing markup
            return False
        self.opaque = True
        self._ops.append((1, "+"))
        self._i = i + 1
        self._want = True
        return False

    def _dash(self) -> bool:
        """``= 36 - so he``: a dash before prose, not a minus before a name."""
        i, tokens = self._i, self._tokens
        run = tokens.text[tokens.starts[i + 1] : tokens.ends[i + 1]]
        name = run.isupper() or run[0] == "\\" or self._kinds[i + 2] in "=^+*/"
        return not name and not tokens.glued(i) and not tokens.glued(i + 1)

    def _push(self, precedence: float, op: str) -> None:
        ops = self._ops
        if op == "^":
            while ops and ops[-1][0] > precedence:
                self._emit(ops.pop()[1])
        else:
            while ops and ops[-1][0] >= precedence:
                self._emit(ops.pop()[1])
        ops.append((precedence, op))

    def _emit(self, op: str) -> None:
        if op in ("+", "-") and self._style.relative_percent and self.out[-1] == "%":
            self.out.append(op + "%")
        elif op == "mix":
            self.out.append("*" if self._style.mixed_product else "+")
        else:
            self.out.append("*" if op == "of" else op)

    def _unwind(self, floor: int) -> None:
        """Emit the operators down to the last open bracket (exclusive)."""
        ops = self._ops
        while len(ops) > floor and ops[-1][0]:
            self._emit(ops.pop()[1])

    def _percent(self) -> bool:
        self.out.append("%")
        self._i += 1
        return False

    def _superscript(self) -> bool:
        i, tokens = self._i, self._tokens
        if self._kinds[i + 1] == "s":
            self.opaque = True
        self._push(_PRECEDENCE["^"], "^")
        self.out.append(_SUPERSCRIPT[tokens.text[tokens.starts[i]]])
        self.numbers.append((tokens.starts[i], tokens.ends[i]))
        self._i = i + 1
        return False

    def _close(self) -> bool:
        if not self._groups:
            return True
        self._unwind(0)
        opener = self._groups.pop()
        kind = self._ops.pop()[1]
        brace = self._kinds[self._i] == "}"
        if brace != (kind in "{fg"):
            self.opaque = True
        self._i += 1
        if kind == "f":
            self._denominator(opener)
        elif kind == "g":
            self.out.append("/")
        return False

    def _denominator(self, opener: int) -> None:
        if self._kinds[self._i] != "{":
            self.opaque = True
            return
        self._groups.append(opener)
        self._ops.append((0, "g"))
        self._i += 1
        self._want = True

    def _beside_number(self) -> bool:
        """A number right after an operand: a mixed number, or spaced thousands."""
        i, tokens, kinds = self._i, self._tokens, self._kinds
        if kinds[i - 1] != "n" or tokens.starts[i] - tokens.ends[i - 1] != 1 or self.opaque:
            return self._juxtaposed()
        previous = self.out[-1]
        digits = tokens.text[tokens.starts[i] : tokens.ends[i]]
        value = literal(digits)
        if not isinstance(previous, int) or not isinstance(value, int):
            return self._juxtaposed()
        if kinds[i + 1] == "/" and kinds[i + 2] == "n" and digits[0] != "0":
            return self._mixed(value)
        if len(digits) == 3 and previous < 1000 and not self._style.apart:  # noqa: PLR2004  # a group of thousands
            self.out[-1] = previous * 1000 + value
            self.numbers[-1] = (self.numbers[-1][0], tokens.ends[i])
            self._i = i + 1
            return False
        return self._juxtaposed()

    def _mixed(self, top: int) -> bool:
        i, tokens = self._i, self._tokens
        bottom = literal(tokens.text[tokens.starts[i + 2] : tokens.ends[i + 2]])
        if not isinstance(bottom, int) or top >= bottom:
            return self._juxtaposed()
        self.out += (top, bottom, "/", "*" if self._style.mixed_product else "+")
        self.numbers += [(tokens.starts[i], tokens.ends[i]), (tokens.starts[i + 2], tokens.ends[i + 2])]
        self._i = i + 3
        return False

    def _juxtaposed(self) -> bool:
        """Two operands side by side that are neither a product nor one number."""
        if self._groups:
            self.opaque = True
            return self._skip_group()
        if self._tokens.text[self._tokens.starts[self._i] - 1] != " ":
            return self._opaque()
        return True

    def _beside_group(self) -> bool:
        """``2(3+4)``, ``(2)(3)``: a product; ``36 (a remark)``: the end, unless a relation follows."""
        i, tokens = self._i, self._tokens
        if self._kinds[i + 1] == "w" and self._kinds[i] == "(":
            return not self._groups or self._skip_from(i)
        if (
            tokens.text[tokens.starts[i] - 1] == " "
            and self._kinds[i] == "("
            and not self._groups
            and not self._rollback
        ):
            self._rollback = (i, self.out.copy(), self._ops.copy(), len(self.numbers), self.opaque)
        self._implied_product()
        return False

    def _implied_product(self) -> None:
        self._push(3 if self._style.times_first else 2, "*")
        self._want = True

    def _beside_fraction(self) -> bool:
        r"""``3\frac{4}{5}`` is a mixed number, ``(3)\frac{4}{5}`` a product."""
        if self._kinds[self._i - 1] == "n":
            self._push(6, "mix")
            self._want = True
        else:
            self._implied_product()
        return False

    def _beside_root(self) -> bool:
        self._implied_product()
        return False

    def _letter(self) -> bool:
        """``x`` between operands is a multiplication sign; any other letter is a variable."""
        i, tokens = self._i, self._tokens
        start = tokens.starts[i]
        if is_times(tokens, i):
            self._push(2, "*")
            self._i = i + 1
            self._want = True
            return False
        if self._unit_letter(tokens.text[start]):
            self._i = i + 1
            return False
        return self._opaque()

    def _unit_letter(self, letter: str) -> bool:
        """``180 L of water``: a spaced letter after a lone number that ends a relation."""
        i, tokens = self._i, self._tokens
        return (
            letter in "LlmghsCFWV"
            and not tokens.glued(i)
            and self._kinds[i - 1] == "n"
            and len(self.out) == 1
            and self._kinds[i + 1] in "bE,w"
        )

    def _words(self) -> bool:
        """Words after an operand: a unit, a scale, an operator in words, or the end."""
        i, tokens, kinds = self._i, self._tokens, self._kinds
        run = tokens.text[tokens.starts[i] : tokens.ends[i]]
        if run[0] == "\\" or run[0] == "^":
            run = lexicon.inner(run)
        first, _, rest = run.partition(" ")
        first = first.lower()
        following = kinds[i + 1]
        if tokens.glued(i) and first not in lexicon.GLUED_UNITS and not run.startswith("-"):
            return self._opaque()
        if first in lexicon.NOT_UNITS or run.rpartition(" ")[2] in lexicon.NOT_UNITS:
            return self._opaque()
        if following == "(" and first in ("min", "max"):
            return self._opaque()
        if first == "of" and following in _AFTER_UNIT:
            return self._opaque()
        if first in lexicon.SCALES and not self._style.scale_unit:
            self.out += (lexicon.SCALES[first], "*")
            self.numbers.append((tokens.starts[i], tokens.ends[i]))
            first, _, rest = rest.partition(" ")
        elif first in ("percent", "percents"):
            self.out.append("%")
            first, _, rest = rest.partition(" ")
        self._i = i + 1
        if following == "i" and is_times(tokens, i + 1):
            return False
        if following == "-" and first in lexicon.GLUED_UNITS and _INVERSE.match(tokens.text, tokens.ends[i]):
            self._i = i + 3
            return False
        if following in _AFTER_UNIT:
            if following in "+-" and self._sentence_goes_on(run):
                self._i = i
                return not self._groups or self._skip_from(i)
            if following == ")" and not self._groups:
                self._i = i
                return True
            return False
        if following in _STARTS_OPERAND and self._operator_in_words(first, rest):
            return False
        if following == "^" and first in lexicon.GLUED_UNITS and kinds[i + 2] == "n":
            self._i = i + 3
            return False
        if following == "s" and first in lexicon.GLUED_UNITS:
            self._i = i + 2
            return False
        if self._groups:
            return self._skip_from(i)
        self._i = i
        return True

    def _sentence_goes_on(self, run: str) -> bool:
        """``6 and -4 + 11``: words that join two things, then a sign that belongs to the next."""
        tokens, sign = self._tokens, self._i
        if tokens.text[tokens.starts[sign] - 1] in "$(" or run.rpartition(" ")[2].lower() in lexicon.JOINS:
            return True
        unary = tokens.glued(sign + 1) and not tokens.glued(sign)
        return unary and " " in run

    def _operator_in_words(self, first: str, rest: str) -> bool:
        """``times``, ``plus``, ...; ``of`` after a percentage or a fraction."""
        phrase = f"{first} {rest}".strip().lower()
        op = lexicon.OPERATORS.get(phrase)
        if op is None and lexicon.OF.fullmatch(phrase) and self.out and self.out[-1] in ("%", "/"):
            op = "of"
        if op is None:
            return False
        self._push(0.5 if op == "of" and self._style.of_last else _PRECEDENCE[op], op)
        self._want = True
        return True

    # -- groups that cannot be read ------------------------------------------
    def _punctuation(self) -> bool:
        """Inside a bracket, a comma makes a tuple; outside, punctuation ends the side."""
        if not self._groups:
            return True
        return self._skip_from(self._i)

    def _skip_from(self, i: int) -> bool:
        self._i = i
        self.opaque = True
        return self._skip_group()

    def _skip_group(self) -> bool:
        """Step over the rest of the open brackets; the side is opaque."""
        kinds, i, depth = self._kinds, self._i, len(self._groups)
        while depth:
            kind = kinds[i]
            if kind in "=bE":
                self._i = i
                return True
            if kind in "({":
                depth += 1
            elif kind in ")}":
                depth -= 1
            i += 1
        self._i = i
        self._groups.clear()
        self._ops.clear()
        self._want = False
        return False


_AFTER_UNIT = frozenset("+-*/)}=")
_CLOSES_OPERAND = frozenset("n)}sv%")
_STARTS_OPERAND = frozenset("n({fr-v")

Handler = Callable[[Parser], bool]
_OPERAND: dict[str, Handler] = {
    "n": Parser._number, "v": Parser._vulgar, "-": Parser._sign, "+": Parser._sign, "(": Parser._open,
    "{": Parser._open, "f": Parser._fraction, "r": Parser._root, "i": Parser._opaque, "o": Parser._opaque,
    "e": Parser._opaque, "w": Parser._words_operand, "*": Parser._bold, "^": Parser._bold,
    "b": Parser._line_end,
}  # fmt: skip
_OPERATOR: dict[str, Handler] = {
    "+": Parser._binary, "-": Parser._binary, "*": Parser._binary, "/": Parser._binary, "^": Parser._binary,
    "%": Parser._percent, "s": Parser._superscript, ")": Parser._close, "}": Parser._close, "v": Parser._vulgar,
    "n": Parser._beside_number, "(": Parser._beside_group, "{": Parser._opaque, "f": Parser._beside_fraction,
    "r": Parser._beside_root, "i": Parser._letter, "w": Parser._words, "o": Parser._opaque, "e": Parser._opaque,
    ",": Parser._punctuation,
}  # fmt: skip
