import io

from verifirst.core.claim import Claim
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Status, Verdict
from verifirst.decoding.events import Committed, Event, Finished, Generated, Refuted, RolledBack, Verified
from verifirst.report.console import console
from verifirst.report.watch import State, Watch, watched


def step(index: int, text: str) -> Step:
    return Step(index, 0, len(text), len(text), text)


def report(index: int, text: str, status: Status = Status.VERIFIED) -> Report:
    return Report(step(index, text), (Verdict(status, Claim(0, 3), "AR001", message="it is not"),))


def shown(log: Watch) -> list[str]:
    to = console(io.StringIO())
    to.print(log)
    return to.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


RETRIED: list[Event] = [
    Generated(0, step(0, "a = b"), 1),
    Verified(0, report(0, "a = b")),
    Committed(0, "a = b\n"),
    Generated(0, step(1, "c = d"), 1),
    Generated(0, step(2, "later"), 1),
    Refuted(0, report(1, "c = d", Status.REFUTED)),
    RolledBack(0, 1, 5, 9),
    Generated(0, step(1, "c = e"), 2),
    Verified(0, report(1, "c = e")),
    Finished(0, "a = b\nc = e", "stop"),
]


def test_a_refuted_step_stays_in_the_log_and_what_followed_it_does_not() -> None:
    log = Watch()
    for event in RETRIED:
        log.on(event)
    assert [entry.step.text for entry in log.refused] == ["c = d"]
    assert shown(log) == [
        "  ✓  0 a = b",
        "  ✗  1 c = d",
        "       ↳ AR001 c =: it is not",
        "       ↳ rolled back 9 tokens, trying again",
        "  ✓  1 c = e",
    ]


def test_a_step_is_pending_until_it_is_judged() -> None:
    log = Watch()
    log.on(Generated(0, step(0, "a = b"), 1))
    assert shown(log) == ["  ◌  0 a = b"]
    log.on(Verified(0, report(0, "a = b")))
    assert shown(log) == ["  ✓  0 a = b"]


def test_a_jump_back_reopens_a_step_that_stood() -> None:
    log = Watch()
    for event in (*RETRIED[:3], Generated(0, step(1, "x"), 1), Refuted(0, report(1, "x", Status.REFUTED))):
        log.on(event)
    log.on(RolledBack(0, 0, 0, 7))
    assert [entry.state for entry in log.entries] == [State.REOPENED, State.JUDGED]
    assert shown(log)[0] == "  ↺  0 a = b"


def test_an_exhausted_request_says_that_it_stopped() -> None:
    log = Watch()
    log.on(Finished(0, "", "exhausted"))
    assert shown(log)[-1].startswith("  ■ no acceptable step within the budget")


def test_a_pipe_gets_the_log_once_it_is_over() -> None:
    to = console(io.StringIO())
    log = watched(to, lambda on: [on(event) for event in RETRIED])
    assert log.reason == "stop"
    assert to.file.getvalue().count("a = b") == 1  # type: ignore[attr-defined]
