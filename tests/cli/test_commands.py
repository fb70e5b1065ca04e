import subprocess
import sys
from collections.abc import Callable

import pytest

import verifirst
from verifirst.rules import default_rules

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"verifirst {verifirst.__version__}\n"


@pytest.mark.parametrize(
    "command", [[], ["demo"], ["generate"], ["check"], ["explain"], ["bench"], ["bench", "word-problems"]]
)
def test_every_command_has_help_without_colour(run: Run, command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")
    assert "\x1b" not in done.stdout


def test_a_mistyped_command_is_met_with_a_suggestion(run: Run) -> None:
    done = run("chek")
    assert done.returncode == 2
    assert "Did you mean 'check'?" in done.stderr


def test_no_command_shows_help(run: Run) -> None:
    assert "Commands:" in run().stdout + run().stderr


def test_explain_lists_every_rule(run: Run) -> None:
    listed = run("explain").stdout
    assert [line.split()[0] for line in listed.splitlines()] == sorted(rule.code for rule in default_rules())


def test_explain_renders_a_rule(run: Run) -> None:
    out = run("explain", "ar001").stdout
    for part in ("# AR001 wrong-result", "## What it checks", "## Limits", "### Refuted", "Stage: stable"):
        assert part in out
    assert "\x1b" not in out


def test_explain_suggests_a_near_code(run: Run) -> None:
    done = run("explain", "AR01")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean AR001" in done.stderr


def test_generate_needs_exactly_one_source_of_problems(run: Run) -> None:
    for arguments in ([], ["a prompt", "--problems", "file.jsonl"]):
        done = run("generate", *arguments)
        assert done.returncode == 2
        assert "either a PROMPT or --problems FILE" in done.stderr


LIGHT = """
import sys
from typer.testing import CliRunner
from verifirst.cli.app import app
for arguments in (["--help"], ["--version"], ["explain", "AR001"], ["check", "-", "--json"]):
    result = CliRunner().invoke(app, arguments, input='{"steps": ["3 + 4 = 7"]}')
    assert result.exit_code == 0, (arguments, result.output, result.exception)
heavy = {"torch", "transformers", "vllm", "numpy", "sympy", "z3", "matplotlib"} & sys.modules.keys()
assert not heavy, heavy
"""


def test_commands_that_need_no_model_load_none() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
