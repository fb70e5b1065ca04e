import json
from pathlib import Path

import pytest

from verifirst.bench.labels.adjudications import Adjudications, family
from verifirst.errors import FormatError, InputError

ROOT = Path(__file__).parents[3]
ENTRY = {"set": "s", "id": "x", "step": 2, "rule": "AR001", "verdict": "genuine error", "reason": "1 + 1 is 2"}


def load(tmp_path, *lines):
    (tmp_path / "s.jsonl").write_text("".join(line + "\n" for line in lines))
    return Adjudications.load(tmp_path)


def test_an_entry_answers_for_its_family_on_its_step(tmp_path):
    known = load(tmp_path, json.dumps(ENTRY))
    found = known.of("s", "x", 2, "AR004")
    assert found is not None
    assert (found.verdict, found.reason, found.excuses) == ("genuine error", "1 + 1 is 2", True)
    assert known.of("s", "x", 2, "DG001") is None
    assert known.of("s", "x", 3, "AR001") is None
    assert known.of("t", "x", 2, "AR001") is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{", "found no JSON"),
        ("[]", "an object with the fields"),
        (json.dumps({"id": "x"}), "an object with the fields"),
        (json.dumps(ENTRY | {"verdict": "maybe"}), "found 'maybe'"),
        (json.dumps(ENTRY | {"step": "2"}), "step to be an index"),
        (json.dumps(ENTRY | {"reason": " "}), "reason to say why"),
    ],
)
def test_a_malformed_entry_is_named(tmp_path, line, expected):
    with pytest.raises(FormatError, match=r"s\.jsonl: line 2") as error:
        load(tmp_path, json.dumps(ENTRY), line)
    assert expected in str(error.value)


def test_a_folder_that_is_none(tmp_path):
    with pytest.raises(InputError, match="a folder of adjudications"):
        Adjudications.load(tmp_path / "gone")


def test_the_committed_adjudications_can_be_read():
    assert len(Adjudications.load(ROOT / "benchmarks/adjudications")) >= 60


def test_a_family_is_the_letters_of_a_code():
    assert (family("AR001"), family("AR"), family("DG12")) == ("AR", "AR", "DG")
