import json
import random
from dataclasses import replace

import pytest
from tests.scoring.scorers import Answers, Hashed, hashed

from verifirst.consistency import Isotonic, Threshold
from verifirst.core.verdict import Evidence, Status
from verifirst.errors import ConfigError, FormatError, InputError
from verifirst.replay import replay
from verifirst.scoring import Calibrated, Scored, Unscored
from verifirst.scoring.calibrated import PLACES


def outputs(n, seed):
    """Outputs whose steps are right as often as their score says, squared: calibration has something to mend."""
    draw = random.Random(seed)
    traces, labels = [], []
    for at in range(n):
        steps = tuple(f"step {seed} {at} {k}" for k in range(draw.randint(1, 5)))
        trace = Scored("p", steps)
        traces.append(trace)
        labels.append([draw.random() < score**2 for score in Hashed().score([trace])[0]])
    return traces, labels


def test_fitting_makes_scores_probabilities_and_keeps_the_bound_on_new_outputs():
    judge = Calibrated.fit(Hashed(), *outputs(3000, 1), alpha=0.1)
    assert 0 < judge.threshold.bound <= 0.1
    traces, labels = outputs(3000, 2)
    lost, gap = [], []
    for found, right in zip(judge.likelihoods(traces), labels, strict=True):
        refused = [one.refuses for one, label in zip(found, right, strict=True) if label]
        lost.append(sum(refused) / len(refused) if refused else 0.0)
        gap += [one.p - label for one, label in zip(found, right, strict=True)]
    assert sum(lost) / len(lost) < 0.115  # 0.1, and four standard errors of 3,000 outputs
    assert abs(sum(gap) / len(gap)) < 0.02


def test_too_few_labels_refuse_nothing():
    judge = Calibrated.fit(Hashed(), *outputs(30, 3), alpha=0.01)
    assert judge.threshold.value == 0
    assert not any(one.refuses for found in judge.likelihoods(outputs(30, 4)[0]) for one in found)


def test_fitting_needs_outputs_that_can_be_scored_and_a_label_for_each_step():
    traces, labels = outputs(4, 5)
    with pytest.raises(InputError, match="0 of 4 outputs could be scored"):
        Calibrated.fit(Answers(RuntimeError("down")), traces, labels, alpha=0.1)
    with pytest.raises(InputError, match="expected one for each"):
        Calibrated.fit(Hashed(), traces, [[*labels[0], True], *labels[1:]], alpha=0.1)


def test_a_scorer_that_fails_gives_no_likelihood():
    (found,) = Calibrated(Answers(RuntimeError("down")), hashed().probability, hashed().threshold).likelihoods(
        [Scored("p", ("a",))]
    )
    assert isinstance(found, Unscored)


@pytest.mark.parametrize("value", [0.0312345678, 0.5, 1 / 3])
def test_what_is_compared_is_what_the_evidence_shows(value):
    base = hashed()
    threshold = replace(base.threshold, value=value)
    judge = Calibrated(base.scorer, Isotonic(((0.0, value), (1.0, value)), 100), threshold)
    assert judge.threshold.value <= value
    ((found,),) = judge.likelihoods([Scored("p", ("a",))])
    assert not found.refuses  # as with the exact numbers: p is not below the threshold
    assert len(found.evidence().data["p"]) == PLACES + 2


def test_the_evidence_replays_after_a_trip_through_json():
    judge = hashed()
    seen = set()
    for found in judge.likelihoods([Scored("p", tuple(map(str, range(200))))])[0]:
        data = json.loads(json.dumps(dict(found.evidence().data)))
        status = replay(Evidence("likelihood", data))
        assert status is (Status.REFUTED if found.refuses else Status.UNKNOWN)
        seen.add(status)
    assert len(seen) == 2
    assert data["scorer"] == "hashed"
    assert data["digest"] == "sha256:0"


def test_a_refusal_says_in_words_that_it_is_a_likelihood_and_what_it_costs():
    found = hashed()._likelihood(0.0)
    assert found.refuses
    assert found.message.startswith("improbable (p = 0.0")
    assert found.message.endswith("at most 0.1 of right steps are refused)")


def test_a_calibration_is_saved_and_belongs_to_its_scorer(tmp_path):
    judge = hashed()
    judge.save(tmp_path / "calibration.json")
    again = Calibrated.load(tmp_path / "calibration.json", Hashed())
    trace = Scored("p", ("a", "b"))
    assert again.likelihoods([trace]) == judge.likelihoods([trace])
    with pytest.raises(ConfigError, match="calibrate this one"):
        Calibrated.load(tmp_path / "calibration.json", Hashed(digest="sha256:1"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"probability": {"kind": "isotonic"}, "threshold": {}}'])
def test_a_file_that_is_no_calibration_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(FormatError, match=r"x\.json"):
        Calibrated.load(tmp_path / "x.json", Hashed())


def test_the_threshold_is_never_raised_by_rounding():
    draw = random.Random(0)
    for _ in range(500):
        value = draw.random()
        rounded = Calibrated(Hashed(), hashed().probability, Threshold(value, 0.1, 100, 0.0, 0.1, "")).threshold.value
        assert value - 10**-PLACES < rounded <= value
