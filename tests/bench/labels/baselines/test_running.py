import pytest

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.baselines.checkers import BASELINES
from verifirst.bench.labels.baselines.running import OURS, Score, chosen, score
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.outcome import measure
from verifirst.errors import ConfigError


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_baseline_is_counted_on_the_same_steps(solutions, adjudications, jobs):
    result = score(BASELINES["regex"], solutions, adjudications, jobs=jobs)
    assert (result.good, result.errors, result.decided) == (5, 3, 5)  # a0 b0 b2 b3 e0; a1 c0 e1; all but b2 c0 e1
    assert (result.flagged_good, result.excused, result.false, result.caught) == (2, 1, 1, 1)
    assert (result.precision, result.recall, len(result.ns)) == (pytest.approx(2 / 3), pytest.approx(1 / 3), 8)


def test_ours_stands_beside_it(settings, solutions, adjudications):
    ours = Score.ours(measure(settings, solutions, adjudications).total)
    assert (ours.name, ours.good, ours.errors, ours.decided, ours.false, ours.caught) == (OURS, 5, 3, 5, 1, 1)
    assert ours.as_dict()["recall"] == pytest.approx(1 / 3)


def test_a_step_that_hangs_is_killed_and_the_rest_goes_on(adjudications):
    pytest.importorskip("sympy")
    steps = ("1 + 1 = 2", "(3+9*9)^(9999999999*7777) = (3+9*8)^(99999999999)", "2 + 2 = 5")
    result = score(BASELINES["sympy"], [Labelled("s", "i", "p", steps, -1)], adjudications, deadline_s=5.0)
    assert (result.good, result.killed, result.decided, result.flagged_good) == (3, 1, 2, 1)


def test_nothing_to_divide_by():
    assert (Score("x").precision, Score("x").recall) == (None, None)
    assert score(BASELINES["regex"], [], Adjudications()).as_dict()["us_per_step"] == {"p50": None, "mean": None}


def test_checkers_by_name():
    assert [baseline.name for baseline in chosen(["all"])] == ["regex", "sympy", "math-verify"]
    assert chosen([]) == []
    with pytest.raises(ConfigError, match="names no checker: wolfram"):
        chosen(["regex", "wolfram"])
