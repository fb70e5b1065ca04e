"""Lines of a program to tokens."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from verifirst.solvers.program.errors import ProgramError

MAX_DIGITS = 64
"""Of one literal."""

Kind = Literal["number", "percent", "text", "name", "sign", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
    \$?(?P<number>[0-9][0-9_]*(?:\.[0-9]+)?|\.[0-9]+)(?P<percent>%(?=\s*(?:of\b|[-+*/),]|$)))?
    |(?P<text>"[^"\\\n]*"|'[^'\\\n]*')
    |(?P<name>(?:math\.)?[^\W\d]\w*)
    |(?P<sign>\*\*|//|[<>=!]=|[-+*/%()<>=,])
    |(?P<end>\#.*|$)
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """One word of a line; ``text`` is what it says: digits, the inside of quotes, a name, a sign."""

    kind: Kind
    text: str


END = Token("end", "")


def tokens(line: str, number: int) -> list[Token]:
    """The tokens of one line, an END behind them; ``number`` is the line's, for errors. A comment is nothing."""
    found: list[Token] = []
    at = 0
    while True:
        match = _TOKEN.match(line, at)
        if match is None:
            raise ProgramError(number, f"expected a number, a name or a sign, found {line[at:].strip()[:20]!r}")
        if match["end"] is not None:
            return [*found, END]
        found.append(_token(match, number))
        at = match.end()


def _token(match: re.Match[str], number: int) -> Token:
    if digits := match["number"]:
        if len(digits) > MAX_DIGITS:
            raise ProgramError(number, f"expected at most {MAX_DIGITS} digits, found {len(digits)}")
        return Token("percent" if match["percent"] else "number", digits.replace("_", ""))
    if text := match["text"]:
        return Token("text", text[1:-1])
    if name := match["name"]:
        return Token("name", name.removeprefix("math."))
    return Token("sign", match["sign"])
