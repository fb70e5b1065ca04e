import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result
from tests.cli.scripted import LINES, FakeEngine
from typer.testing import CliRunner

from verifirst.cli import generate, loading
from verifirst.cli.app import app
from verifirst.report import wire

RESULT = {**json.loads(wire.schema()), "oneOf": [{"$ref": "#/$defs/result"}]}
RELEASED = "\n".join(LINES).replace("= 8", "= 7") + "\n"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(loading, "local_engine", lambda *_, **__: fake)
    return fake


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["generate", *arguments], input=stdin)


def test_a_pipe_gets_released_text_and_nothing_else(engine: FakeEngine) -> None:
    result = run("Tom has 3 bags of 4 apples and eats 5.")
    assert (result.exit_code, result.stdout, result.stderr) == (0, RELEASED, "")


def test_settings_reach_the_request(engine: FakeEngine) -> None:
    run("P", "--temperature", "0.7", "--seed", "5", "--max-new-tokens", "90", "--no-enforce-reasoning")
    (request,) = engine.requests
    assert (request.prompt, request.problem) == ("P\n", "P")
    assert (request.temperature, request.seed, request.max_tokens, request.enforce) == (0.7, 5, 90, False)


def test_json_of_one_prompt(engine: FakeEngine) -> None:
    record = json.loads(run("P", "--json").stdout)
    assert record["text"] == RELEASED
    assert (record["finish_reason"], record["enforced"]) == ("stop", True)
    assert (record["steps_refused"], record["rollbacks"]) == (1, 1)
    assert record["tokens_sampled"] > record["tokens"]
    known = RESULT["$defs"]["result"]["properties"]
    jsonschema.validate({name: value for name, value in record.items() if name in known}, RESULT)


def test_a_file_of_problems_keeps_its_order_and_its_errors(engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "a", "problem": "A?"}\n{"id": "b"}\n{"id": "c", "problem": "C?"}\n')
    result = run("--problems", str(path), "--seed", "3", "--json")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 2
    assert [record["id"] for record in records] == ["a", "b", "c"]
    assert records[1]["error"] == "line 2: expected `problem` to hold a problem, found nothing"
    assert [request.seed for request in engine.requests] == [3, 4]


def test_a_file_of_problems_for_people(engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "a", "problem": "A?"}\n')
    result = run("--problems", str(path))
    assert result.exit_code == 0
    assert result.stdout.startswith("A?\n· a unknown  2 of 3 claims decided\n  ✓  0 So 3 * 4 = 12 apples.\n")
    assert "= 8" not in result.stdout  # refused text is never shown as output


def test_groups_are_bounded(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    solve: Callable[..., object] = engine.generate
    monkeypatch.setattr(engine, "generate", lambda requests: sizes.append(len(requests)) or solve(requests))
    monkeypatch.setattr(generate, "GROUP", 2)
    result = run("--problems", "-", "--json", stdin='{"problem": "A?"}\n' * 5)
    assert (result.exit_code, sizes, len(result.stdout.splitlines())) == (0, [2, 2, 1], 5)


WITHOUT = """
import sys
sys.modules["transformers"] = None
from verifirst.cli import main
sys.argv = ["verifirst", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("command", [["generate", "How many?"], ["demo"], ["bench", "word-problems"]])
def test_a_missing_extra_is_named(command: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith(
        "verifirst: transformers is not installed; install it with: pip install 'verifirst[local]'\n"
    )
