import json

import pytest
from typer.testing import CliRunner

from verifirst.cli.app import app

ROWS = (
    {"id": "a", "problem": "p", "steps": ["3 + 4 = 7", "7 * 2 = 15"], "first_error_step": 1, "final_correct": True},
    {"id": "b", "problem": "p", "steps": ["6 / 2 = 4"], "first_error_step": -1},
    {"id": "c", "problem": "p", "steps": ["Nothing."], "first_error_step": 0},
)
ENTRY = {"set": "small", "id": "b", "step": 0, "rule": "AR", "verdict": "genuine error", "reason": "6 / 2 is 3"}


@pytest.fixture
def labels(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/small.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "data/other.jsonl").write_text('{"text": "no labels"}\n')

    def invoke(*arguments):
        return CliRunner().invoke(app, ["bench", "labels", "data", "--rules", "AR", *arguments])

    return invoke


def test_tables_for_people(labels):
    result = labels()
    assert result.exit_code == 0, result.exception
    assert "left out, no labelled steps: other" in result.stderr
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()}
    assert rows["AR001"][:6] == ["AR001", "wrong-result", "1", "0", "1", "50.000%"]
    assert "first errors" in result.stdout


def test_json_and_adjudications(labels, tmp_path):
    (tmp_path / "benchmarks/adjudications").mkdir(parents=True)
    (tmp_path / "benchmarks/adjudications/small.jsonl").write_text(json.dumps(ENTRY) + "\n")
    total = json.loads(labels("--json").stdout)["total"]
    assert (total["counts"]["good_flagged"], total["counts"].get("good_false", 0)) == (1, 0)
    assert total["counts"]["spurious_caught"] == 1


def test_flags_page_and_missed_steps(labels, tmp_path):
    assert labels("--flags", "f.jsonl", "--html", "f.html", "--missed", "5").exit_code == 0
    flags = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text().splitlines()]
    assert [(flag["id"], flag["kind"]) for flag in flags] == [("a", "caught"), ("b", "false flag"), ("c", "missed")]
    assert (tmp_path / "f.html").read_text().count("<article") == 3
    printed = labels("--missed", "5").stdout
    assert "missed: small c step 0" in printed


def test_what_changed_since_a_result(labels):
    assert labels("--write", "--results", "r.json").exit_code == 0
    assert "nothing changed" in labels("--diff", "--results", "r.json").stdout
    changed = labels("--diff", "--results", "r.json", "--limit", "1")
    assert changed.exit_code == 2
    missing = labels("--diff", "--results", "gone.json")
    assert "gone.json" in str(missing.exception)


@pytest.mark.parametrize("arguments", [["--sets", "nothing"], ["--rules", "ZZ"], ["--adjudications", "gone"]])
def test_a_wrong_name_is_an_error(labels, arguments):
    result = labels(*arguments)
    assert result.exit_code != 0
    assert "expected" in str(result.exception) or "names no rule" in str(result.exception)


def test_other_checkers_on_the_same_steps(labels):
    rows = {
        line.split()[0]: line.split() for line in labels("--baselines", "regex").stdout.splitlines() if line.strip()
    }
    assert (
        rows["verifirst"][1:5] == rows["regex"][1:5] == ["75.0%", "1", "1", "1"]
    )  # 3 + 4, 7 * 2 and 6 / 2, of 4 steps
    assert set(json.loads(labels("--baselines", "regex", "--json").stdout)["checkers"]) == {"verifirst", "regex"}
