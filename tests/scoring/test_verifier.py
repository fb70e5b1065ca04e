"""A likelihood beside the verdicts: the laws hold, proof stays proof, and only who asks for it lets it refuse."""

from functools import partial

import pytest
from tests.scoring.scorers import Answers, hashed, number

from verifirst.core.before import Before
from verifirst.core.report import Coverage
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status
from verifirst.errors import ConfigError
from verifirst.policy import Commit, Policy, Rollback
from verifirst.replay import replay
from verifirst.scoring import CODE, Calibrated, ScoredVerifier, Word, annotate, standing
from verifirst.session import Session, check_steps
from verifirst.stream import InlineStream, ProcessStream
from verifirst.testing import (
    check_chunk_invariant,
    check_fork_independent,
    check_no_claim_no_praise,
    check_rollback_exact,
)
from verifirst.verifier import Verifier

PROBLEM = "Tom has 3 bags of 4 apples."
STEPS = tuple(
    f"Tom has 3 * 4 = {12 + at % 2} apples, he says {at}." if at % 3 else f"Tom smiles {at}." for at in range(60)
)
JUDGE = hashed()


def own(report):
    return [verdict for verdict in (*report.verdicts, *report.notes) if verdict.rule == CODE]


@pytest.mark.parametrize("enforce", [(), ("PC001",)])
def test_a_session_with_scores_keeps_the_laws_of_sessions(enforce):
    session = partial(Session, "Tom has 3 apples.", verifier=ScoredVerifier(JUDGE, enforce=enforce))
    check_chunk_invariant(session, cases=40)
    check_rollback_exact(session, cases=40)
    check_fork_independent(session, cases=40)


def test_a_likelihood_earns_no_praise():
    check_no_claim_no_praise(ScoredVerifier(JUDGE), cases=40)


@pytest.mark.parametrize("enforce", [False, True])
def test_it_never_verifies_and_never_moves_the_coverage(enforce):
    plain = check_steps(Verifier(), PROBLEM, STEPS)
    scored = check_steps(ScoredVerifier(JUDGE, enforce=["PC"] if enforce else []), PROBLEM, STEPS)
    assert Coverage.of(plain) == Coverage.of(scored)
    for before, after in zip(plain, scored, strict=True):
        assert after.facts == before.facts
        assert after.verdicts[: len(before.verdicts)] == before.verdicts
        assert all(verdict.status is not Status.VERIFIED for verdict in own(after))
        assert after.status is before.status or (enforce and after.status is Status.REFUTED)


def test_each_step_is_scored_in_the_light_of_those_before_it_and_the_evidence_replays():
    reports = check_steps(ScoredVerifier(JUDGE), PROBLEM, STEPS)
    statuses = set()
    for report in reports:
        if report.status is Status.REFUTED:
            assert own(report) == []  # a proof against it is enough
            continue
        (verdict,) = own(report)
        p = JUDGE.probability(number(PROBLEM, STEPS[: report.step.index + 1]))
        assert float(verdict.evidence.data["p"]) == pytest.approx(p, abs=1e-6)
        assert replay(verdict.evidence) is verdict.status
        statuses.add(verdict.status)
    assert statuses == {Status.UNKNOWN, Status.REFUTED}


def test_a_finished_trace_in_one_batch_says_the_same():
    for enforce in (False, True):
        one_by_one = check_steps(ScoredVerifier(JUDGE, enforce=["PC001"] if enforce else []), PROBLEM, STEPS)
        together = annotate(JUDGE, PROBLEM, check_steps(Verifier(), PROBLEM, STEPS), enforce=enforce)
        assert [own(report) for report in together] == [own(report) for report in one_by_one]
    assert annotate(JUDGE, PROBLEM, []) == []


def test_the_policy_rolls_an_improbable_step_back_only_where_that_was_asked_for():
    quiet = check_steps(ScoredVerifier(JUDGE), PROBLEM, STEPS)
    strict = check_steps(ScoredVerifier(JUDGE, enforce=["PC001"]), PROBLEM, STEPS)
    improbable = [
        at for at, report in enumerate(quiet) if any(verdict.status is Status.REFUTED for verdict in report.notes)
    ]
    assert improbable
    for at in improbable:
        if quiet[at].status is not Status.REFUTED:
            assert isinstance(Policy().decide(quiet[at]), Commit)
            assert Policy().decide(strict[at]) == Rollback(at)
            assert strict[at].refutation.offending == len(STEPS[at])


def test_words_keep_proof_and_likelihood_apart():
    quiet = check_steps(ScoredVerifier(JUDGE), PROBLEM, STEPS)
    strict = check_steps(ScoredVerifier(JUDGE, enforce=["PC001"]), PROBLEM, STEPS)
    words = set()
    for plain, lax, hard in zip(check_steps(Verifier(), PROBLEM, STEPS), quiet, strict, strict=True):
        said = standing(lax)
        words.add(said.word)
        if plain.status is Status.REFUTED:
            assert standing(lax).word is standing(hard).word is Word.REFUTED
        elif plain.status is Status.VERIFIED:
            assert said.word is Word.PROVED
            assert said.p is None
        else:
            assert said.p is not None
        if hard.status is Status.REFUTED and plain.status is not Status.REFUTED:
            assert standing(hard).word is Word.IMPROBABLE
    assert words == set(Word)
    assert standing(check_steps(Verifier(), "", ["Tom smiles."])[0]).word is Word.UNKNOWN


def test_a_word_shows_its_probability():
    shown = {str(standing(report)).split(" (p")[0] for report in check_steps(ScoredVerifier(JUDGE), PROBLEM, STEPS)}
    assert shown == set(Word)
    improbable = next(
        standing(report)
        for report in check_steps(ScoredVerifier(JUDGE), PROBLEM, STEPS)
        if standing(report).word is Word.IMPROBABLE
    )
    assert str(improbable) == f"improbable (p = {improbable.p:.2g})"


def test_a_scorer_that_fails_leaves_the_verdicts_and_says_so_beside_them():
    judge = Calibrated(Answers(RuntimeError("down")), JUDGE.probability, JUDGE.threshold)
    plain = check_steps(Verifier(), PROBLEM, STEPS)
    for before, after in zip(plain, check_steps(ScoredVerifier(judge, enforce=["PC"]), PROBLEM, STEPS), strict=True):
        assert after.verdicts == before.verdicts
        for verdict in own(after):
            assert verdict.reason is Reason.RULE_ERROR
            assert verdict.message == "unscored: RuntimeError: down"
            assert verdict.evidence is None


def test_without_the_steps_before_it_a_step_is_not_scored():
    verifier = ScoredVerifier(JUDGE)
    report = verifier.check(Step(3, 0, 1, 1, "x"), PROBLEM, verifier.begin(PROBLEM))
    assert own(report)[0].reason is Reason.UNSUPPORTED
    report = verifier.check(Step(0, 0, 1, 1, "x"), PROBLEM, Verifier().begin(PROBLEM))
    assert own(report)[0].reason is Reason.UNSUPPORTED


def test_other_codes_are_enforced_as_ever():
    assert "DG002" in ScoredVerifier(JUDGE, enforce=["DG002", "PC001"]).enforced
    assert not ScoredVerifier(JUDGE, enforce=["DG"]).refuses
    with pytest.raises(ConfigError, match="no active rule"):
        ScoredVerifier(JUDGE, enforce=["PC002"])


def test_a_worker_process_scores_as_this_one_does():
    steps = STEPS[:8]
    here = InlineStream(ScoredVerifier(hashed, enforce=["PC001"]))
    there = ProcessStream(partial(ScoredVerifier, hashed, enforce=["PC001"]))
    found = []
    for stream in (here, there):
        before = None
        for at, text in enumerate(steps):
            stream.submit("t", PROBLEM, before, Step(at, 0, len(text), len(text), text), at)
            before = Before(text, before)
        reports = {}
        while len(reports) < len(steps):
            stream.wait(5.0)
            reports |= {ticket: report for _, ticket, report in stream.drain()}
        found.append([reports[at] for at in range(len(steps))])
        stream.close()
    assert found[0] == found[1]
    assert any(own(report) for report in found[0])
