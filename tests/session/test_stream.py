from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from tests.testing import faults

from verifirst.core.before import Before
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status
from verifirst.errors import ConfigError, InputError
from verifirst.session import check_steps
from verifirst.stream import InlineStream, LedgerCache, ProcessStream, VerifierSpec, VerifierStream
from verifirst.verifier import Verifier

PROBLEM = "Tom has 3 apples and 12 pears."
SPEC = VerifierSpec(enforce=("AR", "DG"))
STEPS = ("3 + 12 = 15", "nothing", "15 * 2 = 31", "31 - 1 = 30", "The answer is 30.")


def step(index: int, text: str) -> Step:
    return Step(index, 0, len(text), len(text), text)


def collect(stream: VerifierStream, count: int) -> dict[tuple[str, int], Report]:
    found: dict[tuple[str, int], Report] = {}
    for _ in range(600):
        found.update({(trace, ticket): report for trace, ticket, report in stream.drain()})
        if len(found) >= count:
            break
        stream.wait(0.1)
    assert len(found) == count
    return found


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessStream]:
    stream = ProcessStream(SPEC, workers=2, timeout_s=20.0)
    yield stream
    stream.close()


@pytest.fixture(params=["inline", "process"])
def stream(request: pytest.FixtureRequest, process: ProcessStream) -> VerifierStream:
    return InlineStream(SPEC()) if request.param == "inline" else process


def test_reports_equal_those_of_a_session(stream: VerifierStream) -> None:
    for index, text in enumerate(STEPS):
        stream.submit("plain", PROBLEM, Before.of(STEPS[:index]), step(index, text), index + 100)
    found = collect(stream, len(STEPS))
    expected = check_steps(SPEC(), PROBLEM, STEPS)
    assert [found["plain", index + 100] for index in range(len(STEPS))] == expected


def test_rollbacks_and_other_traces_need_no_message(stream: VerifierStream) -> None:
    tried = [
        ("a", ()),
        ("b", STEPS[:2]),
        ("a", STEPS[:3]),
        ("a", ("3 + 12 = 15", "15 * 2 = 30")),
        ("a", ()),
        ("b", STEPS[:4]),
    ]
    for ticket, (trace, before) in enumerate(tried):
        stream.submit(trace, PROBLEM, Before.of(before), step(len(before), "15 - 1 = 14"), ticket)
    found = collect(stream, len(tried))
    for ticket, (trace, before) in enumerate(tried):
        assert found[trace, ticket] == check_steps(SPEC(), PROBLEM, [*before, "15 - 1 = 14"])[-1]


def test_a_trace_id_may_be_reused_for_another_problem(stream: VerifierStream) -> None:
    for ticket, problem in enumerate([PROBLEM, "Ann has 99 plums."]):
        stream.submit("again", problem, None, step(0, "99 + 1 = 100"), ticket)
    found = collect(stream, 2)
    assert found["again", 1] == check_steps(SPEC(), "Ann has 99 plums.", ["99 + 1 = 100"])[0]


def test_a_forgotten_trace_is_never_reported(stream: VerifierStream) -> None:
    stream.submit("gone", PROBLEM, None, step(0, STEPS[0]), 1)
    stream.forget("gone")
    stream.forget("never seen")
    stream.submit("kept", PROBLEM, None, step(0, STEPS[0]), 2)
    assert set(collect(stream, 1)) == {("kept", 2)}


def test_a_step_follows_the_steps_before_it(stream: VerifierStream) -> None:
    with pytest.raises(InputError, match="step 2 must follow 2 earlier steps, found 1"):
        stream.submit("a", PROBLEM, Before("x"), step(2, "y"), 1)


@pytest.mark.parametrize(
    ("factory", "reason"),
    [
        (faults.looping, Reason.TIMEOUT),
        (faults.dying, Reason.WORKER_LOST),
        (faults.raising, Reason.RULE_ERROR),
    ],
)
def test_seeded_fault_a_rule_that_loops_dies_or_raises_is_unknown_and_ends_nothing(
    factory: Callable[[], Verifier], reason: Reason
) -> None:
    stream = ProcessStream(factory, timeout_s=1.0)
    try:
        stream.submit("a", "", None, step(0, "1 + 1 = 2"), 1)
        stream.submit("a", "", Before("no claim"), step(1, "no claim either"), 2)
        found = collect(stream, 2)
    finally:
        stream.close()
    bad, good = found["a", 1], found["a", 2]
    assert bad.status is Status.UNKNOWN
    assert [verdict.reason for verdict in bad.verdicts] == [reason]
    assert [verdict.reason for verdict in good.verdicts] == [Reason.NO_CLAIM]
    if reason is not Reason.RULE_ERROR:
        assert bad.verdicts[0].claim is None


def test_a_step_that_hangs_once_does_not_take_later_steps_with_it() -> None:
    stream = ProcessStream(faults.looping, timeout_s=1.0)
    try:
        for ticket, text in enumerate(["2 + 2 = 4", "1 + 1 = 2", "3 + 3 = 6"]):
            stream.submit(text, "", None, step(0, text), ticket)
        found = collect(stream, 3)
    finally:
        stream.close()
    reasons = {ticket: report.verdicts[0].reason for (_, ticket), report in found.items()}
    assert reasons == {0: None, 1: Reason.TIMEOUT, 2: None}


def test_the_ledger_cache_is_bounded_and_forgets_the_oldest() -> None:
    cache = LedgerCache(SPEC(), limit=3)
    for number in range(10):
        cache.check(str(number), PROBLEM, None, step(0, STEPS[0]))
    assert len(cache) == 3
    expected = check_steps(SPEC(), PROBLEM, STEPS[:3])[-1]
    assert cache.check("0", PROBLEM, Before.of(STEPS[:2]), step(2, STEPS[2])) == expected
    with pytest.raises(ConfigError, match="at least 1"):
        LedgerCache(SPEC(), limit=0)


def test_a_spec_builds_the_verifier_it_describes() -> None:
    assert VerifierSpec()().enforced == Verifier().enforced
    spec = VerifierSpec(enforce=("AR",), packs=("verifirst.rules.arithmetic",))
    assert all(rule.code.startswith("AR") for rule in spec().rules)
    with pytest.raises(ConfigError, match="cannot be imported"):
        VerifierSpec(packs=("no.such.pack",))()


def test_a_factory_must_reach_the_workers() -> None:
    with pytest.raises(ConfigError, match="must pickle"):
        ProcessStream(lambda: Verifier())  # noqa: PLW0108  # a lambda is the point
    stream = ProcessStream(partial(Verifier, enforce=("AR",)))
    stream.close()
    stream.close()
