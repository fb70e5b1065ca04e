"""Reading in bulk, and putting quiet tokens off, change nothing but the time."""

import hashlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifirst.core.claim import Claim
from verifirst.core.report import Coverage, Report
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.decoding import DualStream, FinishReason, Release, Settings
from verifirst.decoding.loudness import loudness
from verifirst.decoding.text import ByteDetokenizer, GenericDetokenizer
from verifirst.policy import Policy
from verifirst.segment import CONVENTIONS, segmenter

PIECES = [b"a", b"b1 ", b" c", b".", b". ", b"\n", b"x\n", b"\n\n", b".\nA", b" B", b"? D", b"", b"$", b"\\[", b"\\]"]
PIECES += [b"$$\n", b"1. ", b"</think>", b"<think>", "é".encode(), "é".encode()[:1], "é".encode()[1:], b"\xff", b"`"]
PIECES += [b"many plain words ", b"12 + 3", b" = 15"]


def decode(tokens):
    return b"".join(PIECES[token] for token in tokens).decode("utf-8", errors="replace")


BYTES, GENERIC = ByteDetokenizer(PIECES), GenericDetokenizer(decode)
TOKENS = st.integers(0, len(PIECES))  # the last is past the vocabulary
KNOWN = st.integers(0, len(PIECES) - 1)


def coin(*key):
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=6).digest(), "big") / 2**48


def judged(step, salt):
    draw = coin(salt, step.text)
    if draw < 0.3:
        return Report(step, (Verdict(Status.REFUTED, Claim(0, 1), "T001", offending=1),))
    if draw < 0.5:
        return Report(step, (Verdict(Status.UNKNOWN, Claim(0, 1), reason=Reason.AMBIGUOUS),))
    if draw < 0.7:
        return Report(step, (Verdict(Status.UNKNOWN, None, reason=Reason.NO_CLAIM),))
    return Report(step, (Verdict(Status.VERIFIED, Claim(0, 1), "T001"),) * 2)


def made(convention, detokenizer, bound=4000, **given_settings):
    events = []
    cutter = segmenter(convention, max_step_chars=bound)
    limit, release = given_settings.pop("max_tokens", 60), given_settings.pop("release", Release.END)
    decoder_settings = Settings(release=release, retries_per_boundary=2, **given_settings)
    return DualStream(0, limit, detokenizer, cutter, Policy(), decoder_settings, events.append), events


def state(stream, events):
    steps = [(pending.step, pending.cut, pending.ticket, pending.report) for pending in stream.steps]
    rest = (stream.passed, stream.released, stream.attempt, stream.tally, stream.finish_reason, stream.wants_token)
    return stream.tokens, stream.logprobs, stream.text.text, steps, rest, stream.rejections, stream.ban_paths(), events


@settings(max_examples=600, deadline=None)
@given(st.data(), st.sampled_from(CONVENTIONS), st.sampled_from([BYTES, GENERIC]), st.sampled_from(Release))
def test_extending_equals_appending_one_by_one(data, convention, detokenizer, release):
    bound = data.draw(st.sampled_from([9, 4000]))
    factor, salt = data.draw(st.sampled_from([1.5, 8.0])), data.draw(st.integers(0, 99))
    bulk, bulk_events = made(convention, detokenizer, bound, release=release, work_factor=factor)
    single, single_events = made(convention, detokenizer, bound, release=release, work_factor=factor)
    for tokens in data.draw(st.lists(st.lists(KNOWN, min_size=1, max_size=30), max_size=8)):
        if bulk.wants_token:
            bulk.extend(tokens, [float(token) for token in tokens])
        for token in tokens:
            if single.wants_token:
                single.append(token, float(token))
        assert state(bulk, bulk_events) == state(single, single_events)
        pending = [item for stream in (bulk, single) for item in stream.take_submissions()]
        for item in data.draw(st.permutations(pending[: len(pending) // 2])):
            for stream in (bulk, single):
                stream.deliver(item.ticket, judged(item.step, salt))
        assert state(bulk, bulk_events) == state(single, single_events)


@settings(max_examples=600, deadline=None)
@given(st.data(), st.sampled_from(CONVENTIONS), st.sampled_from([BYTES, GENERIC]))
def test_putting_quiet_tokens_off_closes_each_step_at_the_same_token(data, convention, detokenizer):
    prompt, _ = made(convention, detokenizer, max_tokens=10_000)
    lazy, _ = made(convention, detokenizer, max_tokens=10_000)
    fresh, salt = [], data.draw(st.integers(0, 99))
    for token in data.draw(st.lists(KNOWN if detokenizer is GENERIC else TOKENS, max_size=120)):
        prompt.append(token)
        fresh.append(token)
        if lazy.loudness[token] or len(fresh) == 64:
            lazy.extend(fresh)
            fresh = []
        assert [pending.step for pending in lazy.steps] == [pending.step for pending in prompt.steps]
        for item in prompt.take_submissions():
            if data.draw(st.booleans()):
                lazy.extend(fresh)
                fresh = []
                for stream in (prompt, lazy):
                    stream.deliver(item.ticket, judged(item.step, salt))
                assert prompt.finished == lazy.finished
        if prompt.finished:
            break


def test_plain_words_are_quiet_and_what_may_close_a_step_is_loud():
    stream, _ = made("newline", BYTES)
    quiet = [token for token in range(len(PIECES)) if not stream.loudness[token]]
    assert {PIECES.index(b"a"), PIECES.index(b". "), PIECES.index(b""), PIECES.index(b" = 15")} <= set(quiet)
    assert all(PIECES[token].isascii() and b"\n" not in PIECES[token] for token in quiet)
    assert not stream.loudness[len(PIECES) + 7]  # past the vocabulary: it spells nothing


def test_what_is_loud_follows_the_state_of_the_segmenter():
    stream, _ = made("sentence", BYTES)
    assert not stream.loudness[PIECES.index(b"a")]
    stream.append(PIECES.index(b"many plain words "))
    stream.append(PIECES.index(b". "))  # a sentence may have ended: the next character decides
    assert stream.loudness[PIECES.index(b"a")]


def test_every_token_is_loud_where_any_character_may_count():
    assert all(loudness(BYTES, "")[token] for token in range(len(PIECES)))
    assert all(loudness(BYTES, "\ufffd")[token] for token in range(len(PIECES)))


def test_unknown_logprobs_are_nan_and_lengths_must_agree():
    stream, _ = made("newline", BYTES)
    stream.extend([0, 1])
    assert all(map(math.isnan, stream.logprobs + stream.constrained_logprobs))
    with pytest.raises(ValueError, match="2 tokens came with 1"):
        stream.extend([0, 1], [0.5])
    assert len(stream.tokens) == len(stream.logprobs) == 2


def test_tokens_sampled_past_the_end_are_dropped():
    stream, _ = made("newline", BYTES, max_tokens=5)
    assert stream.room == 5
    stream.extend([0] * 9)
    assert (len(stream.tokens), stream.room, stream.wants_token) == (5, 0, False)
    with pytest.raises(ValueError, match="takes no token"):
        stream.extend([0])
    worn, _ = made("newline", BYTES, max_tokens=5, work_factor=1.0)
    worn.extend([0] * 9)
    assert worn.tally.sampled == 5
    (item,) = stream.take_submissions()
    stream.deliver(item.ticket, Report(item.step, (Verdict(Status.VERIFIED, Claim(0, 1), "T001"),)))
    assert stream.finish_reason is FinishReason.LENGTH


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(Release))
def test_coverage_and_reasons_are_those_of_the_steps_that_stand(data, release):
    stream, _ = made("newline", BYTES, max_tokens=1000, release=release, retries_per_request=1000)
    salt, waiting = data.draw(st.integers(0, 99)), []
    for tokens in data.draw(st.lists(st.lists(KNOWN, min_size=1, max_size=20), max_size=12)):
        if not stream.wants_token:
            break
        stream.extend(tokens)
        waiting += stream.take_submissions()
        for item in data.draw(st.permutations(waiting))[: data.draw(st.integers(0, len(waiting)))]:
            waiting.remove(item)
            stream.deliver(item.ticket, judged(item.step, salt))
        if data.draw(st.booleans()):  # asked for now and then, so sums are brought up late too
            assert stream.coverage == Coverage.of(stream.reports)
            reasons = [verdict.reason for report in stream.reports for verdict in report.verdicts if verdict.reason]
            assert sorted(stream.unknown.elements()) == sorted(reasons)
        cuts = [pending.cut for pending in stream.steps[: stream.passed] if pending.cut is not None]
        assert stream.open_tokens == len(stream.tokens) - max(cuts, default=0)


def test_the_paths_of_a_ban_are_told_with_their_anchor():
    stream, _ = made("newline", BYTES)
    stream.extend([PIECES.index(b"x\n")])
    (good,) = stream.take_submissions()
    stream.deliver(good.ticket, Report(good.step, (Verdict(Status.VERIFIED, Claim(0, 1), "T001"),)))
    path = (PIECES.index(b"a"), PIECES.index(b"b1 "))
    stream.extend([*path, PIECES.index(b"\n")])
    (bad,) = stream.take_submissions()
    stream.deliver(bad.ticket, Report(bad.step, (Verdict(Status.REFUTED, Claim(0, 1), "T001", offending=2),)))
    assert stream.ban_paths() == [(1, path)]
    assert stream.banned == set()  # after one more token of the path it applies
    stream.extend([path[0]])
    assert stream.banned == {path[1]}
