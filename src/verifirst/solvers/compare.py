r"""Are two terms the same? What is the sign of a term? Decided exactly where possible.

    >>> from verifirst.core.budget import Budget
    >>> compare(("$x", 1, "+", 2, "^"), ("$x", 2, "^", 1, "+"), budget=Budget(100_000))
    Outcome(answer='different', method='rational', ..., witness={'x': '2'}, ...)
    >>> compare((8, "sqrt"), (2, 2, "sqrt", "*"), budget=Budget(100_000)).answer
    'equal'
    >>> order(("pi",), "<", (22, 7, "/"), budget=Budget(100_000))
    'true'

With symbols, *equal* means identically equal wherever both sides are defined; *different* is
always proved, by values that differ or by disjoint enclosures at a point where both sides are
defined. What agrees at some points only (``sqrt(x^2) = x``) is *undecided* and says where.

The order of trial: exact rational values; enclosures of rising precision; the normal form of
:mod:`elementary`; a separation bound for algebraic numbers (:mod:`algebraic`); and for
rational functions too large to expand, randomised identity testing (:mod:`modular`), whose
error bound the outcome states. Work is bounded by the budget and by ``MAX_WORK``.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice, product
from typing import Literal

from flint import fmpq

from verifirst.core.budget import Budget
from verifirst.errors import BudgetExceeded
from verifirst.solvers import algebraic, ball, elementary, exact, modular, points
from verifirst.solvers.outcome import Outcome, different, equal, undecided
from verifirst.solvers.rational import TooLargeError, UndefinedError
from verifirst.solvers.terms import Term, functions, is_bound, substitute, symbols

Relation = Literal["<", "<=", ">", ">=", "=", "!="]
Truth = Literal["true", "false", "undecided"]

MAX_WORK = 40_000
"""Budget units that one question may take, whatever the caller allows."""

_RING = frozenset("+ - * / neg % +% -%".split())
# Made without a choice of branch: what holds near some points holds everywhere.
_SMOOTH = _RING | frozenset("pi e i exp sin cos tan cot sec csc sinh cosh tanh deg".split())
_DIGITS = 57  # what agrees at the last precision of a survey agrees to about so many digits
_MAX_SIGNS = 3  # symbols whose signs are tried
_SOME = "for some positive values"
_POSITIVE = "for positive values"
_NOT_NEGATIVE = "not for all negative values"


def compare(left: Term, right: Term, *, budget: Budget, seed: int = 0) -> Outcome:
    """Whether two terms are equal.

    ``seed`` is the secret of randomised tests. Raises BudgetExceeded when ``budget`` is
    spent and InputError for a malformed term; everything else is an outcome.
    """
    return _bounded(lambda work: _compare(left, right, work, seed), budget)


def _bounded(question: Callable[[Budget], Outcome], budget: Budget) -> Outcome:
    """Answer within what is left of ``budget`` and within ``MAX_WORK``."""
    work = Budget(min(MAX_WORK, budget.limit - budget.spent))
    try:
        return question(work)
    except TooLargeError as error:
        return undecided(str(error) or "the values are too large")
    except UndefinedError as error:
        return undecided(f"undefined: {error}")
    except BudgetExceeded:
        return undecided("too much work")
    finally:
        budget.spend(work.spent)


def _compare(left: Term, right: Term, work: Budget, seed: int) -> Outcome:
    exact.check(left)
    exact.check(right)
    names = symbols(left) | symbols(right)
    if not names and not functions(left) | functions(right):
        return _closed(left, right, work)
    if _is_made_of(_RING, left, right):
        return _rational_functions(left, right, names, work, seed)
    return _functions(left, right, names, work, seed)


def _closed(left: Term, right: Term, work: Budget) -> Outcome:
    same = points.exactly_alike(left, right, {}, work)
    if same is not None:
        return equal("rational") if same else different("rational")
    for bits in points.PRECISIONS:
        try:
            a, b = ball.enclose(left, bits, work), ball.enclose(right, bits, work)
        except ball.UndecidedError:
            continue
        if isinstance(a, fmpq) and isinstance(b, fmpq):
            return equal("rational") if a == b else different("rational")
        if ball.differ(a, b):
            return different("ball")
        if bits == points.PRECISIONS[-1]:
            return _closed_alike(left, right, work)
    return undecided("undefined, or too close to a pole or a branch cut to tell")


def _closed_alike(left: Term, right: Term, work: Budget) -> Outcome:
    """Two numbers, both defined, that agree to many digits."""
    if _proved(left, right, work):
        return equal("normal form")
    zero = algebraic.is_zero((*left, *right, "-"), work)
    if zero is None:
        return undecided(f"agrees to {_DIGITS} digits, no proof")
    return equal("separation bound") if zero else different("ball")


def _proved(left: Term, right: Term, work: Budget, *, positive: bool = False) -> bool:
    try:
        return elementary.identical(left, right, work, positive=positive)
    except (TooLargeError, UndefinedError):
        return False


def _proved_for_signs(left: Term, right: Term, names: frozenset[str], work: Budget) -> bool:
    """Whether the sides are the same whatever the signs of their symbols."""
    if len(names) > _MAX_SIGNS:
        return False
    for chosen in product((False, True), repeat=len(names)):
        turned: dict[str, Term] = {name: (f"${name}", "neg") for name, turn in zip(names, chosen, strict=True) if turn}
        if not _proved(substitute(left, turned), substitute(right, turned), work, positive=True):
            return False
    return points.alike(left, right, dict.fromkeys(names, fmpq(0)), work, real=True) is not False


def _is_made_of(operators: frozenset[str], *terms: Term) -> bool:
    """Whether terms consist of symbols, numbers, these operators, and powers written with an integer."""
    for term in terms:
        for at, item in enumerate(term):
            if isinstance(item, str):
                power = item == "^" and isinstance(term[at - 1], int)
                if item[0] != "$" and item not in operators and not power:
                    return False
            elif is_bound(item):
                return False
    return True


def _rational_functions(left: Term, right: Term, names: frozenset[str], work: Budget, seed: int) -> Outcome:
    candidates = points.whole(names)
    first = next(candidates)
    if points.exactly_alike(left, right, first, work) is False:
        return different("rational", points.witness(first))
    try:
        if elementary.identical(left, right, work):
            return equal("polynomial")
    except TooLargeError:
        pass
    for point in candidates:
        if points.exactly_alike(left, right, point, work) is False:
            return different("rational", points.witness(point))
    return modular.identical(left, right, seed=seed, budget=work)


def _functions(left: Term, right: Term, names: frozenset[str], work: Budget, seed: int) -> Outcome:
    """Terms with symbols and more than field operations."""
    real = not elementary.mentions_i(left, right)
    start = points.survey(left, right, islice(points.whole(names), 2), work, real=real)
    if start.agree and not start.differ and _is_made_of(_SMOOTH, left, right) and _proved(left, right, work):
        return equal("normal form")
    found = points.survey(left, right, islice(points.whole(names), 2, None), work, real=real, start=start)
    parts = points.survey(left, right, points.fractions(names), work, real=real)
    if not found.differ and not parts.differ:
        agreed = len(found.agree) + len(parts.agree)
        if not agreed:
            return undecided("no point was found where both sides are defined")
        return _agreeing(left, right, names, work, agreed, seed)
    if found.agree and not found.differ and not parts.agree:
        return undecided("agrees at integers only", only_where="for integers")
    if found.agree or parts.agree or len(found.differ) + len(parts.differ) == 1:
        return undecided("agrees at some points only", only_where=_SOME)
    return different("ball", points.witness((found.differ or parts.differ)[0]))


def _agreeing(left: Term, right: Term, names: frozenset[str], work: Budget, agreed: int, seed: int) -> Outcome:
    """Terms that agree at every positive point tried."""
    real = not elementary.mentions_i(left, right)
    below = points.survey(left, right, points.negative(names), work, real=real)
    if below.differ:
        return undecided("agrees at positive points only", only_where=_NOT_NEGATIVE)
    if _proved(left, right, work):
        return equal("normal form")
    if real and _proved(left, right, work, positive=True):
        if not below.one_sided and _proved_for_signs(left, right, names, work):
            return equal("normal form")
        return undecided("proved for positive values only", only_where=_POSITIVE)
    by_chance = modular.identical(left, right, seed=seed, budget=work)
    if by_chance.answer == "equal":
        return by_chance
    return undecided(f"agrees at {agreed + len(below.agree)} points, no proof", method="points")


def sign(term: Term, *, budget: Budget) -> int | None:
    """The sign of a closed real term: -1, 0, 1, or None where it is not decided."""
    if order(term, "<", (0,), budget=budget) == "true":
        return -1
    if order(term, ">", (0,), budget=budget) == "true":
        return 1
    return 0 if order(term, "=", (0,), budget=budget) == "true" else None


def order(left: Term, relation: Relation, right: Term, *, budget: Budget) -> Truth:
    """Whether a relation holds between closed real terms."""
    return _truth(lambda work: _order(left, relation, right, work), budget)


def close(left: Term, right: Term, slack: Fraction, *, budget: Budget) -> Truth:
    """Whether two closed terms are at most ``slack`` apart (in absolute value)."""
    distance = (*left, *right, "-", "abs")
    return order(distance, "<=", (slack.numerator, slack.denominator, "/"), budget=budget)


def _truth(question: Callable[[Budget], Truth], budget: Budget) -> Truth:
    answers: list[Truth] = []

    def ask(work: Budget) -> Outcome:
        answers.append(question(work))
        return undecided("")

    _bounded(ask, budget)
    return answers[0] if answers else "undecided"


def _order(left: Term, relation: Relation, right: Term, work: Budget) -> Truth:
    exact.check(left)
    exact.check(right)
    for bits in points.PRECISIONS:
        try:
            a, b = ball.enclose(left, bits, work), ball.enclose(right, bits, work)
            if isinstance(a, fmpq) and isinstance(b, fmpq):
                return _holds(relation, (a > b) - (a < b))
            if relation in ("=", "!=") and ball.differ(a, b):
                return "true" if relation == "!=" else "false"
            x, y = ball.real_ball(a), ball.real_ball(b)
        except ball.UndecidedError:
            continue
        if x < y:
            return _holds(relation, -1)
        if x > y:
            return _holds(relation, 1)
    same = _closed(left, right, work).answer
    return _holds(relation, 0) if same == "equal" else "undecided"


def _holds(relation: Relation, sign: int) -> Truth:
    holds = {
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
        "=": sign == 0,
        "!=": sign != 0,
    }[relation]
    return "true" if holds else "false"
