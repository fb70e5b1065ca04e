import json
from typing import Any

import pytest
from typer.testing import CliRunner

from verifirst.bench import benchmark
from verifirst.cli.app import app

ARM = {
    "n": 40,
    "accuracy": 0.5,
    "accuracy_ci": (0.35, 0.65),
    "spurious": 0.1,
    "spurious_ci": (0.03, 0.3),
    "tokens": 61.2,
    "ms_per_step": 7.5,
    "refused": 1234,
    "rollbacks": 3,
    "exhausted": 2,
}
ARMS = dict.fromkeys(("off", "on", "whole_solution_rejection"), ARM)
CALLS: list[dict[str, Any]] = []


def fake(**settings: Any) -> dict[str, Any]:
    CALLS.append(settings)
    settings["progress"](3, 120)
    return {**ARMS, "change": {"accuracy": 0.41, "spurious": None}}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmark, "word_problems", fake)


def test_a_table_for_people() -> None:
    result = CliRunner().invoke(app, ["bench", "word-problems", "--n", "40", "--temperature", "0.5", "--seed", "9"])
    assert result.exit_code == 0, result.exception
    assert (CALLS[-1]["n"], CALLS[-1]["temperature"], CALLS[-1]["seed"]) == (40, 0.5, 9)
    assert "whole-solution rejection" in result.stdout
    assert "50.0%  (35% to 65%)" in result.stdout
    assert "1,234" in result.stdout
    assert "right answers, off to on: +41% relative" in result.stdout


def test_json_is_the_last_line() -> None:
    result = CliRunner().invoke(app, ["bench", "word-problems", "--json"])
    assert json.loads(result.stdout.splitlines()[-1])["on"]["accuracy"] == 0.5
