"""The traces that fuzzing kept, and stories of known truth: the fuzzer's laws hold on each of them."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz"


def module(name):
    sys.path.insert(0, str(FUZZ))
    try:
        spec = importlib.util.spec_from_file_location(f"fuzz_{name}", FUZZ / f"{name}.py")
        found = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    finally:
        sys.path.remove(str(FUZZ))
    return found


@pytest.fixture(scope="module")
def laws():
    return module("laws")


def test_nothing_is_wrong_with_the_kept_traces(laws):
    kept = module("steps").load()
    assert len(kept) > 50
    for trace in kept:
        faults, marks = laws.complaints(laws.Trace(*trace), slow_s=60)
        assert not faults, trace
        assert marks


def test_stories_of_known_truth_are_judged_rightly(laws):
    truths = module("truths")
    told = set()
    for seed in range(150):
        problem, steps, truth = truths.story(random.Random(seed))
        told.update(truth)
        faults, _ = laws.complaints(laws.Trace(problem, tuple(steps), tuple(truth)), slow_s=60)
        assert not faults, (seed, steps)
    assert told == {True, False, None}


def test_the_laws_see_what_is_wrong(laws, monkeypatch):
    assert laws.complaints(laws.Trace("", ("31 + 81 = 70.",), (True,)))[0][0].startswith("true, and refuted by AR001")
    assert laws.complaints(laws.Trace("", ("31 + 81 = 112.",), (False,)))[0][0].startswith("false, and verified by AR")
    assert not laws.complaints(laws.Trace("", ("31 + 81 = 112.", "2 + 2 = 5"), (True, False)))[0]
    assert "slow" in laws.complaints(laws.Trace("", ("31 + 81 = 112.",)), slow_s=0)[0][0]
    monkeypatch.setattr(laws, "replay", lambda evidence: laws.Status.UNKNOWN)
    assert "by its evidence" in laws.complaints(laws.Trace("", ("31 + 81 = 112.",)))[0][0]
    monkeypatch.setattr(laws, "replay", lambda evidence: 1 / 0)
    assert "ZeroDivisionError" in laws.complaints(laws.Trace("", ("31 + 81 = 112.",)))[0][0]


def test_a_hang_is_seen(laws, monkeypatch):
    def endless(evidence):
        while True:
            pass

    monkeypatch.setattr(laws, "ALARM_S", 0.2)
    monkeypatch.setattr(laws, "replay", endless)
    assert laws.complaints(laws.Trace("", ("31 + 81 = 112.",)))[0][0].startswith("hang")
