import re
import subprocess
from collections.abc import Callable

import pytest
from tests.cli.scripted import FakeEngine
from typer.testing import CliRunner

from verifirst.cli import demo, loading
from verifirst.cli.app import app

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(loading, "local_engine", lambda **_: fake)
    return fake


def test_the_demo_shows_a_refuted_step_with_its_reason_and_a_table(engine: FakeEngine) -> None:
    result = CliRunner().invoke(app, ["demo", "--problems", "6", "--watch", "2"])
    assert result.exit_code == 0, result.exception
    out = result.stdout
    assert out.count("  ✗  1 Then 12 - 5 = 8 are left.") == 2
    assert "↳ AR001 12 - 5 = 8: 12 - 5 is 7, not 8" in out
    assert "trying again" in out
    assert "\x1b" not in out
    for title in ("6 problems", "verification off", "verification on", "right answers", "tokens sampled"):
        assert title in out
    assert len(engine.requests) == 2 + 12


def test_the_table_can_be_left_out(engine: FakeEngine) -> None:
    result = CliRunner().invoke(app, ["demo", "--problems", "0", "--watch", "1"])
    assert result.exit_code == 0
    assert "verification off" not in result.stdout


def test_watching_goes_on_until_a_step_is_refuted_but_not_for_ever(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cli.scripted.LINES", ("So 3 * 4 = 12.",))
    assert CliRunner().invoke(app, ["demo", "--problems", "0", "--watch", "1"]).exit_code == 0
    assert len(engine.requests) == demo.MAX_WATCHED


def test_the_shipped_model_solves_and_is_corrected(run: Run) -> None:
    """The demo as a stranger runs it, with fewer problems."""
    done = run("demo", "--problems", "4", "--watch", "1", timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert re.search(r"^  ✗ +\d+ .*\n +↳ (AR|DG)\d{3} .+: .+", done.stdout, re.MULTILINE), "no step was refuted"
    assert "trying again" in done.stdout
    assert "right answers" in done.stdout
