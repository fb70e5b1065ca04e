"""A request that begins behind output that stands already is the request that wrote it, from there on."""

from collections import deque

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.decoding.test_dual_stream import END, SETTINGS, TABLE, VOCABULARY, coin, report_on

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.verdict import Status, Verdict
from verifirst.decoding import Committed, DualStream, Finished, FinishReason, Release, RolledBack, Settings
from verifirst.decoding.text import ByteDetokenizer
from verifirst.errors import InputError
from verifirst.policy import Policy
from verifirst.segment import segmenter

LINE = VOCABULARY.index(b"\n")
PATIENT = {"work_factor": 1000.0, "release": Release.STEP}
LINES = st.lists(
    st.lists(st.sampled_from([0, 1, 2, 3, 9, 11]), min_size=1, max_size=4).map(lambda line: (*line, LINE)), max_size=4
).map(lambda lines: [token for line in lines for token in line])


def opened(max_tokens, decoder_settings, prefix=(), convention="newline", events=None):
    emit = None if events is None else events.append
    return DualStream(
        0, max_tokens, ByteDetokenizer(TABLE), segmenter(convention), Policy(), decoder_settings, emit, prefix
    )


def finish(stream, salt, rate, delay=2):
    """Let a random model and a random verifier go on; the keys count tokens with the prefix."""
    late = deque()
    while not stream.finished:
        if stream.wants_token:
            allowed = [token for token in range(len(TABLE)) if token not in stream.banned]
            token = allowed[int(coin("model", salt, stream.attempt, len(stream.tokens)) * len(allowed))]
            (stream.append_end if token == END else stream.append)(token, -float(len(stream.tokens)))
        late.extend((stream.attempt, len(stream.tokens) + delay, item) for item in stream.take_submissions())
        while late and (not stream.wants_token or late[0][1] <= len(stream.tokens)):
            item = late.popleft()[2]
            stream.deliver(item.ticket, report_on(item.step, salt, rate))
    return stream


@settings(max_examples=500, deadline=None)
@given(LINES, st.integers(0, 10**9), st.sampled_from([0.0, 0.3, 0.7, 1.0]), SETTINGS)
def test_a_fork_goes_on_as_the_stream_that_wrote_its_prefix(prefix, salt, rate, drawn):
    decoder_settings = Settings(**{name: getattr(drawn, name) for name in ("retries_per_boundary", "ban")}, **PATIENT)
    whole = opened(30 + len(prefix), decoder_settings)
    whole.extend(prefix)
    steps = whole.take_submissions()
    for item in steps:
        whole.deliver(item.ticket, Report(item.step, (Verdict(Status.VERIFIED, Claim(0, 1), "T001"),)))
    assume(whole.released == len(prefix))
    finish(whole, salt, rate)
    events = []
    fork = finish(opened(30, decoder_settings, prefix, events=events), salt, rate)
    base = len(prefix)
    assert fork.base == base
    assert (fork.tokens, fork.finish_reason) == (whole.tokens, whole.finish_reason)
    assert fork.logprobs[base:] == whole.logprobs[base:]
    assert fork.reports == whole.reports[len(steps) :]
    assert fork.spans == [(start - base, end - base) for start, end in whole.spans[len(steps) :]]
    assert [(one.boundary, one.token_ids) for one in fork.rejections] == [
        (one.boundary - base, one.token_ids) for one in whole.rejections
    ]
    assert fork.tally.sampled == whole.tally.sampled - base
    released = "".join(event.text for event in events if isinstance(event, Committed))
    assert released == fork.written == next(event.text for event in events if isinstance(event, Finished))
    assert fork.text.text == whole.text.text
    assert fork.coverage.steps == len(fork.reports)


@settings(max_examples=300, deadline=None)
@given(LINES, st.integers(0, 10**9), st.sampled_from([0.3, 1.0]), SETTINGS)
def test_nothing_of_a_prefix_is_ever_cut(prefix, salt, rate, decoder_settings):
    events = []
    fork = finish(opened(30, decoder_settings, prefix, events=events), salt, rate)
    assert fork.tokens[: len(prefix)] == prefix
    assert all(event.tokens >= 0 for event in events if isinstance(event, RolledBack))
    assert all(rejection.boundary >= 0 for rejection in fork.rejections)
    if rate == 1.0:
        assert not fork.written.strip()


def test_a_cause_in_the_prefix_is_retried_behind_it_until_the_budget_is_spent():
    prefix = [0, LINE, 1, LINE]
    for release in Release:
        fork = opened(30, Settings(retries_per_boundary=2, release=release, ban=False), prefix)
        while not fork.finished:
            fork.extend([0, 0, LINE])
            for item in fork.take_submissions():
                assert (item.step.index, item.before.texts()) == (2, ("a", "b1"))
                refuted = Verdict(Status.REFUTED, Claim(0, 1), "T001")
                fork.deliver(item.ticket, Report(item.step, (refuted,), cause=0))
        assert (fork.tokens, fork.finish_reason) == (prefix, FinishReason.EXHAUSTED)
        assert [rejection.boundary for rejection in fork.rejections] == [0, 0, 0]


@pytest.mark.parametrize(
    ("convention", "text", "steps"),
    [
        ("newline", [0, LINE, 1, LINE, LINE], 2),
        ("newline", [LINE], 0),
        ("sentence", [11, 4, 9, 11, 3], 2),  # the second sentence closes once the next one begins
        ("sentence", [11, 4], 1),
        ("numbered", [0, LINE], 1),
    ],
)
def test_a_prefix_ends_where_a_step_does(convention, text, steps):
    fork = opened(9, Settings(), text, convention)
    assert len(fork.steps) == steps
    assert fork.open_tokens == 0
    fork.extend([9, LINE])
    fork.finish(FinishReason.LENGTH)
    assert [item.step.index for item in fork.take_submissions()] == [steps]


@pytest.mark.parametrize("text", [[0], [0, LINE, 1], [0, 4, 9]])
@pytest.mark.parametrize("convention", ["newline", "sentence"])
def test_a_prefix_that_ends_amid_a_step_is_refused(convention, text):
    with pytest.raises(InputError, match="cut it where a step ends"):
        opened(9, Settings(), text, convention)


def test_a_prefix_that_ends_amid_a_character_is_refused():
    table = ["é".encode()[:1], "é".encode()[1:], b"\n"]
    with pytest.raises(InputError, match="amid a character"):
        DualStream(0, 9, ByteDetokenizer(table), segmenter("newline"), Policy(), Settings(), prefix=[0, 1, 2, 0])
