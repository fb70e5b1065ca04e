"""The benchmark's arms of agreement, on the real engine."""

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst.agreement import Calibration
from verifirst.bench.benchmark import arms_of, word_problems
from verifirst.bench.consistency import Agreeing
from verifirst.consistency import Posterior

FORKS = 4


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    return tmp_path_factory.mktemp("bench") / "agreement.json"


@pytest.fixture(scope="module")
def seen():
    return []


@pytest.fixture(scope="module")
def found(calibrated, seen):
    agreeing = Agreeing(Posterior(0.8), most=FORKS, refused=0.2, labelled=12, keep=calibrated)
    return word_problems(n=8, consistency=agreeing, progress=lambda *counts: seen.append(counts))


def test_forks_vote_for_as_many_tokens_as_raw_ones(found, seen):
    few, every = found["on_consistency"], found["on_fixed"]
    assert FORKS <= every["forks"] <= FORKS + 2  # and those that were drawn behind a refused step
    assert 1 < few["forks"] < every["forks"]
    assert few["tokens"] < every["tokens"]
    for raw in (found["self_consistency"], found["rejection_voting"]):
        assert raw["tokens"] == pytest.approx(few["tokens"], rel=0.3)
    assert 0 <= few["aurc"] <= 1
    assert few["accuracy_at_coverage"]["1.0"] == pytest.approx(few["accuracy"])
    assert seen[-1] == (8 * arms_of(Agreeing(Posterior(0.8))),) * 2


def test_what_the_calibration_states_is_measured_on_other_problems(found, calibrated):
    for measured in (found["calibration"], found["shifted"]):
        assert 0 <= measured["answers"]["ece"] <= 1
        assert measured["steps"]["n"] == sum(count for count, _, _ in measured["steps"]["bins"])
        assert 0 <= measured["conformal"]["mean_loss"] <= 1
        assert measured["conformal"]["p_value"] > 0
        assert 0 <= measured["stopped"]["stopped"] <= 1
    assert found["calibration"]["n"] == 8
    assert found["shifted"]["n"] == 2
    known = Calibration.load(calibrated)
    assert known.conditions == {"model": "first_light", "temperature": 1.0, "enforce": ["DG"], "forks": FORKS}
    with pytest.raises(ValueError, match=r"holds for temperature = 1\.0, found 0\.5"):
        known.check(temperature=0.5)


def test_without_agreement_there_are_no_such_arms():
    assert arms_of(None) == 3
    assert not {"on_fixed", "calibration"} & set(word_problems(n=1))
