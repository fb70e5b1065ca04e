"""The protocol under random models, verifiers, chunkings and delays."""

import hashlib
from collections import deque
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.decoding import Committed, DualStream, Finished, FinishReason, Release, Settings
from verifirst.decoding.text import ByteDetokenizer
from verifirst.policy import OnRefuted, OnUnknown, Policy
from verifirst.segment import segmenter

# Tokens of one and of several characters; some end a step, some straddle two steps.
VOCABULARY = [b"a", b"b1", b" c", b".", b". ", b"\n", b"x\n", b"\n\n", b".\nA", b" B", b"? D", b"d e"]
END = len(VOCABULARY)
TABLE = [*VOCABULARY, b""]


def coin(*key) -> float:
    """A reproducible number in [0, 1) for a key."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=6).digest(), "big") / 2**48


def report_on(step, salt, rate) -> Report:
    """A pure, random verifier: what it says depends on the step's text alone."""
    draw = coin("verdict", salt, step.text)
    if draw < rate:
        claim = Claim(0, len(step.text))
        offending = 1 + int(coin("offending", salt, step.text) * len(step.text))
        return Report(step, (Verdict(Status.REFUTED, claim, "T001", offending=offending),))
    if draw < rate + (1 - rate) / 2:
        return Report(step, (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM),))
    return Report(step, (Verdict(Status.VERIFIED, Claim(0, 1), "T001"),))


def play(salt, rate, convention, decoder_settings, max_tokens=40, delay=3, policy=None, in_order=False):
    """Run one request against a random model; returns the stream, its events and every sampled path."""
    events, paths, late = [], [], deque()
    cutter, policy = segmenter(convention), policy or Policy()
    stream = DualStream(0, max_tokens, ByteDetokenizer(TABLE), cutter, policy, decoder_settings, events.append)
    for _ in range(20_000):
        if stream.finished:
            break
        if stream.wants_token:
            allowed = [token for token in range(len(TABLE)) if token not in stream.banned]
            token = allowed[int(coin("model", salt, stream.attempt, len(stream.tokens)) * len(allowed))]
            paths.append((stream.attempt, (*stream.tokens, token)))
            (stream.append_end if token == END else stream.append)(token, -float(len(stream.tokens)))
        for item in stream.take_submissions():
            wait = delay if in_order else int(coin("late", salt, item.ticket) * delay)
            late.append((stream.tally.sampled + wait, item))
        due = [entry for entry in late if not stream.wants_token or entry[0] <= stream.tally.sampled]
        for entry in due:
            late.remove(entry)
            stream.deliver(entry[1].ticket, report_on(entry[1].step, salt, rate))
    return stream, events, paths


SETTINGS = st.builds(
    Settings,
    retries_per_boundary=st.integers(0, 4),
    reopens_per_boundary=st.integers(0, 2),
    retries_per_request=st.integers(0, 30),
    back_jump=st.booleans(),
    ban=st.booleans(),
    release=st.sampled_from(Release),
)
CONVENTIONS = st.sampled_from(["newline", "sentence", "numbered"])
RATES = st.sampled_from([0.0, 0.1, 0.3, 0.6, 1.0])


@settings(max_examples=3000, deadline=None)
@given(st.integers(0, 10**9), RATES, CONVENTIONS, SETTINGS, st.integers(0, 12))
def test_released_output_never_contains_a_refuted_step(salt, rate, convention, decoder_settings, delay):
    stream, events, _ = play(salt, rate, convention, decoder_settings, delay=delay)
    assert stream.finished
    released = "".join(event.text for event in events if isinstance(event, Committed))
    assert released == stream.text.text == next(event.text for event in events if isinstance(event, Finished))
    covered = "".join(report.step.text for report in stream.reports)
    assert "".join(covered.split()) == "".join(released.split()), "every released character was judged in a step"
    texts = [report.step for report in stream.reports]
    if convention == "newline":  # no lookahead: reading the output afresh finds the same steps
        fresh = segmenter(convention)
        texts += [*fresh.feed(released), *fresh.close()]
    assert [step.text for step in texts if report_on(step, salt, rate).status is Status.REFUTED] == []


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), CONVENTIONS, SETTINGS)
def test_an_accepting_verifier_changes_nothing(salt, convention, decoder_settings):
    stream, _, paths = play(salt, 0.0, convention, decoder_settings)
    assert tuple(stream.tokens) == paths[-1][1]
    assert stream.attempt == 0
    assert stream.rejections == []
    assert stream.logprobs == [-float(i) for i in range(len(stream.tokens))]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), RATES, CONVENTIONS)
def test_late_verdicts_do_not_change_the_output(salt, rate, convention):
    patient = Settings(work_factor=100.0)
    prompt_verdicts, _, _ = play(salt, rate, convention, patient, delay=0, in_order=True)
    late_verdicts, _, _ = play(salt, rate, convention, patient, delay=12, in_order=True)
    assert late_verdicts.tokens == prompt_verdicts.tokens
    assert late_verdicts.finish_reason == prompt_verdicts.finish_reason


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([0.3, 0.6]))
def test_a_banned_path_is_never_sampled_again_at_its_boundary(salt, rate):
    """With bans on, no jump back and prompt verdicts, one boundary never sees the same refused tokens twice."""
    stream, _, _ = play(salt, rate, "newline", Settings(retries_per_boundary=20, back_jump=False), delay=0)
    refused = [(rejection.boundary, rejection.token_ids) for rejection in stream.rejections]
    assert len(set(refused)) == len(refused)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), RATES, SETTINGS)
def test_budgets_hold(salt, rate, decoder_settings):
    stream, _, _ = play(salt, rate, "newline", decoder_settings)
    assert stream.tally.refused <= decoder_settings.retries_per_request + 1
    assert stream.tally.sampled <= decoder_settings.work_factor * stream.max_tokens
    assert len(stream.tokens) <= stream.max_tokens


def script(
    pieces,
    decoder_settings,
    *,
    refute,
    policy=None,
    convention="newline",
    max_tokens=200,
    unknown=(),
    cause=None,
    greedy=False,
):
    """Play literal texts, one for each attempt, with characters as tokens; returns stream and events."""
    events = []
    table = [bytes([code]) for code in range(128)]
    cutter, policy = segmenter(convention), policy or Policy()
    stream = DualStream(
        0, max_tokens, ByteDetokenizer(table), cutter, policy, decoder_settings, events.append, greedy=greedy
    )
    while not stream.finished:
        piece = pieces[min(stream.attempt, len(pieces) - 1)][len(stream.tokens) :]
        if not stream.wants_token:
            raise AssertionError("stuck: a finish is held but no verdict is due")
        if piece:
            stream.append(ord(piece[0]))
        else:
            stream.append_end(0)
        while items := stream.take_submissions():
            for item in items:
                status = Status.REFUTED if item.step.text in refute else Status.VERIFIED
                verdict = Verdict(status, Claim(0, len(item.step.text)), "T001", offending=len(item.step.text))
                if item.step.text in unknown:
                    verdict = Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM)
                at_fault = cause if status is Status.REFUTED else None
                stream.deliver(item.ticket, Report(item.step, (verdict,), cause=at_fault))
    return stream, events


def test_a_refuted_step_is_cut_banned_and_retried():
    stream, events = script(["good\nbad\n", "good\nfine\n"], Settings(), refute={"bad"})
    assert stream.text.text == "good\nfine\n"
    assert stream.finish_reason is FinishReason.STOP
    assert [rejection.text for rejection in stream.rejections] == ["bad"]
    assert [event.text for event in events if isinstance(event, Committed)] == ["good\n", "fine\n"]


def test_a_spent_budget_ends_at_the_last_verified_step():
    stream, _ = script(["good\nbad\nmore"], Settings(ban=False, retries_per_boundary=2), refute={"bad"})
    assert stream.text.text == "good\n"
    assert stream.finish_reason is FinishReason.EXHAUSTED
    assert stream.tally.refused == 3


def test_unreleased_steps_may_be_reopened_and_released_ones_may_not():
    pieces = ["one\nbad\n", "one\nbad\n", "two\nok\n"]
    ended, _ = script(pieces, Settings(retries_per_boundary=1, release=Release.END), refute={"bad"})
    assert ended.text.text == "two\nok\n"
    assert ended.tally.jumps == 1
    streamed, _ = script(pieces, Settings(retries_per_boundary=1), refute={"bad"})
    assert streamed.text.text == "one\n"
    assert streamed.finish_reason is FinishReason.EXHAUSTED


def test_a_step_that_is_tried_again_is_banned_only_where_nothing_else_would_change_it():
    """It was verified: forbidding it would make the model spell around what may be right."""
    play_with = partial(script, decoder_settings=Settings(retries_per_boundary=1, release=Release.END), refute={"bad"})
    one = [(0, tuple(map(ord, "one")))]
    sampled, _ = play_with(["one\nbad\n", "one\nbad\n", "one\nok\n"])
    assert (sampled.text.text, sampled.tally.jumps, sampled.ban_paths()) == ("one\nok\n", 1, [])
    greedy, _ = play_with(["one\nbad\n", "one\nbad\n", "two\nok\n"], greedy=True)
    assert (greedy.tally.jumps, greedy.ban_paths()) == (1, one)
    blamed, _ = play_with(["one\nbad\n", "two\nok\n"], cause=0)
    assert (blamed.tally.jumps, blamed.ban_paths()) == (1, one)


def test_a_refuted_last_step_cancels_the_held_finish():
    stream, _ = script(["good\nbad", "good\nfine"], Settings(), refute={"bad"})
    assert (stream.text.text, stream.finish_reason) == ("good\nfine", FinishReason.STOP)


def test_a_step_that_max_tokens_cut_short_is_dropped_not_retried():
    stream, _ = script(["good\nbad and more"], Settings(), refute={"bad"}, max_tokens=8)
    assert (stream.text.text, stream.finish_reason) == ("good\n", FinishReason.LENGTH)
    assert stream.rejections == []


def test_policies():
    flag, _ = script(["good\nbad\n"], Settings(), refute={"bad"}, policy=Policy(on_refuted=OnRefuted.FLAG))
    assert flag.text.text == "good\nbad\n"
    halt, _ = script(["good\nbad\n"], Settings(), refute={"bad"}, policy=Policy(on_refuted=OnRefuted.HALT))
    assert (halt.text.text, halt.finish_reason) == ("good\n", FinishReason.REFUTED)


def test_unknown_steps_can_be_refused():
    stream, _, _ = play(3, 0.0, "newline", Settings(ban=False), policy=Policy(on_unknown=OnUnknown.ROLLBACK))
    assert all(report.status is Status.VERIFIED for report in stream.reports)
    assert stream.tally.refused > 0


def test_a_retry_may_not_trade_a_refuted_claim_for_an_unchecked_one():
    pieces = ["bad\n", "who knows\n", "good\n"]
    strict = Policy(on_unknown=OnUnknown.STRICT)
    play_with = partial(script, decoder_settings=Settings(), refute={"bad"}, unknown={"who knows"})
    assert play_with(pieces)[0].text.text == "who knows\n"
    assert play_with(pieces, policy=strict)[0].text.text == "good\n"
    assert play_with(pieces[1:], policy=strict)[0].text.text == "who knows\n"


def test_retries_are_counted_at_the_open_boundary():
    stream, _ = script(["good\nbad\n", "good\nfine\nmore\n"], Settings(), refute={"bad"})
    assert stream.retries == 0  # a new boundary was reached since
    stuck, _ = script(["good\nbad\n"], Settings(ban=False, retries_per_boundary=3), refute={"bad"})
    assert stuck.retries == 4


def test_a_token_is_refused_while_a_finish_is_held():
    stream = DualStream(0, 2, ByteDetokenizer([b"a"]), segmenter("newline"), Policy(), Settings())
    stream.append(0)
    stream.append(0)
    with pytest.raises(ValueError, match="takes no token"):
        stream.append(0)
