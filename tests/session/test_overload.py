"""A stream never blocks its caller, survives killed workers, and says what it could not do."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from tests.testing import faults

from verifirst.core.before import Before
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status
from verifirst.errors import ConfigError
from verifirst.session import check_steps
from verifirst.stream import ProcessStream, VerifierSpec

PROBLEM = "Tom has 3 apples and 12 pears."
SPEC = VerifierSpec(enforce=("AR", "DG"))
TEXTS = ("3 + 12 = 15", "nothing", "15 * 2 = 31", "31 - 1 = 30", "30 + 3 = 33", "The answer is 30.")
PATIENCE_S = 60.0


def step(index, text):
    return Step(index, 0, len(text), len(text), text)


def collect(stream, count):
    found, until = {}, time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < until:
        found.update({(trace, ticket): report for trace, ticket, report in stream.drain()})
        if len(found) < count:
            stream.wait(0.1)
    assert len(found) == count
    return found


def test_a_full_queue_sheds_at_once_and_goes_on():
    stream = ProcessStream(faults.looping, timeout_s=1.0, max_queue=2)
    try:
        stream.submit("a", "", None, step(0, "1 + 1 = 2"), 0)
        for ticket in range(1, 9):
            stream.submit("b", "", None, step(0, "2 + 2 = 4"), ticket)
        assert stream.queue_depth == 2
        shed = {ticket: report for _, ticket, report in stream.drain()}
        assert set(shed) == set(range(2, 9))
        assert {report.status for report in shed.values()} == {Status.UNKNOWN}
        assert {report.verdicts[0].reason for report in shed.values()} == {Reason.OVERLOADED}
        assert "2 steps were waiting" in shed[2].verdicts[0].message
        rest = collect(stream, 2)
        assert rest["a", 0].verdicts[0].reason is Reason.TIMEOUT
        assert rest["b", 1].status is Status.VERIFIED
        assert stream.failures == {Reason.OVERLOADED: 7, Reason.TIMEOUT: 1}
        assert (stream.queue_depth, stream.restarts, stream.drain()) == (0, 1, [])
    finally:
        stream.close()


def test_a_step_that_nobody_began_in_time_is_shed_and_one_that_runs_is_not():
    stream = ProcessStream(faults.looping, timeout_s=3.0, deadline_s=0.3)
    try:
        stream.submit("warm", "", None, step(0, "2 + 2 = 4"), 0)
        until = time.monotonic() + PATIENCE_S  # a slow start sheds it: warm is what we wait for
        while not stream.pool._workers[0].ready and time.monotonic() < until:
            stream.wait(0.1)
        stream.drain()
        stream.submit("runs", "", None, step(0, "1 + 1 = 2"), 1)
        stream.submit("waits", "", None, step(0, "2 + 2 = 4"), 2)
        found = collect(stream, 2)
        found.update(collect(stream, 1) if len(found) < 2 else {})
    finally:
        stream.close()
    assert found["waits", 2].verdicts[0].reason is Reason.OVERLOADED
    assert "0.3 s" in found["waits", 2].verdicts[0].message
    assert found["runs", 1].verdicts[0].reason is Reason.TIMEOUT


def test_a_shed_step_of_a_forgotten_trace_never_comes():
    stream = ProcessStream(SPEC, max_queue=1)
    try:
        for ticket, trace in enumerate(["a", "b", "b"]):
            stream.submit(trace, "", None, step(0, "2 + 2 = 4"), ticket)
        stream.forget("b")
        assert set(collect(stream, 1)) == {("a", 0)}
        assert stream.queue_depth == 0
    finally:
        stream.close()


@pytest.mark.parametrize("seed", range(3))
def test_chaos_workers_killed_amid_traces_change_no_report(seed):
    """Steps of branching traces, workers killed at random: every report is that of a fresh session."""
    draw = random.Random(seed)
    stream = ProcessStream(SPEC, workers=2, timeout_s=20.0, max_ledgers=3)
    expected, found, chains = {}, {}, {str(trace): None for trace in range(6)}
    try:
        for ticket in range(120):
            trace, text = str(draw.randrange(6)), draw.choice(TEXTS)
            before = chains[trace]
            for _ in range(draw.choice([0, 0, 0, 1, 2])):
                before = before.parent if before else None
            stream.submit(trace, PROBLEM, before, step(before.length if before else 0, text), ticket)
            expected[trace, ticket] = check_steps(SPEC(), PROBLEM, [*(before.texts() if before else ()), text])[-1]
            chains[trace] = Before(text, before)
            if ticket % 20 == 10:
                os.kill(draw.choice(stream.pool.pids), signal.SIGKILL)
            if draw.random() < 0.3:
                stream.wait(0.01)
                found.update({(name, number): report for name, number, report in stream.drain()})
            if ticket % 20 == 19:  # all are answered, so no step meets two kills
                found.update(collect(stream, stream.queue_depth))
        assert found == expected
        assert stream.restarts >= 1
        assert stream.failures == {}
    finally:
        stream.close()


def test_more_traces_than_the_worker_keeps_are_sent_again_and_judged_right():
    stream = ProcessStream(SPEC, max_ledgers=2)
    chains = dict.fromkeys("abcde")
    try:
        for index, text in enumerate(TEXTS):
            for trace in chains:
                stream.submit(trace, PROBLEM, chains[trace], step(index, text), index)
                chains[trace] = Before(text, chains[trace])
        found = collect(stream, len(TEXTS) * len(chains))
    finally:
        stream.close()
    expected = check_steps(SPEC(), PROBLEM, TEXTS)
    assert found == {(trace, index): expected[index] for trace in chains for index in range(len(TEXTS))}


def test_a_worker_loads_nothing_heavy():
    stream = ProcessStream(SPEC)
    try:
        stream.submit("a", PROBLEM, None, step(0, TEXTS[0]), 0)
        collect(stream, 1)
        maps = Path(f"/proc/{stream.pool.pids[0]}/maps").read_text()
    finally:
        stream.close()
    # libraries that vLLM preloads into every child (LD_PRELOAD) lie in torch's folder, and are not torch
    assert not [name for name in ("libtorch", "/numpy/", "/tokenizers/") if name in maps]


def test_settings_are_checked():
    for bad in ({"max_queue": 0}, {"deadline_s": 0.0}, {"max_ledgers": 0}):
        with pytest.raises(ConfigError, match="must be positive"):
            ProcessStream(SPEC, **bad)
