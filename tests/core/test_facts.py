from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from verifirst.core.facts import OUTER, PROBLEM, Fact, FactGraph

VALUES = st.integers(0, 5).map(Fraction)
STEPS = st.lists(st.lists(VALUES, max_size=4), max_size=6)


def grown(steps: list[list[Fraction]]) -> FactGraph:
    graph = FactGraph()
    graph.add(Fact(Fraction(9), PROBLEM))
    for index, values in enumerate(steps):
        for value in values:
            graph.add(Fact(value, index, premises=(0,)))
    return graph


def found(graph: FactGraph) -> dict[Fraction, list[int]]:
    return {value: list(graph.find(value)) for value in graph.values()}


@given(STEPS, st.integers(0, 6))
def test_rollback_equals_never_added(steps: list[list[Fraction]], kept: int) -> None:
    graph = grown(steps)
    graph.rollback(kept)
    expected = grown(steps[:kept])
    assert graph == expected
    assert found(graph) == found(expected)


@given(STEPS, STEPS)
def test_a_fork_is_independent(steps: list[list[Fraction]], more: list[list[Fraction]]) -> None:
    graph = grown(steps)
    fork = graph.fork()
    for values in more:
        for value in values:
            fork.add(Fact(value, 99))
    fork.rollback(0)
    assert graph == grown(steps)
    assert found(graph) == found(grown(steps))


@given(STEPS)
def test_facts_are_found_by_exact_value_oldest_first(steps: list[list[Fraction]]) -> None:
    graph = grown(steps)
    for value in graph.values():
        assert list(graph.find(value)) == [at for at, fact in enumerate(graph) if fact.value == value]
    assert graph.find(Fraction(1, 7)) == ()
    assert list(graph.find(9)) == [0]


def test_the_problems_givens_survive_every_rollback() -> None:
    graph = grown([[Fraction(1)]])
    graph.rollback(0)
    assert [fact.step for fact in graph] == [PROBLEM]


def test_blame_names_the_earliest_unsound_step_behind_a_fact() -> None:
    graph = FactGraph()
    given_ = graph.add(Fact(Fraction(2), PROBLEM))
    wrong = graph.add(Fact(Fraction(5), 0, premises=(given_,), sound=False))
    also = graph.add(Fact(Fraction(6), 1, premises=(given_,), sound=False))
    built = graph.add(Fact(Fraction(30), 2, premises=(wrong, also)))
    later = graph.add(Fact(Fraction(31), 3, premises=(built, given_)))
    assert graph.blame((later,)) == 0
    assert graph.blame((also,)) == 1
    assert graph.blame((given_,)) is None
    assert graph.blame(()) is None


def test_blame_visits_a_shared_premise_once() -> None:
    graph = FactGraph()
    at = graph.add(Fact(Fraction(1), 0, sound=False))
    for step in range(1, 200):  # 2^200 paths
        at = graph.add(Fact(Fraction(step), step, premises=(at, at)))
    assert graph.blame((at,)) == 0


NAMES = st.sampled_from(["", "x", "total cost"])
SAID = st.builds(
    lambda value, name, fresh, leaves: (value, name, fresh, leaves),
    VALUES | st.none(),
    NAMES,
    st.booleans(),
    st.booleans(),
)


def told(steps: list[list[tuple[Fraction | None, str, bool, bool]]]) -> FactGraph:
    """A graph with names, scopes (facts without value and name) and premises."""
    graph = FactGraph()
    for index, facts in enumerate(steps):
        for value, name, fresh, leaves in facts:
            scope = OUTER if leaves else graph.scope
            term = (1,) if name else ()
            premises = (len(graph) - 1,) if len(graph) else ()
            graph.add(Fact(value, index, "", premises, name=name, term=term, fresh=fresh, scope=scope))
    return graph


def seen(graph: FactGraph) -> tuple[object, ...]:
    """Everything that the lookups answer."""
    names = list(graph.names())
    assert [graph.bound(name) for name in names] == [max(graph.current(name), default=None) for name in names]
    return (
        list(graph),
        list(graph.values()),
        [graph.find(value) for value in graph.values()],
        names,
        [(graph.named(name), graph.current(name)) for name in names],
        graph.scope,
    )


@given(st.lists(st.lists(SAID, max_size=4), max_size=6), st.integers(0, 6), st.lists(SAID, max_size=4))
def test_rollback_and_fork_are_exact_with_names_and_scopes(steps, kept, more) -> None:
    graph = told(steps)
    whole = seen(graph)
    fork = graph.fork()
    graph.rollback(kept)
    assert seen(graph) == seen(told(steps[:kept]))
    for value, name, fresh, _ in more:
        graph.add(Fact(value, 99, name=name, term=(2,), fresh=fresh, scope=graph.scope))
    assert seen(fork) == whole


@given(st.lists(st.lists(SAID, max_size=4), max_size=6))
def test_lookups_agree_with_a_search_of_the_list(steps) -> None:
    graph = told(steps)
    facts = list(graph)
    for name in ("x", "total cost", "nobody"):
        assert graph.named(name) == tuple(at for at, fact in enumerate(facts) if fact.name == name)
    for value in range(6):
        at = tuple(at for at, fact in enumerate(facts) if fact.value == value)
        assert graph.find(value) == at
        assert (value in graph) == bool(at)


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12), st.integers(1, 6))
def test_the_latest_sound_fact_comes_first(said: list[tuple[int, bool]], limit: int) -> None:
    graph = FactGraph()
    for value, sound in said:
        graph.add(Fact(Fraction(value), 0, sound=sound))
    for value in range(4):
        newest_first = graph.find(value)[::-1]
        wanted = next((at for at in newest_first[:limit] if graph[at].sound), next(iter(newest_first), None))
        assert graph.latest(value, limit) == wanted


def test_a_fresh_binding_shadows_and_a_case_hides_what_its_sibling_said() -> None:
    graph = FactGraph()

    def say(step: int, value: int, **more) -> int:
        return graph.add(Fact(Fraction(value), step, name="x", term=(value,), scope=graph.scope, **more))

    outside = say(0, 1)
    assert graph.current("x") == (outside,)
    first = graph.add(Fact(None, 1, "Case 1"))
    inside = say(1, 2)
    assert graph[inside].scope == first
    assert graph.current("x") == (outside, inside)
    graph.add(Fact(None, 2, "Case 2"))
    assert graph.current("x") == (outside,)
    anew = say(3, 3, fresh=True)
    again = say(3, 3)
    assert graph.current("x") == (anew, again)
    assert graph.named("x") == (outside, inside, anew, again)
    graph.rollback(2)
    assert graph.current("x") == (outside, inside)
