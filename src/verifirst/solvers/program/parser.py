"""Tokens to trees.

    line        = [ name "=" ] choice                    without a name it computes and keeps nothing
    choice      = either [ "if" either "else" choice ]
    either      = both { "or" both }
    both        = negation { "and" negation }
    negation    = [ "not" ] comparison
    comparison  = sum [ ("<" | ">" | "<=" | ">=" | "==" | "!=") sum ]
    sum         = product { ("+" | "-") product }
    product     = signed { ("*" | "/" | "//" | "%") signed }
    signed      = { "-" | "+" } power
    power       = atom [ "**" signed ]
    atom        = number | percentage [ "of" signed ] | text | name | name "(" choice { "," choice } ")"
                | "(" choice ")"

``25%`` is a percentage in front of ``of``, an operator, a closing bracket or the end; elsewhere the sign is
the remainder's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from verifirst.solvers.program.errors import ProgramError
from verifirst.solvers.program.lexer import END, Token, tokens

MAX_DEPTH = 32
"""How deep brackets, choices and signs may nest."""

COMPARISONS = frozenset(("<", ">", "<=", ">=", "==", "!="))
_KEYWORDS = frozenset(("if", "else", "or", "and", "not", "of"))


@dataclass(frozen=True, slots=True)
class Node:
    """``what`` is "number", "percent", "text", "name", "call", "if", "not", "negative" or an operator.

    ``text`` is what a leaf says, or the function of a call.
    """

    what: str
    text: str = ""
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """``value`` goes by ``name``, which is empty where it is not kept."""

    name: str
    value: Node


def parse(line: str, number: int) -> Line | None:
    """Line ``number``; None where it is blank or a comment. Raises ProgramError for what is not in the grammar."""
    found = tokens(line, number)
    if found == [END]:
        return None
    named = _is_name(found[0]) and found[1] == Token("sign", "=")
    value = _Parser(found[2:] if named else found, number).whole()
    return Line(found[0].text if named else "", value)


def _is_name(token: Token) -> bool:
    return token.kind == "name" and token.text not in _KEYWORDS


class _Parser:
    """Recursive descent over one line."""

    def __init__(self, found: Sequence[Token], number: int) -> None:
        self._tokens = found
        self._number = number
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        value = self._choice()
        if self._tokens[self._at] != END:
            self._expect("the end of the line")
        return value

    # -- words ------------------------------------------------------------------------

    def _take(self, words: Collection[str]) -> str:
        """The sign or keyword at hand when it is one of ``words``, else nothing."""
        token = self._tokens[self._at]
        if token.kind not in ("sign", "name") or token.text not in words:
            return ""
        self._at += 1
        return token.text

    def _expect(self, what: str) -> Token:
        token = self._tokens[self._at]
        found = "the end" if token == END else repr(token.text[:20])
        raise ProgramError(self._number, f"expected {what}, found {found}")

    def _deeper(self, part: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ProgramError(self._number, f"expected at most {MAX_DEPTH} nested brackets, choices and signs")
        value = part()
        self._depth -= 1
        return value

    # -- expressions ------------------------------------------------------------------

    def _choice(self) -> Node:
        value = self._either()
        if not self._take(("if",)):
            return value
        condition = self._either()
        if not self._take(("else",)):
            self._expect("else")
        return Node("if", "", (condition, value, self._deeper(self._choice)))

    def _either(self) -> Node:
        return self._chain(("or",), lambda: self._chain(("and",), self._negation))

    def _negation(self) -> Node:
        if self._take(("not",)):
            return Node("not", "", (self._deeper(self._negation),))
        left = self._sum()
        sign = self._take(COMPARISONS)
        return Node(sign, "", (left, self._sum())) if sign else left

    def _sum(self) -> Node:
        return self._chain("+-", lambda: self._chain(("*", "/", "//", "%"), self._signed))

    def _chain(self, signs: Collection[str], part: Callable[[], Node]) -> Node:
        """Operands with any of ``signs`` between them, from the left."""
        value = part()
        while sign := self._take(signs):
            value = Node(sign, "", (value, part()))
        return value

    def _signed(self) -> Node:
        if self._take("+"):
            return self._deeper(self._signed)
        if self._take("-"):
            return Node("negative", "", (self._deeper(self._signed),))
        base = self._atom()
        return Node("**", "", (base, self._deeper(self._signed))) if self._take(("**",)) else base

    def _atom(self) -> Node:
        token = self._tokens[self._at]
        if token.kind == "sign" and token.text == "(":
            return self._bracket()
        if token.kind in ("end", "sign") or (token.text in _KEYWORDS and token.kind == "name"):
            self._expect("a number, a name or a bracket")
        self._at += 1
        if token.kind == "percent" and self._take(("of",)):
            return Node("% of", "", (Node("number", token.text), self._deeper(self._signed)))
        if token.kind == "name" and self._tokens[self._at] == Token("sign", "("):
            return Node("call", token.text, self._arguments())
        return Node(token.kind, token.text)

    def _bracket(self) -> Node:
        values = self._arguments()
        if len(values) != 1:
            self._expect("one value in brackets")
        return values[0]

    def _arguments(self) -> tuple[Node, ...]:
        """Values in brackets, with commas between them."""
        self._at += 1
        values = [self._deeper(self._choice)]
        while self._take(","):
            values.append(self._deeper(self._choice))
        if not self._take(")"):
            self._expect("a closing bracket")
        return tuple(values)
