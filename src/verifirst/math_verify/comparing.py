"""Is this answer that one? Three-valued, form by form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from verifirst.core.budget import Budget
from verifirst.core.verdict import Status
from verifirst.errors import BudgetExceeded
from verifirst.math_verify.answers import Answer, Collection, Expression, Form, Interval, Matrix, Relation, Text, Union
from verifirst.math_verify.numbers import same
from verifirst.math_verify.outcome import SAME, Outcome, differs, every, some, unsure
from verifirst.math_verify.relations import as_interval, assigned, computed, same_chain
from verifirst.solvers.rational import TooLargeError, UndefinedError


class Terms(NamedTuple):
    """How strictly to compare; see :func:`verifirst.math_verify.verify`."""

    rounding: int = 6
    strict: bool = True
    set_for_relation: bool = False


def compare_answers(gold: Answer, target: Answer, terms: Terms, budget: Budget) -> Outcome:
    """Whether some reading of ``target`` is some reading of ``gold``."""
    if gold.source == target.source:
        return SAME
    try:
        return some(_Comparison(terms, budget).forms(a, b) for a in gold.readings for b in target.readings)
    except BudgetExceeded:
        return unsure("too much work")
    except (TooLargeError, UndefinedError, RecursionError) as error:
        return unsure(str(error) or "too large")


class _Comparison:
    def __init__(self, terms: Terms, budget: Budget) -> None:
        self.terms = terms
        self.budget = budget

    def forms(self, gold: Form, target: Form) -> Outcome:
        """Whether ``target`` is what ``gold`` expects."""
        self.budget.spend(2)
        for kinds, judge in _JUDGES:
            if isinstance(gold, kinds[0]) and isinstance(target, kinds[1]):
                return judge(self, gold, target)
        return differs(f"a {_named(gold)} is expected, this is a {_named(target)}")

    def expressions(self, gold: Expression, target: Expression) -> Outcome:
        return same(gold, target, self.terms.rounding, self.budget)

    def texts(self, gold: Text, target: Text) -> Outcome:
        return SAME if gold.words == target.words else differs("the words differ")

    def words_and_letters(self, gold: Form, target: Form) -> Outcome:
        """``E`` in typeset text is the letter E."""
        text, other = (gold, target) if isinstance(gold, Text) else (target, gold)
        letters = _letters(other) if isinstance(other, Expression) else ""
        if isinstance(text, Text) and letters and letters.lower() == text.words.replace(" ", ""):
            return SAME
        return unsure("words and a formula") if not letters else differs("the words differ")

    def relations(self, gold: Relation, target: Relation) -> Outcome:
        a, b = assigned(gold), assigned(target)
        if a and b:
            if a[0] == b[0] or not self.terms.strict:
                return self.forms(a[1], b[1])
            if not _mentions_names(a[1]) and not _mentions_names(b[1]):
                return differs("other names are assigned")
        first = as_interval(gold), as_interval(target)
        if first[0] and first[1] and _name_of(gold) == _name_of(target):
            found = self.forms(first[0], first[1])
            if found.verified:
                return found
        return same_chain(gold, target, self.budget)

    def value_for_relation(self, gold: Relation, target: Form) -> Outcome:
        """A value where an assignment, an equation or an inequality is expected."""
        if value := assigned(gold):
            return self.forms(value[1], target)
        if (result := computed(gold)) is not None:
            return self.forms(result, target)
        interval = as_interval(gold)
        if interval and isinstance(target, Interval | Collection | Union):
            return self.forms(interval, target)
        return unsure("a relation is expected, this is none")

    def relation_for_value(self, gold: Form, target: Relation) -> Outcome:
        """An assignment or a computation where a value is expected."""
        if value := assigned(target):
            return self.forms(gold, value[1])
        if (result := computed(target)) is not None:
            return self.forms(gold, result)
        interval = as_interval(target)
        if interval and isinstance(gold, Interval | Collection | Union):
            found = self.forms(gold, interval)
            return found if self.terms.set_for_relation else unsure("a set is expected, this is a relation")
        return unsure("a value is expected, this is a relation")

    def collections(self, gold: Collection, target: Collection) -> Outcome:
        kinds = {gold.kind, target.kind}
        if kinds <= {"list", "set"} or kinds in ({"and"}, {"or"}):
            return self._unordered(gold.items, target.items)
        if kinds <= {"tuple", "list"} or (kinds == {"tuple", "set"} and not self.terms.strict):
            return self._ordered(gold.items, target.items)
        if kinds == {"ratio"}:
            found = self._ordered(gold.items, target.items)
            return found if found.verified else unsure("ratios that are not written alike")
        return unsure(f"a {gold.kind} is expected, this is a {target.kind}")

    def _ordered(self, gold: Sequence[Form], target: Sequence[Form]) -> Outcome:
        if len(gold) != len(target):
            return differs(f"{len(gold)} answers are expected, these are {len(target)}")
        return every(self.forms(a, b) for a, b in zip(gold, target, strict=True))

    def _unordered(self, gold: Sequence[Form], target: Sequence[Form]) -> Outcome:
        """Each answer is among the others, both ways."""
        doubt = SAME
        missing = set(range(len(target)))
        for expected in gold:
            found: list[Outcome] = []
            for at in sorted(range(len(target)), key=lambda at: at not in missing):
                found.append(self.forms(expected, target[at]))
                if found[-1].verified:
                    missing.discard(at)
                    break
            doubt = every((doubt, some(found) if found else differs("an answer is missing")))
            if doubt.status is Status.REFUTED:
                return doubt
        extra = (some(self.forms(expected, target[at]) for expected in gold) for at in sorted(missing))
        return every((doubt, *extra)) if gold else (SAME if not target else differs("nothing is expected"))

    def words_and_others(self, gold: Form, target: Form) -> Outcome:
        """*No solution* may be the empty set, *all reals* a line: that is left open."""
        return unsure(f"a {_named(gold)} is expected, this is a {_named(target)}")

    def one_of_several(self, gold: Form, target: Form) -> Outcome:
        """A set or a list of one is its only answer."""
        many, one = (gold, target) if isinstance(gold, Collection) else (target, gold)
        if isinstance(many, Collection) and many.kind == "ratio" and isinstance(one, Expression):
            return self._quotient(many, one)
        if isinstance(many, Collection) and many.kind in ("set", "list"):
            found = [self.forms(item, one) for item in many.items]
            if found and all(outcome.verified for outcome in found):
                return SAME
            if len({*found}) > 1 or all(outcome.status is Status.REFUTED for outcome in found):
                return differs("one answer for several")
            return unsure("one answer for several")
        return differs(f"a {_named(gold)} is expected, this is a {_named(target)}")

    def _quotient(self, ratio: Collection, value: Expression) -> Outcome:
        """``1:2`` and one half."""
        top, *rest = ratio.items
        if len(rest) != 1 or not isinstance(top, Expression) or not isinstance(rest[0], Expression):
            return unsure("a ratio and a number")
        found = self.forms(Expression((*top.term, *rest[0].term, "/")), value)
        return found if found.verified else unsure("a ratio and a number")

    def intervals(self, gold: Form, target: Form) -> Outcome:
        a, b = interval_of(gold), interval_of(target)
        if a is None or b is None:
            return differs("an interval and several answers")
        if (a.low_closed, a.high_closed) != (b.low_closed, b.high_closed):
            return differs("an end is open in one and closed in the other")
        return every((self.forms(a.low, b.low), self.forms(a.high, b.high)))

    def unions(self, gold: Union, target: Union) -> Outcome:
        found = self._unordered([_part(part) for part in gold.parts], [_part(part) for part in target.parts])
        return found if found.verified else unsure("the parts of the unions are not the same")

    def union_and_other(self, gold: Form, target: Form) -> Outcome:
        """A union of finite sets is a set; alternatives joined by *or* are a union."""
        a, b = _as_union(gold), _as_union(target)
        if a is None or b is None:
            return unsure(f"a {_named(gold)} is expected, this is a {_named(target)}")
        if isinstance(target, Collection) and target.kind == "or" and not self.terms.set_for_relation:
            return unsure("a set is expected, these are relations")
        return self.unions(a, b)

    def matrices(self, gold: Matrix, target: Matrix) -> Outcome:
        shapes = [(len(matrix.rows), len(matrix.rows[0])) for matrix in (gold, target)]
        if shapes[0] != shapes[1]:
            return differs("the shapes differ")
        pairs = zip(_entries(gold), _entries(target), strict=True)
        return every(same(a, b, self.terms.rounding, self.budget) for a, b in pairs)


def _entries(matrix: Matrix) -> Iterator[Expression]:
    for row in matrix.rows:
        for entry in row:
            yield Expression(entry, decimal=isinstance(entry[0], tuple) and len(entry) <= 2)  # noqa: PLR2004  # sign


def interval_of(form: Form) -> Interval | None:
    """An interval; ``(a, b)`` may mean an open one."""
    if isinstance(form, Interval):
        return form
    if isinstance(form, Collection) and form.kind == "tuple" and len(form.items) == 2:  # noqa: PLR2004  # the ends
        return Interval(form.items[0], form.items[1], low_closed=False, high_closed=False)
    return None


def _part(form: Form) -> Form:
    return interval_of(form) or form


def _as_union(form: Form) -> Union | None:
    if isinstance(form, Union):
        return form
    if isinstance(form, Collection) and form.kind == "or":
        parts = [as_interval(item) for item in form.items]
        return Union(tuple(part for part in parts if part)) if all(parts) else None
    return None


def _letters(form: Expression) -> str:
    """The letters of an expression that is made of nothing else."""
    if form.tokens is None:
        return ""
    kinds = [kind for kind in form.tokens.kinds if kind not in "E(){}"]
    texts = [text for kind, text in zip(form.tokens.kinds, form.tokens.texts, strict=True) if kind == "a"]
    return "".join(texts) if len(texts) == len(kinds) and all(text.isalpha() for text in texts) else ""


def _mentions_names(form: Form) -> bool:
    return not isinstance(form, Expression) or any(isinstance(item, str) and item[0] in "$@" for item in form.term)


def _name_of(form: Relation) -> str:
    names = {str(side.term[0]) for side in form.sides if isinstance(side, Expression) and str(side.term[0])[0] == "$"}
    return " ".join(sorted(names))


def _named(form: Form) -> str:
    return form.kind if isinstance(form, Collection) else type(form).__name__.lower()


_Judge = Callable[[_Comparison, object, object], Outcome]
_SETS = (Collection, Interval)
_JUDGES: tuple[tuple[tuple[type | tuple[type, ...], type | tuple[type, ...]], Callable[..., Outcome]], ...] = (
    ((Expression, Expression), _Comparison.expressions),
    ((Text, Text), _Comparison.texts),
    ((Text, Expression), _Comparison.words_and_letters),
    ((Expression, Text), _Comparison.words_and_letters),
    ((Relation, Relation), _Comparison.relations),
    ((Relation, object), _Comparison.value_for_relation),
    ((object, Relation), _Comparison.relation_for_value),
    ((Collection, Collection), _Comparison.collections),
    ((_SETS, _SETS), _Comparison.intervals),
    ((Union, Union), _Comparison.unions),
    ((Union, object), _Comparison.union_and_other),
    ((object, Union), _Comparison.union_and_other),
    ((Matrix, Matrix), _Comparison.matrices),
    ((Text, object), _Comparison.words_and_others),
    ((object, Text), _Comparison.words_and_others),
    ((Collection, object), _Comparison.one_of_several),
    ((object, Collection), _Comparison.one_of_several),
)
