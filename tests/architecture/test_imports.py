"""What loads what: imports run downward, and the core needs the standard library only."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import verifirst

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "verifirst"
HEAVY = {"torch", "transformers", "vllm", "numpy", "sympy", "z3", "rich", "typer", "hypothesis"}
LIGHT = ["verifirst", "verifirst.session", "verifirst.stream", "verifirst.decoding", "verifirst.policy", "verifirst.rl"]


def loaded_by(module: str, source: Path = ROOT / "src") -> set[str]:
    """Top-level names of the modules that ``import module`` loads in a fresh interpreter."""
    code = f"import sys, json; before = set(sys.modules); import {module}; print(json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, timeout=120
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)}


def linted(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    return subprocess.run(
        [*command, "--config", str(root / "pyproject.toml"), "--no-cache"],
        capture_output=True, text=True, env=environment, cwd=root, check=False, timeout=300,
    )  # fmt: skip


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package and its contracts, to seed faults in."""
    shutil.copytree(SOURCE, tmp_path / "src" / "verifirst", ignore=shutil.ignore_patterns("models", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("module", LIGHT)
def test_nothing_heavy_is_loaded(module: str) -> None:
    assert loaded_by(module) & HEAVY == set()


def test_using_a_session_loads_nothing_heavy() -> None:
    code = (
        "import sys, verifirst; s = verifirst.Session('Tom has 3 apples.'); s.feed('3 + 4 = 7\\n'); "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert set(done.stdout.split()) & HEAVY == set()


def test_the_import_contracts_hold() -> None:
    result = linted(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_seeded_fault_importing_torch_in_the_core_is_caught(copied: Path) -> None:
    step = copied / "src" / "verifirst" / "core" / "step.py"
    step.write_text(step.read_text().replace("from dataclasses", "import torch\nfrom dataclasses", 1))
    result = linted(copied)
    assert result.returncode != 0
    assert "verifirst.core is not allowed to import torch" in result.stdout
    fake = copied / "src" / "torch.py"
    fake.write_text("")
    assert "torch" in loaded_by("verifirst.core.step", copied / "src")


def test_seeded_fault_importing_upward_is_caught(copied: Path) -> None:
    step = copied / "src" / "verifirst" / "core" / "step.py"
    step.write_text(step.read_text() + "\nimport verifirst.session\n")
    result = linted(copied)
    assert result.returncode != 0
    assert "verifirst.core is not allowed to import verifirst.session" in result.stdout


def test_the_public_names_resolve_and_nothing_else_does() -> None:
    assert set(verifirst.__all__) <= set(dir(verifirst))
    for name in verifirst.__all__:
        if name != "LocalEngine":  # needs torch; its home is checked below
            assert getattr(verifirst, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = verifirst.Nothing  # type: ignore[attr-defined]
    assert (SOURCE / "py.typed").exists()


def test_the_lazy_table_and_the_typed_imports_agree() -> None:
    tree = ast.parse((SOURCE / "__init__.py").read_text())
    typed = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("verifirst")
        for alias in node.names
    }
    assert typed == verifirst._HOMES
    assert {*typed, "__version__"} == set(verifirst.__all__)
    for home in verifirst._HOMES.values():
        assert importlib.util.find_spec(home.rpartition(".")[0]) is not None
