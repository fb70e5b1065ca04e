from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.bench.labels.adjudications import Adjudication, Adjudications
from verifirst.bench.labels.counting import count
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.judging import Judged, Place, Refutation, Settings, Solution
from verifirst.bench.labels.outcome import measure
from verifirst.bench.labels.tally import Tally, total
from verifirst.core.verdict import Status
from verifirst.errors import ConfigError

EXPECTED = {  # by hand, from the rows in conftest.py
    "solutions": 4,  # d has no label
    "unlabelled": 1,
    "good": 5,  # a0 b0 b2 b3 e0; b1 is empty
    "good_decided": 4,  # all but b2
    "good_flagged": 2,  # b3 e0
    "good_false": 1,  # e0: b3 was read
    "errors": 3,  # a1 c0 e1
    "errors_decided": 1,
    "caught": 1,
    "first_before": 1,  # e
    "first_at": 1,  # a
    "first_after": 1,  # c
    "after_alone": 1,  # nobody said 11 before
    "spurious": 1,
    "spurious_caught": 1,
    "annotations": 2,
    "annotations_decided": 1,
    "annotations_found": 1,  # d: nothing asserts the second
}


def test_the_counts_are_those_worked_out_by_hand(settings, solutions, adjudications):
    counts = measure(settings, solutions, adjudications).total.counts
    assert {name: count for name, count in counts.items() if count} == EXPECTED


def test_a_rule_is_charged_with_its_own_steps(settings, solutions, adjudications):
    outcome = measure(settings, solutions, adjudications)
    rule = outcome.total.rules["AR001"]
    assert (rule.flagged_good, rule.adjudicated, rule.false, rule.caught, rule.caught_spurious) == (2, 1, 1, 1, 1)
    kinds = [(flag.id, flag.step, flag.kind.value) for flag in outcome.flags]
    assert kinds == [
        ("a", 1, "caught"), ("b", 3, "adjudicated"), ("c", 1, "later"), ("e", 0, "false flag"),
    ]  # fmt: skip
    assert [(flag.id, flag.step) for flag in outcome.missed] == [("c", 0), ("e", 1)]


def test_without_adjudications_every_flag_on_a_good_step_is_false(settings, solutions):
    assert measure(settings, solutions, Adjudications()).total["good_false"] == 2


def test_a_false_flag_stays_false_when_it_was_read(settings, solutions):
    known = Adjudications({("small", "b", 3, "AR"): Adjudication("false flag", "a test")})
    assert measure(settings, solutions, known).total["good_false"] == 2


def test_a_catch_for_a_wrong_reason_is_none(settings, solutions):
    known = Adjudications(
        {
            ("small", "a", 1, "AR"): Adjudication("false flag", "a test"),
            ("small", "c", 1, "AR"): Adjudication("false flag", "t"),
        }
    )
    outcome = measure(settings, solutions, known)
    total = outcome.total
    assert (total["caught"], total["spurious_caught"], total["misread"]) == (0, 0, 2)
    assert (total.rules["AR001"].caught, total["first_at"], total["good_false"]) == (0, 1, 2)
    assert [flag.id for flag in outcome.flags if flag.kind.value == "misread"] == ["a", "c"]


def test_the_number_of_processes_changes_nothing(settings, solutions, adjudications):
    many = [replace(solution, id=f"{solution.id}{n}") for n in range(20) for solution in solutions]
    one, two = (measure(settings, many, adjudications, jobs=jobs) for jobs in (1, 2))
    assert two.flags == one.flags
    assert two.missed == one.missed
    assert untimed(two.total) == untimed(one.total)
    assert len(two.total.ns) == len(one.total.ns) == 20 * 8


def test_a_rule_that_nobody_knows_is_said_at_once(solutions, adjudications):
    with pytest.raises(ConfigError, match="--rules names no rule: ZZ"):
        measure(Settings(rules=("ZZ",)), solutions, adjudications)
    with pytest.raises(ConfigError, match="cannot be imported"):
        measure(Settings(packs=("nowhere.to.be.found",)), solutions, adjudications)


def test_packs_are_named_as_they_are_installed():
    codes = {rule.code for rule in Settings(packs=("arithmetic",)).chosen()}
    assert codes
    assert all(code.startswith("AR") for code in codes)


def untimed(tally):
    return tally.counts, tally.rules, tally.reasons, tally.kinds


REFUTATIONS = st.builds(
    Refutation, st.sampled_from(["AR001", "DG001"]), st.booleans(), st.just(0), st.just(1), st.just("")
)


@st.composite
def judged(draw, index, place):
    refutations = tuple(draw(st.lists(REFUTATIONS, max_size=2)))
    refuted = any(refutation.enforced for refutation in refutations)
    status = Status.REFUTED if refuted else draw(st.sampled_from([Status.VERIFIED, Status.UNKNOWN]))
    reasons = ("NO_CLAIM",) if status is Status.UNKNOWN else ()
    cause = draw(st.none() | st.integers(0, 5)) if refuted else None
    return Judged(
        index, place, status, status is not Status.UNKNOWN, draw(st.integers(0, 10**6)), refutations, reasons, cause,
        alone=refuted and draw(st.booleans()),
    )  # fmt: skip


@st.composite
def solved(draw):
    first = draw(st.none() | st.integers(-1, 3))
    name = draw(st.sampled_from("ab"))
    steps = []
    if first is not None:
        for index in range(draw(st.integers(max(1, first + 1), 5))):
            place = Place.GOOD if first < 0 or index < first else Place.ERROR if index == first else Place.LATER
            steps.append(draw(judged(index, place)))
    spurious = first is not None and first >= 0 and draw(st.booleans())
    return Solution("set", name, draw(st.sampled_from(["", "slip"])), first, spurious, tuple(steps), (2, 1, 0))


@given(st.lists(solved(), max_size=8), st.randoms(use_true_random=False), st.integers(1, 4))
def test_tallies_merge_in_any_grouping_and_order(solutions, random, groups):
    known = Adjudications({("set", "a", 0, "AR"): Adjudication("fair as read", "a test")})
    whole = total(count(solution, known) for solution in solutions)
    shuffled = random.sample(solutions, len(solutions))
    merged = total(total(count(s, known) for s in shuffled[at::groups]) for at in range(groups))
    assert untimed(merged) == untimed(whole)
    assert sorted(merged.ns) == sorted(whole.ns)
    assert merged.slowest == whole.slowest
    assert merged.as_dict() == whole.as_dict()


@given(st.lists(solved(), max_size=8))
def test_parts_never_exceed_their_whole(solutions):
    tally = total(count(solution, Adjudications()) for solution in solutions)
    assert tally["good_false"] == tally["good_flagged"] <= tally["good_decided"] <= tally["good"]
    assert tally["caught"] <= tally["errors_decided"] <= tally["errors"]
    where = [tally[f"first_{place}"] for place in ("before", "at", "after", "never")]
    assert sum(where) == tally["errors"]
    assert tally["cause_right"] + tally["cause_past"] <= tally["cause_named"] <= tally["first_after"]
    assert tally["cause_moved"] <= tally["first_before"] + tally["first_at"]
    assert tally["after_alone"] <= tally["first_after"]
    assert tally["spurious_caught"] <= min(tally["spurious"], tally["caught"])


AGAIN = ("When I add 31 and 81, I get 70.", "So 31 + 81 = 70.")


@pytest.mark.parametrize(
    ("first_error", "steps", "expected"),
    [
        (1, ("He has 44.", *AGAIN), {"cause_named": 1, "cause_right": 1}),
        (0, ("He has 44.", *AGAIN), {"cause_named": 1}),
        (2, (AGAIN[0], "", "Then some.", AGAIN[1]), {"cause_named": 1, "cause_past": 1}),
        (1, AGAIN, {"cause_moved": 1}),
        (0, ("He adds 31 and 81.", "So 31 + 81 = 70."), {"after_alone": 1}),
        (0, ("He adds 31 and 81 eggs and 70 pears.", "So 31 + 81 = 113.", "And 31 + 81 = 70."), {"after_alone": 1}),
    ],
    ids=["right", "short of it", "past it", "moved", "by itself", "the first refuted step only"],
)  # fmt: skip
def test_a_cause_is_held_against_the_label(settings, first_error, steps, expected):
    solution = Labelled("set", "a", "Many.", steps, first_error)
    counts = measure(settings, [solution], Adjudications()).total.counts
    names = ("after_alone", "cause_named", "cause_right", "cause_past", "cause_moved")
    assert {name: counts[name] for name in names if counts[name]} == expected


def test_times_of_nothing_and_of_something():
    assert (Tally().quantile(0.5), Tally().mean_ns) == (None, None)
    tally = Tally(ns=[5_000, 1_000, 3_000])
    assert (tally.quantile(0.5), tally.quantile(0.99), tally.mean_ns) == (3_000, 5_000, 3_000)
    assert tally.as_dict()["us_per_step"] == {"p50": 3.0, "p99": 5.0, "mean": 3.0, "max": 5.0}
