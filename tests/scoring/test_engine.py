"""Under the local engine: what is improbable is rolled back only where that was asked for, and is never released."""

from functools import partial

import pytest
from tests.scoring.scorers import hashed, number

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst.bench.word_problems import generate, prompt_text
from verifirst.core.verdict import Status
from verifirst.engines.transformers import LocalEngine, Request
from verifirst.scoring import CODE, ScoredVerifier

PROBLEMS = list(generate("dev", 8, 1))
REQUESTS = [
    Request(prompt_text(one), problem=one.text, temperature=1.0, seed=at, max_tokens=120)
    for at, one in enumerate(PROBLEMS)
]
JUDGE = hashed(0.3)


def generated(enforce):
    verifier = partial(ScoredVerifier, partial(hashed, 0.3), enforce=enforce)
    with LocalEngine(verifier=verifier, workers=0, batch_size=8) as engine:
        return engine.generate(REQUESTS)


def refused(problem, steps):
    return round(JUDGE.probability(number(problem, steps)), 6) < JUDGE.threshold.value


def test_an_improbable_step_is_rolled_back_and_never_released():
    by_likelihood = 0
    for problem, output in zip(PROBLEMS, generated(["PC001"]), strict=True):
        steps = tuple(report.step.text for report in output.reports)
        assert not any(refused(problem.text, steps[: at + 1]) for at in range(len(steps)))
        by_likelihood += sum(rejection.report.refutation.rule == CODE for rejection in output.rejections)
    assert by_likelihood


def test_by_default_it_is_released_with_a_note():
    noted = 0
    for problem, output in zip(PROBLEMS, generated([]), strict=True):
        assert all(rejection.report.refutation.rule != CODE for rejection in output.rejections)
        steps = tuple(report.step.text for report in output.reports)
        for at, report in enumerate(output.reports):
            (note,) = [verdict for verdict in report.notes if verdict.rule == CODE]
            assert (note.status is Status.REFUTED) == refused(problem.text, steps[: at + 1])
            noted += note.status is Status.REFUTED
    assert noted
