"""Readers behind a desk give what a dual stream in this process gives, whatever happens to their processes."""

import functools
import os
import random
import signal
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.vllm.judged import Judged

from verifirst.decoding import BanTrie, DualStream, Release, Settings
from verifirst.decoding.loudness import loudness
from verifirst.decoding.text import ByteDetokenizer
from verifirst.engines.vllm.reading import Broken, Desk
from verifirst.engines.vllm.summary import summarize
from verifirst.errors import ConfigError
from verifirst.policy import OnUnknown, Policy
from verifirst.segment import segmenter
from verifirst.verifier import Ledger, Verifier

TABLE = [b"a", b"bc", b" ", b"1 + 1", b"\n", b".\n", b"\xc3", b"\xa9", b"<think>", b"</think>", b""]
BYTES = ByteDetokenizer(TABLE)
END = len(TABLE) - 1
PATIENCE_S = 60.0


def spelling():
    return BYTES


def sample(seed, banned, attempt, position):
    """The token at a position: of the attempt, never of the time at which a verdict came."""
    chance = random.Random(f"{seed}/{attempt}/{position}")
    if END not in banned and chance.random() < 0.02:
        return END
    return chance.choice([token for token in range(END) if token not in banned] or [END])


def options(**changed):
    return {
        "max_tokens": 60,
        "segment": "newline",
        "policy": Policy(),
        "settings": Settings(work_factor=1000, retries_per_boundary=3),
        "problem": "accept",
        "started": 0.0,
        "events": False,
    } | changed


def alone(seed, chosen, verifier):
    """The oracle: one dual stream, one ledger, each step judged at once."""
    stream = DualStream(
        0, chosen["max_tokens"], BYTES, segmenter(chosen["segment"]), chosen["policy"], chosen["settings"]
    )
    ledger = Ledger.open(verifier, chosen["problem"])
    while not stream.finished:
        token = sample(seed, stream.banned, stream.attempt, len(stream.tokens))
        stream.append_end(token) if token == END else stream.append(token)
        for item in stream.take_submissions():
            attempt = stream.attempt
            ledger.rollback(item.step.index)
            stream.deliver(item.ticket, ledger.push(item.step))
            if stream.attempt != attempt or stream.finished:
                break
    return stream.tokens, stream.finish_reason.value, stream.tally.refused, stream.tally.rollbacks


class Request:
    """What an engine does for one request, without the engine."""

    def __init__(self, desk, seed, chosen):
        self.desk, self.seed, self.limit = desk, seed, chosen["max_tokens"]
        self.loud = loudness(BYTES, segmenter(chosen["segment"]).closers)
        self.reading = desk.open(self, **chosen)
        self.output, self.tries = [], {}
        self.read = self.attempt = self.lost = self.released = 0
        self.finish = self.end = self.summary = self.broken = None
        self.asked = False
        self.told, self.events = [], []

    def step(self, now):
        """One forward pass: a token, where one is wanted; read where it may close a step."""
        if self.end or self.broken:
            return
        fresh = False
        if self.finish is None:
            token = sample(self.seed, self.banned(), self.attempt, len(self.output))
            self.output.append(token)
            fresh = self.loud[token] or len(self.output) - self.read >= 16
            if token == END:
                self.finish = ("stop", True)
            elif len(self.output) >= self.limit:
                self.finish = ("length", False)
        if (fresh or self.finish) and not self.asked:
            tokens, self.read, lost = self.output[self.read :], len(self.output), self.lost
            self.lost, self.asked = 0, self.finish is not None
            self.desk.send(self.reading, self.attempt, tokens, self.read, self.finish, lost, now)

    def banned(self):
        banned = frozenset()
        for anchor, trie in self.tries.items():
            banned |= trie.banned_after(self.output, anchor)
        return banned

    def take(self, upto, answer):
        if isinstance(answer, Broken):
            self.broken = answer.why
            return
        self.released, _, _, attempt, self.summary, news = answer
        self.told.append(self.released)
        self.events += (news or {}).get("events", ())
        if news and "closers" in news:
            self.loud = loudness(BYTES, news["closers"])
        if news and "cut" in news:
            keep, paths = news["cut"]
            assert keep >= self.told[-2] if len(self.told) > 1 else True, "what has left stays"
            self.lost += len(self.output) - upto
            del self.output[keep:]
            self.read, self.attempt, self.finish, self.asked = keep, attempt, None, False
            self.tries = {}
            for anchor, path in paths:
                self.tries.setdefault(anchor, BanTrie()).add(path)
        if news and "end" in news:
            self.end = news["end"]
            del self.output[self.released :]


def play(desk, seeds, chosen, disturb=lambda turn: None, passes_s=0.0):
    """Play requests side by side until each has ended."""
    requests = [Request(desk, seed, chosen) for seed in seeds]
    end = time.monotonic() + PATIENCE_S
    turn = 0
    while any(request.end is None and request.broken is None for request in requests):
        assert time.monotonic() < end, "a request is stuck"
        now = time.monotonic()
        for request in requests:
            request.step(now)
        desk.flush()
        for reading, upto, _, _, answer in desk.drain(now):
            reading.owner.take(upto, answer)
        disturb(turn)
        turn += 1
        time.sleep(passes_s)
    for request in requests:
        desk.forget(request.reading)
    assert desk.queue_depth == 0
    return requests


def unknown(request):
    import pickle

    return pickle.loads(request.summary)["unknown"]


def kill(desk, index):
    """Kill a process that is at work: three that die while they start end a lane for good."""
    if desk._lanes[index].worker.ready:
        os.kill(desk.pids[index], signal.SIGKILL)


@pytest.fixture(scope="module")
def desk():
    made = Desk(Judged, spelling, workers=2, timeout_s=2.0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def local():
    return Desk(Judged, spelling, workers=0)


CHOICES = st.fixed_dictionaries(
    {
        "segment": st.sampled_from(["newline", "think", "sentence"]),
        "policy": st.sampled_from([Policy(), Policy(on_unknown=OnUnknown.STRICT)]),
        "problem": st.sampled_from(["accept", "refute=0.3 salt=1", "refute=0.7 salt=2"]),
        "settings": st.builds(
            Settings,
            work_factor=st.just(1000.0),
            retries_per_boundary=st.integers(0, 3),
            release=st.sampled_from(list(Release)),
        ),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), CHOICES)
def test_a_desk_in_this_process_gives_what_a_dual_stream_gives(local, seed, changed):
    chosen = options(**changed)
    seeds = [seed, seed + 1]
    for request, one in zip(play(local, seeds, chosen), seeds, strict=True):
        assert (request.output, request.end) == alone(one, chosen, Judged())[:2]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), CHOICES, st.sets(st.integers(0, 80), max_size=3))
def test_processes_give_the_same_though_they_are_killed(desk, seed, changed, kills):
    def disturb(turn):
        if turn in kills:
            kill(desk, turn % 2)

    chosen = options(**changed)
    seeds = [seed + index for index in range(4)]
    for request, one in zip(play(desk, seeds, chosen, disturb, passes_s=0.001), seeds, strict=True):
        if request.broken is None and "WORKER_LOST" not in unknown(request):
            assert (request.output, request.end) == alone(one, chosen, Judged())[:2]


def test_a_killed_process_costs_no_verdict(desk):
    before = desk.restarts

    def disturb(turn):
        if turn == 15:
            kill(desk, 0)
            kill(desk, 1)

    chosen = options(problem="refute=0.4 salt=5", max_tokens=100)
    for request, seed in zip(play(desk, range(6), chosen, disturb, passes_s=0.002), range(6), strict=True):
        assert request.broken is None
        assert (request.output, request.end) == alone(seed, chosen, Judged())[:2]
    assert desk.restarts >= before + 2


@pytest.mark.parametrize(
    ("problem", "reason"), [("hang=0.3", "TIMEOUT"), ("die=0.3", "WORKER_LOST"), ("raise=0.3", "RULE_ERROR")]
)
def test_a_step_that_cannot_be_judged_is_unknown_and_the_others_are_judged(problem, reason):
    chosen = options(problem=problem, max_tokens=30)
    wanted = options(problem="accept", max_tokens=30)
    hasty = Desk(Judged, spelling, timeout_s=0.4)
    try:
        requests = play(hasty, range(2), chosen)
    finally:
        hasty.close()
    assert any(reason in unknown(request) for request in requests)
    for request, seed in zip(requests, range(2), strict=True):
        assert (request.output, request.end) == alone(seed, wanted, Judged())[:2]
        assert set(unknown(request)) <= {reason, "NO_CLAIM"}


def test_beyond_the_queue_steps_are_shed(desk):
    small = Desk(Judged, spelling, timeout_s=20.0, max_queue=2)
    try:
        requests = play(small, range(6), options(problem="sleep=0.02", max_tokens=40))
    finally:
        small.close()
    assert any("OVERLOADED" in unknown(request) for request in requests)


def test_where_no_process_can_start_nothing_is_judged_and_every_request_ends():
    broken = Desk(functools.partial(os.abort), spelling)
    try:
        (request,) = play(broken, [3], options(problem="refute=1"))
    finally:
        broken.close()
    assert request.end in ("stop", "length")
    assert set(unknown(request)) == {"WORKER_LOST"}


def test_a_factory_that_raises_is_told(desk):
    broken = Desk(functools.partial(int, "x"), spelling)
    try:
        (request,) = play(broken, [3], options())
    finally:
        broken.close()
    assert set(unknown(request)) == {"WORKER_LOST"}


def test_the_summary_and_the_events_are_those_of_the_dual_stream(desk):
    import pickle

    chosen = options(problem="refute=0.4 salt=5", events=True)
    (request,) = play(desk, [11], chosen)
    tokens, end, refused, rollbacks = alone(11, chosen, Judged())
    summary = pickle.loads(request.summary)
    assert (summary["steps_refused"], summary["rollbacks"], summary["finish_reason"]) == (refused, rollbacks, end)
    assert summary["tokens"]["released"] == len(tokens)
    assert [event["type"] for event in request.events].count("refuted") == refused
    assert set(summary) == set(summarize(_a_stream(), final=False, finish_reason=None))


def _a_stream():
    return DualStream(0, 1, BYTES, segmenter("newline"), Policy(), Settings())


def test_the_rules_themselves_run_over_there():
    made = Desk(Verifier, spelling)
    try:
        requests = play(made, range(3), options(problem="", max_tokens=50))
    finally:
        made.close()
    for request, seed in zip(requests, range(3), strict=True):
        assert request.output == alone(seed, options(problem="", max_tokens=50), Verifier())[0]


def test_settings_are_checked_and_close_is_idempotent():
    with pytest.raises(ConfigError, match="must be positive"):
        Desk(Judged, spelling, timeout_s=0)
    with pytest.raises(ConfigError, match="must pickle"):
        Desk(lambda: None, spelling)
    made = Desk(Judged, spelling)
    made.close()
    made.close()
    assert made.pids == []
