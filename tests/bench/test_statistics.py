import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifirst.bench.outcome import change, outcome, summary
from verifirst.bench.statistics import bootstrap, relative, wilson
from verifirst.bench.word_problems import generate


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share_and_narrows_with_trials(trials, data):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    wide = wilson(successes * 4, trials * 4)
    assert wide[1] - wide[0] <= high - low + 1e-12


def test_the_interval_of_a_known_case():
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Wilson 1927, by hand
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_bootstrap_covers_the_mean_and_skips_undefined_draws():
    low, high = bootstrap([0, 1] * 200, lambda rows: sum(rows) / len(rows))
    assert low < 0.5 < high
    assert high - low < 0.2
    assert bootstrap([1, 2], lambda _rows: None) is None
    assert bootstrap([], lambda _rows: 1.0) is None


def test_relative_change_from_nothing_is_undefined():
    assert relative(0.0, 1.0) is None
    assert relative(0.5, 0.75) == pytest.approx(0.5)


def test_outcomes_are_judged_by_the_oracle():
    problem = next(iter(generate("dev", 1, 0)))
    gold = outcome(problem, problem.solution, 50)
    assert (gold.correct, gold.spurious, gold.error) == (True, False, "")
    lines = list(problem.solution_steps)
    lines[0] = "Nobody has 1 + 1 = 3 things."
    lucky = outcome(problem, "\n".join(lines), 50)
    assert (lucky.correct, lucky.spurious) == (True, True)
    abstained = outcome(problem, "", 50, exhausted=True)
    assert (abstained.correct, abstained.error) == (False, "abstained")
    figures = summary([gold, lucky, abstained], [1.0, 3.0, 2.0])
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert figures["spurious"] == pytest.approx(1 / 2)
    assert (figures["exhausted"], figures["ms_per_step"], figures["tokens"]) == (1, 2.0, 50)
    assert change([abstained, lucky], [gold, gold])["accuracy"] == pytest.approx(1.0)
