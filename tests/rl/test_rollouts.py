"""Rollouts say what was sampled: every token once, after the tokens it followed."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decoding.test_dual_stream import END, play

from verifirst.core.verdict import Status
from verifirst.decoding import FinishReason, Release, Settings
from verifirst.engines.base import Output
from verifirst.engines.scripted import ScriptedEngine
from verifirst.errors import InputError
from verifirst.policy import OnRefuted, OnUnknown, Policy
from verifirst.rl import Rollout, rollouts
from verifirst.verifier import Verifier

DECODERS = st.builds(
    Settings,
    retries_per_boundary=st.integers(0, 4),
    reopens_per_boundary=st.integers(0, 2),
    retries_per_request=st.integers(0, 30),
    work_factor=st.sampled_from([1.0, 2.0, 8.0]),
    back_jump=st.booleans(),
    ban=st.booleans(),
    release=st.sampled_from(Release),
)
POLICIES = st.builds(Policy, on_refuted=st.sampled_from(OnRefuted), on_unknown=st.sampled_from(OnUnknown))
RATES = st.sampled_from([0.0, 0.1, 0.3, 0.6, 1.0])


def played(salt, rate, convention, decoder, policy=None, delay=0):
    stream, _, paths = play(salt, rate, convention, decoder, delay=delay, policy=policy, in_order=True)
    return Rollout.of(Output.of(stream, (7, 7), enforced=True)), stream, [path for _, path in paths]


def told(rollout):
    """Every sampled token as the output that it ended, as the rollout tells it."""
    ids = rollout.completion_ids
    found = [ids[: n + 1] for n in range(len(ids))]
    for prefix, branch in zip(rollout.prefixes(), rollout.dropped, strict=True):
        found += [prefix + branch.token_ids[: n + 1] for n in range(len(branch.token_ids))]
    return found


@settings(max_examples=600, deadline=None)
@given(st.integers(0, 10**9), RATES, DECODERS, POLICIES)
def test_every_sampled_token_is_told_once_after_the_tokens_it_followed(salt, rate, decoder, policy):
    rollout, stream, paths = played(salt, rate, "newline", decoder, policy)
    assert Counter(told(rollout)) == Counter(paths)
    assert rollout.sampled == stream.tally.sampled


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), RATES, st.sampled_from(["newline", "sentence", "numbered"]), DECODERS, st.integers(0, 12))
def test_late_verdicts_and_other_conventions_leave_out_only_what_was_sampled_ahead(
    salt, rate, convention, decoder, delay
):
    rollout, stream, paths = played(salt, rate, convention, decoder, delay=delay)
    assert not Counter(told(rollout)) - Counter(paths), "nothing is told that was not sampled"
    assert len(rollout.completion_ids) <= rollout.sampled <= stream.tally.sampled


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), RATES, DECODERS, POLICIES)
def test_steps_lie_where_they_were_sampled(salt, rate, decoder, policy):
    rollout, stream, _ = played(salt, rate, "newline", decoder, policy)
    assert [step.text for step in rollout.steps] == [report.step.text for report in stream.reports]
    reached = 0
    for step in rollout.steps:
        assert step.start in (reached, reached - 1)
        reached = step.end
        text = stream.text
        spelled = text.slice(text.chars(step.start), text.chars(step.end))
        assert step.text in spelled
    rest = stream.text.slice(stream.text.chars(reached), stream.text.length)
    assert not rest.strip()
    if rollout.completion_ids and rollout.completion_ids[-1] == END and rollout.steps:
        closed_by_end = not rollout.text.endswith("\n")
        assert (reached == len(rollout.completion_ids)) == closed_by_end


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9), RATES, DECODERS)
def test_without_jumps_tries_count_the_refusals_at_each_boundary(salt, rate, decoder):
    rollout, stream, _ = played(salt, rate, "newline", replace(decoder, back_jump=False))
    assert stream.tally.jumps == 0
    for step in rollout.steps:
        shared = any(other.end > step.start for other in rollout.steps if other.start < step.start)
        if not shared:
            assert step.tries == 1 + sum(branch.boundary == step.start for branch in rollout.branches)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), RATES, DECODERS, POLICIES)
def test_a_rollout_travels_as_json(salt, rate, decoder, policy):
    rollout, _, _ = played(salt, rate, "newline", decoder, policy)
    assert Rollout.from_dict(json.loads(json.dumps(rollout.as_dict(), allow_nan=False))) == rollout
    assert Rollout.from_dict(rollout.as_dict()) == rollout


def test_unknown_log_probabilities_are_not_written():
    rollout, _, _ = played(1, 0.0, "newline", Settings())
    with pytest.raises(InputError, match="log-probabilities"):
        replace(rollout, logprobs=(float("nan"),) * len(rollout.completion_ids)).as_dict()


def sums(text, attempt):
    """Adds wrongly once, then rightly, and ends amid a line."""
    if not text:
        return "Tom has 3 + 4 = 8 pens.\n" if not attempt else "Tom has 3 + 4 = 7 pens.\n"
    return None if text.endswith("left") else "He has 7 - 2 = 5 left"


def test_a_refusal_is_a_branch_and_its_step_took_two_tries():
    engine = ScriptedEngine(sums, settings=Settings(ban=False))
    rollout = rollouts(Batched(engine), ["How many?"])[0]
    assert [(step.text, step.status, step.tries) for step in rollout.steps] == [
        ("Tom has 3 + 4 = 7 pens.", Status.VERIFIED, 2),
        ("He has 7 - 2 = 5 left", Status.VERIFIED, 1),
    ]
    assert rollout.steps[1].end == len(rollout.completion_ids), "the end of the text closed it"
    branch = rollout.branches[0]
    assert (branch.boundary, branch.text, branch.rules) == (0, "Tom has 3 + 4 = 8 pens.", ("AR001",))
    assert "".join(map(chr, branch.token_ids)) == "Tom has 3 + 4 = 8 pens.\n"
    assert rollout.resampled
    assert rollout.coverage.decided == 2
    assert not rollout.exhausted


class Batched:
    """One request after the other."""

    def __init__(self, engine):
        self.engine = engine

    def generate(self, requests):
        return [self.engine.generate(request) for request in requests]


def test_bans_and_another_temperature_are_no_resampling():
    for decoder in (Settings(), Settings(ban=False, retry_temperature=0.5)):
        assert not Rollout.of(ScriptedEngine(sums, settings=decoder).generate("x")).resampled


def test_flagged_steps_stand_and_are_found():
    engine = ScriptedEngine(sums, verifier=Verifier(), policy=Policy(on_refuted=OnRefuted.FLAG))
    rollout = Rollout.of(engine.generate("x"))
    assert rollout.first_refuted == rollout.steps[0]
    assert rollout.steps[0].rules == ("AR001",)
    assert rollout.branches == ()


def test_a_step_that_was_cut_short_is_the_tail():
    from verifirst.engines.base import Request

    def wrong(text, attempt):
        return "3 + 4 = 7\n" if not text else "3 + 4 = 81 and so on"

    rollout = Rollout.of(ScriptedEngine(wrong).generate(Request("x", max_tokens=20)))
    assert rollout.finish_reason is FinishReason.LENGTH
    assert rollout.tail is not None
    assert (rollout.text, rollout.tail.text, rollout.branches) == ("3 + 4 = 7\n", "3 + 4 = 81", ())
