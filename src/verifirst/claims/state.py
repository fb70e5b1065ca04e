"""The state of one parse: output, operator stack, open brackets."""

from __future__ import annotations

from verifirst.claims.side import Style
from verifirst.claims.tokens import Tokens
from verifirst.solvers.rational import Item

PRECEDENCE: dict[str, float] = {"+": 1, "-": 1, "of": 2, "*": 2, "/": 2, "neg": 3, "^": 4, "sqrt": 5, "mix": 6}
MAX_DEPTH = 64


class State:
    """What the handlers of :mod:`verifirst.claims.expression` read and write.

    ``i`` is the token at hand; ``want`` says that an operand is wanted (else an operator);
    ``out`` is the postfix form so far and ``numbers`` the spans of its literals; ``ops`` are
    pending operators as (precedence, name), an open bracket having precedence 0; ``groups``
    are the tokens of the open brackets; ``saved`` is where a spaced bracket began, which may
    turn out to be a remark. A handler returns True when the side ends at ``i``.
    """

    __slots__ = ("groups", "i", "kinds", "numbers", "opaque", "ops", "out", "saved", "style", "tokens", "want")

    def __init__(self, tokens: Tokens, start: int, style: Style) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.style = style
        self.i = start
        self.want = True
        self.opaque = False
        self.out: list[Item] = []
        self.numbers: list[tuple[int, int]] = []
        self.ops: list[tuple[float, str]] = []
        self.groups: list[int] = []
        self.saved: tuple[int, list[Item], list[tuple[float, str]], int] | None = None

    def push(self, precedence: float, op: str) -> None:
        """Push a binary operator, emitting what binds tighter."""
        ops = self.ops
        if op == "^":
            while ops and ops[-1][0] > precedence:
                self.emit(ops.pop()[1])
        else:
            while ops and ops[-1][0] >= precedence:
                self.emit(ops.pop()[1])
        ops.append((precedence, op))

    def emit(self, op: str) -> None:
        """Write an operator to the output, in the style chosen."""
        if op in ("+", "-") and self.style.relative_percent and self.out[-1] == "%":
            self.out.append(op + "%")
        elif op == "mix":
            self.out.append("*" if self.style.mixed_product else "+")
        else:
            self.out.append("*" if op == "of" else op)

    def unwind(self) -> None:
        """Emit the operators down to the last open bracket (exclusive)."""
        ops = self.ops
        while ops and ops[-1][0]:
            self.emit(ops.pop()[1])

    def make_opaque(self) -> bool:
        """Step over a token that makes the whole side opaque."""
        self.opaque = True
        self.i += 1
        self.want = False
        return False

    def implied_product(self) -> None:
        """A product without a sign."""
        self.push(3 if self.style.times_first else 2, "*")
        self.want = True

    def juxtaposed(self) -> bool:
        """Two operands side by side that are neither a product nor one number."""
        if self.groups:
            self.opaque = True
            return self.skip_group()
        if self.tokens.text[self.tokens.starts[self.i] - 1] != " ":
            return self.make_opaque()
        return True

    def skip_from(self, i: int) -> bool:
        """Step over the open brackets from token ``i`` on; the side is opaque."""
        self.i = i
        self.opaque = True
        return self.skip_group()

    def skip_group(self) -> bool:
        """Step over the rest of the open brackets; the side is opaque."""
        kinds, i, depth = self.kinds, self.i, len(self.groups)
        while depth:
            kind = kinds[i]
            if kind in "=bE":
                self.i = i
                return True
            if kind in "({":
                depth += 1
            elif kind in ")}":
                depth -= 1
            i += 1
        self.i = i
        self.groups.clear()
        self.ops.clear()
        self.want = False
        return False
