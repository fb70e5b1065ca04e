from __future__ import annotations

from typing import Any

import pytest

from verifirst import Session, Status, Verifier
from verifirst.errors import ConfigError, InputError
from verifirst.segment import newline
from verifirst.session import check_steps

TEXT = "3 + 4 = 7\nnothing here\n7 * 2 = 15\nsix\n"
PROBLEM = "Tom has 3 apples and 4 pears."


def statuses(session: Session) -> list[Status]:
    return [report.status for report in session.reports]


def test_feed_reports_the_steps_it_closes() -> None:
    session = Session(PROBLEM)
    assert session.feed("3 + 4 ") == []
    (report,) = session.feed("= 7\n7 *")
    assert (report.step.text, report.status) == ("3 + 4 = 7", Status.VERIFIED)
    (last,) = session.feed(" 2 = 15") + session.close()
    assert (last.step.index, last.status) == (1, Status.REFUTED)
    assert session.problem == PROBLEM
    assert session.text == "3 + 4 = 7\n7 * 2 = 15"
    assert session.status is Status.REFUTED


def test_status_is_unknown_until_something_is_decided_and_while_something_is_not() -> None:
    session = Session(PROBLEM)
    assert session.status is Status.UNKNOWN
    session.feed("3 + 4 = 7\n")
    assert session.status is Status.VERIFIED
    session.feed("nothing\n")
    assert session.status is Status.UNKNOWN


def test_coverage_counts_claims_and_steps() -> None:
    session = Session(PROBLEM)
    assert session.coverage.claim_ratio is None
    assert session.coverage.step_ratio is None
    session.feed(TEXT)
    assert (session.coverage.steps, session.coverage.steps_decided) == (4, 2)


def test_rollback_keeps_the_first_steps_and_cuts_the_text_at_their_boundary() -> None:
    session = Session(PROBLEM)
    session.feed(TEXT + "open tail")
    session.rollback(2)
    assert session.text == "3 + 4 = 7\nnothing here\n"
    assert statuses(session) == [Status.VERIFIED, Status.UNKNOWN]
    (report,) = session.feed("7 * 2 = 14\n")
    assert (report.step.index, report.status) == (2, Status.VERIFIED)
    session.rollback(0)
    assert (session.text, session.reports) == ("", ())


@pytest.mark.parametrize("steps", [-1, 3, "1", None, 1.0])
def test_rollback_takes_a_number_of_closed_steps(steps: Any) -> None:
    session = Session(PROBLEM)
    session.feed("a\nb\n")
    with pytest.raises(InputError, match=r"in 0\.\.2"):
        session.rollback(steps)


def test_a_fork_goes_its_own_way() -> None:
    session = Session(PROBLEM)
    session.feed("3 + 4 = 7\n7 *")
    fork = session.fork()
    fork.feed(" 2 = 15\n")
    session.feed(" 2 = 14\n")
    assert statuses(session) == [Status.VERIFIED, Status.VERIFIED]
    assert statuses(fork) == [Status.VERIFIED, Status.REFUTED]


@pytest.mark.parametrize("wrong", [None, 3, b"bytes", ["a"]])
def test_only_text_is_taken(wrong: Any) -> None:
    with pytest.raises(InputError, match="problem must be a str, found"):
        Session(wrong)
    with pytest.raises(InputError, match="text must be a str, found"):
        Session("").feed(wrong)


def test_a_segmenter_is_named_or_fresh() -> None:
    with pytest.raises(ConfigError, match="unknown segmenter 'words'"):
        Session("", segmenter="words")
    used = newline()
    used.feed("a")
    with pytest.raises(InputError, match="fresh"):
        Session("", segmenter=used)
    assert Session("", segmenter=newline()).feed("a\n")


def test_odd_characters_are_text_like_any_other() -> None:
    session = Session("\ud800\x00")
    (report,) = session.feed("\x00\udfff = \ud800 7\n")
    assert report.status is Status.UNKNOWN


def test_native_steps_are_kept_as_they_are() -> None:
    reports = check_steps(Verifier(), PROBLEM, ["3 + 4 = 7\n", "", " 7 * 2 = 15"])
    assert [report.status for report in reports] == [Status.VERIFIED, Status.UNKNOWN, Status.REFUTED]
    assert [report.step.text for report in reports] == ["3 + 4 = 7\n", "", " 7 * 2 = 15"]
    assert [(report.step.start, report.step.end) for report in reports] == [(0, 10), (0, 0), (0, 11)]


def test_native_steps_are_a_sequence_of_text() -> None:
    with pytest.raises(InputError, match="found one str"):
        check_steps(Verifier(), "", "3 + 4 = 7")
    with pytest.raises(InputError, match="step 1 must be a str"):
        check_steps(Verifier(), "", ["a", 3])  # type: ignore[list-item]
