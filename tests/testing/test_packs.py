from __future__ import annotations

import sys
from pathlib import Path

import pytest

from verifirst.errors import ConfigError
from verifirst.rules import arithmetic
from verifirst.testing import check_pack

RULE = """
from verifirst.claims import Equation
from verifirst.core.rule import Example, Rule
from verifirst.core.verdict import Status
from verifirst.rules.arithmetic.wrong_result import WrongResult

class Mine(WrongResult):
    code = "{code}"
    examples = (Example("1 + 1 = 2", Status.VERIFIED), Example("1 + 1 = {wrong}", Status.REFUTED))
"""


def pack(folder: Path, name: str, files: dict[str, str]) -> str:
    home = folder / name
    home.mkdir()
    (home / "__init__.py").write_text("")
    for file, text in files.items():
        (home / file).write_text(text)
    return name


@pytest.fixture(autouse=True)
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


def test_a_third_party_pack_passes(tmp_path: Path) -> None:
    check_pack(pack(tmp_path, "good_pack", {"mine.py": RULE.format(code="MY001", wrong=3)}), cases=5)


def test_a_pack_may_be_given_as_a_module() -> None:
    with pytest.raises(ConfigError, match="cannot be imported"):
        check_pack("no_such_pack")
    check_pack(arithmetic, cases=3)


def test_a_wrong_example_in_a_pack_is_named(tmp_path: Path) -> None:
    name = pack(tmp_path, "bad_pack", {"mine.py": RULE.format(code="MY001", wrong=2)})
    with pytest.raises(AssertionError, match=r"MY001 documents refuted but gives \['verified'\]"):
        check_pack(name, cases=3)


def test_a_code_used_twice_is_caught(tmp_path: Path) -> None:
    files = {"a.py": RULE.format(code="MY001", wrong=3), "b.py": RULE.format(code="MY001", wrong=3)}
    with pytest.raises(AssertionError, match="uses a rule code twice"):
        check_pack(pack(tmp_path, "twice_pack", files), cases=3)
