"""The whole machine on the shipped model: real text, real rules, real worker processes."""

from functools import partial

import pytest

torch = pytest.importorskip("torch", reason="the local engine needs the extra 'local'")

from verifirst.bench.arms import Sampling  # noqa: E402  # after importorskip
from verifirst.bench.benchmark import ENFORCE, POLICY, SETTINGS, held_out  # noqa: E402
from verifirst.core.verdict import Status  # noqa: E402
from verifirst.engines.transformers import LocalEngine  # noqa: E402
from verifirst.session import check_steps  # noqa: E402
from verifirst.verifier import Verifier  # noqa: E402

PROBLEMS = held_out(12, seed=3)
FACTORY = partial(Verifier, enforce=ENFORCE)


@pytest.fixture(scope="module")
def requests():
    return [Sampling(1.0, 3).request(problem, place, enforce=True) for place, problem in enumerate(PROBLEMS)]


@pytest.fixture(scope="module")
def inline(requests):
    torch.set_num_threads(1)
    with LocalEngine(verifier=FACTORY, workers=0, policy=POLICY, settings=SETTINGS) as engine:
        return engine.generate(requests)


def test_worker_processes_give_the_same_output_as_checking_inline(requests, inline):
    with LocalEngine(verifier=FACTORY, workers=1, policy=POLICY, settings=SETTINGS) as engine:
        beside = engine.generate(requests)
    assert [output.token_ids for output in beside] == [output.token_ids for output in inline]
    assert [output.finish_reason for output in beside] == [output.finish_reason for output in inline]


def test_released_solutions_hold_no_step_that_the_verifier_refutes(inline):
    for problem, output in zip(PROBLEMS, inline, strict=True):
        reports = check_steps(FACTORY(), problem.text, [line for line in output.text.splitlines() if line.strip()])
        assert [report.step.text for report in reports if report.status is Status.REFUTED] == []


def test_something_was_refused_and_its_branch_is_kept_for_training(inline):
    rejections = [rejection for output in inline for rejection in output.rejections]
    assert rejections
    for rejection in rejections:
        assert len(rejection.token_ids) == len(rejection.logprobs) > 0
        assert rejection.report.status is not Status.VERIFIED
