"""The benchmark's arms of agreement, on the real engine."""

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst.bench.benchmark import FORKS, arms_of, word_problems
from verifirst.consistency import Posterior


def test_forks_vote_for_as_many_tokens_as_raw_ones():
    seen = []
    found = word_problems(n=2, consistency=Posterior(0.9), progress=lambda done, total: seen.append((done, total)))
    few, every = found["on_consistency"], found["on_fixed"]
    assert every["forks"] == FORKS
    assert 1 < few["forks"] < FORKS
    assert few["tokens"] < every["tokens"]
    for raw in (found["self_consistency"], found["rejection_voting"]):
        assert raw["tokens"] == pytest.approx(few["tokens"], rel=0.5)  # whole forks of two problems
        assert raw["forks"] > few["forks"]
    assert few["accuracy"] >= found["off"]["accuracy"]
    assert 0 <= few["aurc"] <= 1
    assert few["accuracy_at_coverage"]["1.0"] == pytest.approx(few["accuracy"])
    assert seen[-1] == (2 * arms_of(Posterior(0.9)),) * 2
