"""The fact graph: what a trace may rely on, who said it, and from what it follows.

A fact is a bare value (``35``), a name with what it is bound to (``total cost = 130``,
``f(x) = 2 x + 1``), a relation between two expressions (``2 x + 3 = 7``), or the opening of
a scope (``Case 2``). Facts are numbered by *position*, in the order in which they are said;
premises point backwards, so the graph has no cycle and a rollback is a truncation.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

PROBLEM = -1  # the "step index" of facts that the problem statement gives
OUTER = -1  # the scope of what holds everywhere

Term = tuple[Any, ...]
"""A postfix expression of :mod:`verifirst.solvers.terms`, which the core only stores."""


class Fact(NamedTuple):
    """Something that the trace may rely on.

    ``value`` is its number, None where it has none. ``step`` is the index of the step that
    states it (``PROBLEM`` for givens) and ``start``/``end`` the characters of that step's
    text where it does. ``premises`` are positions of the facts it was computed from.
    ``sound`` is False when the claim that states it was refuted: later steps may use it, but
    they inherit the blame (see :meth:`FactGraph.blame`).

    ``name`` is a symbol (``x``, ``f(x)``) or a normalised label (``total cost``), empty for
    a bare value; it stands in ``relation`` to ``term``. Without a name, ``subject`` stands
    in ``relation`` to ``term``: ``2 x + 3 = 7``. ``fresh`` marks a binding that starts anew
    (``let``, ``now``): older ones of the name are shadowed, not contradicted. ``scope`` is
    the position of the fact that opened the scope it was said in, or ``OUTER``.
    """

    value: Fraction | None
    step: int
    source: str = ""
    premises: tuple[int, ...] = ()
    sound: bool = True
    name: str = ""
    term: Term = ()
    relation: str = ""
    subject: Term = ()
    fresh: bool = False
    scope: int = OUTER
    start: int = 0
    end: int = 0

    @property
    def opens(self) -> bool:
        """Whether this opens a scope: it says nothing but ``source`` (``Case 2``)."""
        return self.value is None and not self.term


class Binding(NamedTuple):
    """What a claim offers the fact graph: ``name`` stands in ``relation`` to ``term``.

    ``values`` are the numbers it is computed from; the symbols of ``term`` are premises
    without being listed. Without a name, ``subject`` is the other side of the relation.
    """

    name: str
    term: Term
    values: tuple[Fraction, ...] = ()
    relation: str = "="
    subject: Term = ()
    fresh: bool = False


class Binds(Protocol):
    """A claim that binds names or relates expressions (any class with this method does)."""

    def binds(self) -> Iterable[Binding | tuple[str, Term, Iterable[Fraction]]]:
        """The bindings, in the order in which they are said."""
        ...


class FactGraph:
    """An append-only list of facts ordered by step, indexed by value and by name.

    Rolling back to ``k`` steps drops every fact stated by step ``k`` or later; since facts
    are appended in step order this is a truncation and it is exact. A fork copies flat lists
    and dictionaries of integers, and shares the facts.
    """

    __slots__ = ("_facts", "_names", "_values")

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        # whole values are keyed as int: equal to the Fraction, same hash, far cheaper to look up
        self._values: _Index[Fraction | int] = _Index({}, [])
        self._names: _Index[str] = _Index({}, [])

    def __len__(self) -> int:
        return len(self._facts)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts)

    def __getitem__(self, position: int) -> Fact:
        return self._facts[position]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FactGraph) and self._facts == other._facts

    __hash__ = None  # type: ignore[assignment]  # mutable

    def add(self, fact: Fact) -> int:
        """Append ``fact``; return its position."""
        position = len(self._facts)
        self._facts.append(fact)
        value = fact.value
        self._values.append(position, value.numerator if value is not None and value.denominator == 1 else value)
        self._names.append(position, fact.name or None)
        return position

    def find(self, value: Fraction | int) -> tuple[int, ...]:
        """Positions of the facts with exactly this value, oldest first."""
        return tuple(self._values.newest_first(value))[::-1]

    def latest(self, value: Fraction | int, limit: int) -> int | None:
        """Position of the latest sound fact with this value among ``limit``; the latest where none is."""
        facts, older = self._facts, self._values.older
        newest = position = self._values.last.get(value, _NONE)
        for _ in range(limit):
            if position == _NONE:
                break
            if facts[position].sound:
                return position
            position = older[position]
        return None if newest == _NONE else newest

    def __contains__(self, value: object) -> bool:
        return value in self._values.last

    def values(self) -> Iterator[Fraction]:
        """The distinct values, in order of first appearance."""
        return map(Fraction, self._values.last)

    def named(self, name: str) -> tuple[int, ...]:
        """Positions of every binding of ``name``, newest last, in force or not."""
        return tuple(self._names.newest_first(name))[::-1]

    def names(self) -> Iterator[str]:
        """The names that are bound, in order of first appearance."""
        return iter(self._names.last)

    def current(self, name: str) -> tuple[int, ...]:
        """Positions of the bindings of ``name`` in force, newest last.

        Those said in the open scope or in one around it, from the last fresh one on.
        """
        return tuple(self._in_force(name))[::-1]

    def bound(self, name: str) -> int | None:
        """Position of the newest binding of ``name`` in force, None where there is none."""
        return next(self._in_force(name), None)

    def _in_force(self, name: str) -> Iterator[int]:
        visible = self._visible()
        for position in self._names.newest_first(name):
            fact = self._facts[position]
            if fact.scope in visible:
                yield position
                if fact.fresh:
                    return

    @property
    def scope(self) -> int:
        """The scope in which the next fact is said, unless it opens or leaves one."""
        if not self._facts:
            return OUTER
        last = self._facts[-1]
        return len(self._facts) - 1 if last.opens else last.scope

    def _visible(self) -> set[int]:
        """The open scope and those around it."""
        scope = self.scope
        found = {scope}
        while scope != OUTER:
            scope = self._facts[scope].scope
            found.add(scope)
        return found

    def rollback(self, steps: int) -> None:
        """Drop every fact stated by step ``steps`` or later."""
        while self._facts and self._facts[-1].step >= steps:
            fact = self._facts.pop()
            self._values.pop(fact.value)
            self._names.pop(fact.name or None)

    def fork(self) -> FactGraph:
        """An independent copy."""
        twin = FactGraph()
        twin._facts = self._facts.copy()
        twin._values = self._values.copy()
        twin._names = self._names.copy()
        return twin

    def blame(self, positions: Iterable[int]) -> int | None:
        """The earliest unsound step that these facts rest on, or None."""
        return min((fact.step for fact in self.behind(positions) if not fact.sound), default=None)

    def behind(self, positions: Iterable[int]) -> Iterator[Fact]:
        """These facts and every fact that they rest on, each once."""
        seen: set[int] = set()
        stack = list(positions)
        while stack:
            position = stack.pop()
            if position not in seen:
                seen.add(position)
                fact = self._facts[position]
                yield fact
                stack.extend(fact.premises)


_Key = TypeVar("_Key", bound=Hashable)
_NONE = -1


class _Index(NamedTuple, Generic[_Key]):
    """Where each key stands: ``last`` says where newest, ``older[position]`` where before that."""

    last: dict[_Key, int]
    older: list[int]

    def append(self, position: int, key: _Key | None) -> None:
        if key is None:
            self.older.append(_NONE)
        else:
            self.older.append(self.last.get(key, _NONE))
            self.last[key] = position

    def pop(self, key: _Key | None) -> None:
        before = self.older.pop()
        if key is None:
            return
        if before == _NONE:
            del self.last[key]
        else:
            self.last[key] = before

    def newest_first(self, key: _Key) -> Iterator[int]:
        position = self.last.get(key, _NONE)
        while position != _NONE:
            yield position
            position = self.older[position]

    def copy(self) -> _Index[_Key]:
        return _Index(self.last.copy(), self.older.copy())
