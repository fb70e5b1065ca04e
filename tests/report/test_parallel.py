import json
import os
import signal
from collections.abc import Callable

import pytest

from verifirst.errors import ConfigError
from verifirst.report import parallel
from verifirst.report.checking import Outcome, Settings
from verifirst.report.inputs import Line
from verifirst.report.parallel import check_lines

SETTINGS = Settings(as_json=True)


def make(count: int) -> list[Line]:
    made = [
        Line(
            "-",
            number,
            json.dumps({"id": number, "steps": [f"{number} + 1 = {number + 1 + number % 3 // 2}"]}).encode(),
        )
        for number in range(count)
    ]
    made[count // 2] = Line("-", count // 2, b"not json")
    return made


def test_processes_give_the_same_lines_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "CHUNK_BYTES", 200)
    alone = list(check_lines(SETTINGS, make(60)))
    assert list(check_lines(SETTINGS, make(60), jobs=2)) == alone
    assert [json.loads(outcome.line)["id"] for outcome in alone if not outcome.malformed] == [
        number for number in range(60) if number != 30
    ]


def test_reports_travel_too() -> None:
    settings = Settings()
    assert list(check_lines(settings, make(4), jobs=2)) == list(check_lines(settings, make(4)))


def test_input_is_read_as_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "CHUNK_BYTES", 1)
    read = 0

    def lines():
        nonlocal read
        for line in make(500):
            read += 1
            yield line

    outcomes = check_lines(SETTINGS, lines(), jobs=2)
    next(outcomes)
    assert read < 20
    outcomes.close()


def _start_fragile(_: Settings) -> Callable[[list[Line]], list[Outcome]]:
    from verifirst.report.checking import Checker

    checker = Checker(SETTINGS)

    def work(lines: list[Line]) -> list[Outcome]:
        if any(line.number == 5 for line in lines):
            os.kill(os.getpid(), signal.SIGKILL)
        return list(checker.outcomes(lines))

    return work


def test_a_line_that_kills_its_worker_is_unknown_and_the_others_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_start", _start_fragile)
    records = [json.loads(outcome.line) for outcome in check_lines(SETTINGS, make(12), jobs=2)]
    assert [record["id"] for record in records if "error" not in record] == [n for n in range(12) if n != 6]
    lost = records[5]
    assert lost["status"] == "unknown"
    assert lost["steps"][0]["claims"][0]["reason"] == "WORKER_LOST"
    assert records[4]["status"] == "verified"


def test_unknown_rules_are_refused_before_any_work() -> None:
    with pytest.raises(ConfigError, match="--rules names no rule: ZZ"):
        list(check_lines(Settings(rules=("ZZ",)), [], jobs=2))
