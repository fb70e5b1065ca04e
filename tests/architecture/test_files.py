"""Files stay small, say what they are for, and name no place they were written in."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "src" / "verifirst").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
MAX_LINES = 400
VAGUE = {"utils", "util", "helper", "helpers", "manager", "misc", "common"}

sources = pytest.mark.parametrize("path", FILES, ids=NAMES)


@sources
def test_a_file_fits_in_one_reading(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= MAX_LINES


@sources
def test_a_public_module_says_what_it_is_for(path: Path) -> None:
    documented = ast.get_docstring(ast.parse(path.read_text()))
    assert documented or (path.name.startswith("_") and path.name != "__init__.py")


@sources
def test_a_module_is_named_for_what_it_does(path: Path) -> None:
    assert path.stem not in VAGUE


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


def test_only_the_testing_kit_imports_hypothesis() -> None:
    users = [str(path.relative_to(ROOT)) for path in FILES if "hypothesis" in _imports(path)]
    assert all(name.startswith("src/verifirst/testing/") for name in users), users


def test_nothing_evaluates_text_as_code() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
