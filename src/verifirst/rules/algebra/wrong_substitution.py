r"""An expression of known symbols is given a value that it does not have.

What it checks
    ``A - B + C = -12 - 8 - 99``: the right side is the left with numbers put in for the symbols.
    Where every symbol has a number in the trace or the problem (``A = -12``), one each, both
    sides must be equal.

Why it matters
    ``A - B + C = -12 - 8 - 99`` after ``B = -8``: the right value in the wrong place, which no
    check of the arithmetic alone can see.

Limits
    A symbol that was ever given two different numbers is not used, nor are values that stand
    under a supposition of the same sentence. ``x = 3`` itself, a new value, is not judged here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from verifirst.claims.formula import Formula
from verifirst.claims.formula.claim import lone
from verifirst.core.budget import Budget
from verifirst.core.claim import Claim
from verifirst.core.rule import Context, Example, Rule, Stage
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.rules.algebra._closed import approximate_text, closed
from verifirst.rules.algebra._evidence import failing
from verifirst.rules.algebra._excuses import excuse
from verifirst.rules.algebra._follows import against
from verifirst.rules.algebra._known import names, said_before
from verifirst.rules.algebra._readings import readings
from verifirst.solvers.exact import IrrationalError, exact
from verifirst.solvers.ideal import Relation
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Item, Term

MIN_SYMBOLS = 2  # of one symbol there may be another value, in another case


class WrongSubstitution(Rule):
    """Known values put into an expression give something else."""

    code = "AL005"
    name = "wrong-substitution"
    version = 2
    stage = Stage.STABLE
    claims = (Formula,)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("So A - B = 20 - 5.", Status.REFUTED, before=("A = 20.", "B = -5.")),
        Example(
            "So A - B + C = -12 - 8 - 9.",
            Status.REFUTED,
            before=("A = -12.", "B = -8.", "C = -9."),
            why="minus minus 8",
        ),
        Example("So A - B = 20 + 5.", None, before=("A = 20.", "B = -5.")),
        Example(r"\(xy + 1 = 4 \cdot 5 + 1\).", Status.REFUTED, before=(r"\(x = 3\)", r"\(y = 5\)")),
        Example(
            r"\(xy + 1 = 4 \cdot 5 + 1\).", None, before=(r"\(x = 3\) or \(x = 4\)", r"\(y = 5\)"), why="two values"
        ),
        Example(
            r"\(xy + 1 = 21\).", None, before=(r"\(x = 3\)", r"\(y = 5\)"), why="an equation, of another case perhaps"
        ),
        Example(r"If \(xy + 1 = 4 \cdot 5 + 1\), it fails.", Status.UNKNOWN, before=(r"\(x = 3\)", r"\(y = 5\)")),
    )

    def judge(self, claim: Claim, context: Context) -> Verdict | None:
        """Refute an equation between known values; silent otherwise."""
        if not isinstance(claim, Formula) or claim.relation != "=" or _names_a_value(claim):
            return None
        values = _values(claim, context)
        tried: list[Relation] = []
        for _, sides in readings(context.step.text, claim, context.budget):
            own = names(*sides) if sides else frozenset()
            if (
                sides is None
                or len(own) < MIN_SYMBOLS
                or not own <= values.keys()
                or not _put_in(*sides, values, context.budget)
            ):
                return None
            given = [((f"${name}",), values[name]) for name in sorted(own)]
            if against(sides, given, context, prove=False).answer != "contradicts":
                return None
            tried.append(sides)
        if approximate_text(claim, context.step.text):
            return self.unknown(claim, Reason.ROUNDING, "a decimal may be rounded")
        if why := excuse(claim, context):
            return self.unknown(claim, Reason.AMBIGUOUS, why)
        text = context.step.text
        known = ", ".join(text_of(name, values[name]) for name in sorted(own))
        message = f"{text[claim.start : claim.end][:80]} is false where {known[:80]}"
        return self.refuted(claim, failing("=", tried, given=given), message)


def _names_a_value(claim: Formula) -> bool:
    return bool(lone(claim.left.term) or lone(claim.right.term)) or closed(claim.left.term, claim.right.term)


def _instance(left: Term, right: Term) -> bool:
    """Whether ``right`` is ``left`` with numbers, perhaps signed, in place of the symbols."""
    shape = [None if isinstance(item, str) and item[0] == "$" else item for item in left]
    found: list[object] = []
    for at, item in enumerate(right):
        if (
            item == "neg"
            and (at == 0 or not isinstance(right[at - 1], str))
            and len(found) < len(shape)
            and shape[len(found)] != "neg"
        ):
            continue  # the sign of the number put in
        found.append(item)
    return len(found) == len(shape) and all(
        isinstance(value, int | tuple) if wanted is None else wanted == value
        for wanted, value in zip(shape, found, strict=True)
    )


def _put_in(left: Term, right: Term, values: dict[str, Term], budget: Budget) -> bool:
    return _instance(left, right) or _sum_of(left, right, values, budget)


def _sum_of(left: Term, right: Term, values: dict[str, Term], budget: Budget) -> bool:
    """Whether ``right`` is the sum ``left`` with numbers put in, their signs drawn into the sum: ``A + B = 3 - 5``."""
    before, after = _summands(left), _summands(right)
    if len(before) < MIN_SYMBOLS or len(before) != len(after):
        return False
    pairs = [(name, number) for (_, name), (_, number) in zip(before, after, strict=True)]
    return all(
        isinstance(name, str)
        and not isinstance(number, str)
        and _size(values[name[1:]], budget) == _size((number,), budget)
        for name, number in pairs
    )


def _size(value: Term, budget: Budget) -> Fraction | None:
    try:
        return abs(exact(value, budget))
    except (IrrationalError, UndefinedError, TooLargeError):
        return None


def _summands(term: Term) -> list[tuple[int, Item]]:
    """The signed leaves of a sum; none where the term is anything else."""
    stack: list[list[tuple[int, Item]]] = []
    for item in term:
        if item == "neg":
            stack[-1] = _negated(stack[-1])
        elif item in ("+", "-"):
            last = stack.pop()
            stack[-1] = stack[-1] + (last if item == "+" else _negated(last))
        elif isinstance(item, str) and item[0] != "$":
            return []
        else:
            stack.append([(1, item)])
    return stack[0]


def _negated(summands: list[tuple[int, Item]]) -> list[tuple[int, Item]]:
    return [(-sign, item) for sign, item in summands]


def _values(claim: Formula, context: Context) -> dict[str, Term]:
    """The number of each symbol that has exactly one."""
    found: dict[str, Term] = {}
    dropped = _supposed(context)
    for left, right in said_before(claim, context):
        name, value = (lone(left), right) if lone(left) else (lone(right), left)
        if not name or name in dropped:
            continue
        if not closed(value) or found.get(name, value) != value:
            dropped.add(name)
            found.pop(name, None)
        else:
            found[name] = value
    return found


def _supposed(context: Context) -> set[str]:
    """The symbols that the step gives a value under a supposition."""
    memo = context.memo
    if "AL.supposed" not in memo:
        formulas = (other for other in context.claims if isinstance(other, Formula) and other.supposed)
        memo["AL.supposed"] = {lone(other.left.term) for other in formulas} - {""}
    return set(memo["AL.supposed"])


def text_of(name: str, value: Term) -> str:
    """A binding for a person: the number where it is a literal."""
    sign = "-" if value[-1] == "neg" else ""
    plain = len(value) <= 2 and isinstance(value[0], int)  # noqa: PLR2004  # a number and perhaps its sign
    return f"{name} = {sign}{value[0]}" if plain else f"{name} has the value given"
