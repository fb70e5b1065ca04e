"""Forks of both styles on the real local engine, and steps that the others do not support."""

from dataclasses import replace
from functools import partial
from itertools import islice

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst.agreement import Calibration, Labelled, derivation, program_derivation
from verifirst.bench.word_problems import generate, judge, prompt_text
from verifirst.consistency import Fixed, Isotonic, Posterior
from verifirst.engines.forks import Agreed, agree, keyed, program_request
from verifirst.engines.reconsider import Judge, grafted, reconsider
from verifirst.engines.transformers import LocalEngine, Request
from verifirst.errors import ConfigError
from verifirst.solvers.program import run
from verifirst.verifier import Verifier

PROBLEMS = list(islice(generate("dev", 6, 3), 6))
REQUESTS = [
    Request(prompt_text(problem), problem.text, max_tokens=128, temperature=1.0, seed=at)
    for at, problem in enumerate(PROBLEMS)
]
VERIFIER = Verifier(enforce=["DG"])
MOST = 4


def read(request, output):
    return derivation(VERIFIER, request.problem, output.text.splitlines())


@pytest.fixture(scope="module")
def engine():
    with LocalEngine("first_light", workers=0, verifier=partial(Verifier, enforce=["DG"])) as made:
        yield made


@pytest.fixture(scope="module")
def everything(engine):
    return agree(engine, REQUESTS, read, Fixed(MOST), most=MOST, together=MOST, programs=program_request)


def calibration(*scores):
    """Steps are right where their score is at least 0.5; bounds from ``scores`` of right steps."""
    outputs = tuple(Labelled((1.0, True), ((score, True),)) for score in scores)
    steps = Isotonic(((0.0, 0.0), (1.0, 1.0)), 2)
    return Calibration(steps, steps, outputs)


def test_every_second_fork_is_a_program_that_runs(everything):
    styles = [[one.program for one in drawn.derivations] for drawn in everything]
    assert styles == [[False, True, False, True]] * len(PROBLEMS)
    programs = [fork.text for drawn in everything for fork in drawn.forks[1::2]]
    ran = [run(text) for text in programs if program_derivation(text).answer]
    assert len(ran) > len(programs) / 2
    assert all(one.computed for one in ran)


def test_what_is_released_is_in_steps(everything):
    for drawn in everything:
        assert drawn.output in drawn.forks[::2]


def test_the_second_style_agrees_with_the_first_more_often_than_by_chance(everything):
    answers = [[one.answer for one in drawn.derivations if one.answer] for drawn in everything]
    assert sum(len(set(some)) < len(some) for some in answers) > len(answers) / 2


def test_a_rule_that_stops_early_waits_for_something_to_release(engine):
    class Never:
        """Content at once."""

        def done(self, counts, drawn, most):
            return True

    (found,) = agree(
        engine, REQUESTS[:1], lambda *_: derivation(VERIFIER, "", []), Never(), most=3, programs=program_request
    )
    assert len(found.forks) == 3
    assert found.output is None


def test_a_key_makes_the_run_again_and_another_key_another_run():
    one, same, other = (
        [request.seed for request in keyed(REQUESTS, key)] for key in (b"secret", b"secret", b"another")
    )
    assert one == same
    assert not set(one) & set(other)
    assert len(set(one)) == len(one)
    again = keyed([replace(REQUESTS[0], seed=99)], b"secret")
    assert again[0].seed == one[0]
    with pytest.raises(ConfigError, match="1 to 64 bytes"):
        keyed(REQUESTS, b"")


def test_without_a_bound_nothing_is_refused(everything):
    keeper = Judge(calibration(0.9))
    for drawn in everything:
        judged = keeper.judge(drawn)
        assert judged.released == drawn.election.winner
        assert judged.output is drawn.output
        assert 0 <= judged.answer <= 1
        lines = [line for line in drawn.output.text.splitlines() if line.strip()]
        assert len(judged.steps) == len(lines)
        assert judged.steps[-1] is None  # the answer line establishes nothing


def test_an_answer_that_is_too_improbable_is_not_given(everything):
    unsure = Calibration.fit([Labelled((at / 100, at > 50), ((0.5, True),)) for at in range(100)] * 8)
    judge_ = Judge(unsure, wrong=0.1)
    asked = judge_.answering.threshold
    for drawn in everything:
        judged = judge_.judge(drawn)
        assert (judged.released is None) == (judged.answer < asked)
        assert ("is asked for" in judged.why) == (judged.answer < asked)
    assert {judge_.judge(drawn).released is None for drawn in everything} == {True, False}
    with pytest.raises(ConfigError, match="cannot be promised from 20 labelled answers"):
        Judge(Calibration.fit([Labelled((0.5, True), ((0.5, True),))] * 40), wrong=0.01)
    with pytest.raises(ConfigError, match="needs a calibration"):
        Judge(None, wrong=0.1)


def test_a_refused_step_is_written_again_behind_those_that_stand(engine, everything):
    strict = Judge(calibration(*[1.0] * 100), alpha=0.5)
    assert strict.threshold.value > 0.9  # refuses all that is not certain
    judged = reconsider(engine, REQUESTS, everything, read, strict, tries=2)
    assert any(one.redrawn for one in judged)
    for problem, before, one in zip(PROBLEMS, everything, judged, strict=True):
        assert one.agreed.forks[: len(before.forks)] == before.forks
        assert one.agreed.inside == len(one.agreed.forks) - len(before.forks)
        assert one.agreed.election.votes == before.election.votes
        for fork in one.agreed.forks[len(before.forks) :]:
            lines = [line for line in fork.text.splitlines() if line.strip()]
            assert [report.step.text for report in fork.reports] == [line.strip() for line in lines]
            assert len(judge(problem, lines)) == len(fork.reports)
        if one.released is not None:
            assert all(p is None or not strict.threshold.refuses(p) for p in one.steps)


def test_a_graft_is_the_output_itself_where_it_goes_on_as_it_did(engine, everything):
    whole = everything[0].forks[0]
    for steps in range(len(whole.spans)):
        fork = replace(REQUESTS[0], prefix=whole.prefix(steps), temperature=0.0)
        found = grafted(whole, steps, engine.generate([fork])[0])
        assert found.token_ids[: len(whole.prefix(steps))] == whole.prefix(steps)
        assert len(found.token_ids) == len(found.logprobs) == len(found.constrained_logprobs)
        tokenizer = engine._machine.tokenizer
        assert found.text == tokenizer.decode(found.token_ids, skip_special_tokens=True)
        assert found.reports[:steps] == whole.reports[:steps]
        assert [report.step.index for report in found.reports] == list(range(len(found.reports)))
        start, end = found.spans[-1]
        assert tokenizer.decode(found.token_ids[start:end]).strip().startswith(found.reports[-1].step.text)


def test_calibrations_are_fitted_kept_and_refused(tmp_path):
    labelled = [Labelled((at / 10, at > 4), ((at / 10, at > 3), (0.9, True))) for at in range(10)] * 10
    made = Calibration.fit(labelled)
    assert made.answers(0.9) > 0.7
    assert made.answers(0.1) < 0.3
    made.save(tmp_path / "calibration.json")
    again = Calibration.load(tmp_path / "calibration.json")
    assert again.steps == made.steps
    assert again.answers == made.answers
    assert again.answering(0.2) == made.answering(0.2)
    assert again.threshold(0.1).value == pytest.approx(made.threshold(0.1).value, abs=1e-5)
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ValueError, match="expected a calibration of agreement"):
        Calibration.load(tmp_path / "other.json")
    with pytest.raises(ValueError, match="two or more"):
        Calibration.fit(labelled[:1])


def test_the_first_forks_are_what_a_rule_would_have_drawn(everything):
    for drawn in everything:
        first = drawn.first(2)
        assert isinstance(first, Agreed)
        assert first.forks == drawn.forks[:2]
        assert first.election.drawn == 2
        assert not first.done(Posterior(0.9), MOST)
