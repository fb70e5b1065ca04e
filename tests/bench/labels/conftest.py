import json
from pathlib import Path

import pytest

from verifirst.bench.labels.adjudications import Adjudication, Adjudications
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.judging import Settings

ARITHMETIC = Settings(rules=("AR",))  # what these rules say of the rows below can be worked out by hand

ROWS = (
    {
        "id": "a", "problem": "Ann has 3 apples and buys 4.", "first_error_step": 1, "final_correct": True,
        "steps": ["3 + 4 = 7", "7 * 2 = 15", "15 - 1 = 14"], "error_kind": "spurious-correct: slip",
    },
    {"id": "b", "problem": "Two.", "steps": ["2 + 2 = 4", "", "Nice.", "6 / 2 = 4"], "first_error_step": -1},
    {"id": "c", "problem": "Many.", "steps": ["He has many.", "5 + 5 = 11"], "first_error_step": 0},
    {
        "id": "d", "problem": "No label.", "steps": ["1 + 1 = 3"], "first_error_step": None,
        "solution": "It is 3+4=<<3+4=7>>7 at least.\nSo <<2*2=4>> it goes.",
    },
    {
        "id": "e", "problem": "One.", "first_error_step": 1, "final_correct": False,
        "steps": [" 1 + 1 = 3 ", "so it goes"],
    },
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    text = "".join(json.dumps(row) + "\n" for row in ROWS)
    (tmp_path / "data/small.jsonl").write_text(text, encoding="utf-8")
    return tmp_path / "data"


@pytest.fixture
def settings() -> Settings:
    return ARITHMETIC


@pytest.fixture
def solutions(folder: Path) -> list[Labelled]:
    from verifirst.bench.labels.data import read

    found = read(folder / "small.jsonl")
    assert isinstance(found, list)
    return found


@pytest.fixture
def adjudications() -> Adjudications:
    return Adjudications({("small", "b", 3, "AR"): Adjudication("genuine error", "6 / 2 is 3")})
