from verifirst.report.checking import Checker, Settings
from verifirst.report.tally import Tally
from verifirst.report.traces import Trace

CHECKER = Checker(Settings())


def test_tallies_add_up() -> None:
    good = CHECKER.outcome(Trace(1, "", ("3 + 4 = 7", "words"), None)).tally
    bad = CHECKER.outcome(Trace(2, "", ("3 + 4 = 8",), None)).tally
    both = good + bad + Tally(malformed=1)
    assert (both.traces, both.traces_refuted, both.steps, both.malformed) == (2, 1, 3, 1)
    assert both.summary() == (
        "2 traces (1 refuted); 3 steps (1 verified, 1 refuted, 1 unknown); "
        "2 of 2 claims decided, in 67% of steps; 1 malformed line"
    )


def test_the_rate_is_shown_when_it_was_timed() -> None:
    assert Tally(verified=3000).summary(2.0).endswith("; 1,500 steps/s")


def test_an_empty_run() -> None:
    assert Tally().summary() == (
        "0 traces (0 refuted); 0 steps (0 verified, 0 refuted, 0 unknown); 0 of 0 claims decided, in none of steps"
    )
