from pathlib import Path

import pytest

from verifirst.report import rulepages
from verifirst.rules import default_rules

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
RULES = default_rules()


def test_the_committed_pages_are_fresh() -> None:
    assert rulepages.stale(FOLDER, rulepages.pages()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_page_has_what_its_rule_says(rule) -> None:
    page = rulepages.page(rule, {})
    decided = "### Refuted" if rule.refutes else "### Verified"
    for title in ("## What it checks", "## Why it matters", "## Limits", "## Examples", decided, "## Measured"):
        assert f"\n{title}\n" in page
    assert "\n    " not in page.split("## Examples", maxsplit=1)[0]  # no docstring indent: Markdown would read code
    assert rulepages.summary(rule)


def test_figures_are_shown_when_there_are_some() -> None:
    page = rulepages.page(RULES[0], {RULES[0].code: {"false_refutations": 3, "steps": 14327, "command": "run it"}})
    assert "- false refutations: 3\n- steps: 14,327\n- command: `run it`" in page


def test_stale_missing_and_leftover_pages_are_named(tmp_path: Path) -> None:
    rulepages.write(tmp_path, {"A.md": "a", "B.md": "b"})
    (tmp_path / "A.md").write_text("changed")
    assert rulepages.stale(tmp_path, {"A.md": "a", "C.md": "c"}) == ["A.md", "B.md", "C.md"]
    rulepages.write(tmp_path, {"A.md": "a", "C.md": "c"})
    assert rulepages.stale(tmp_path, {"A.md": "a", "C.md": "c"}) == []


def test_check_fails_on_stale_pages_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rulepages.main(["--check", str(tmp_path)]) == 1
    assert "run `make docs`" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    assert rulepages.main([str(tmp_path)]) == 0
    assert rulepages.main(["--check", str(tmp_path)]) == 0
