import gzip
import json

import pytest

from verifirst.bench.labels.data import Skipped, read, sources
from verifirst.errors import FormatError, InputError

GOOD = {"id": "x", "problem": "p", "steps": ["s"], "first_error_step": 0}


def write(path, *rows):
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_a_row_is_read_with_its_label(solutions):
    first, *_, last = solutions
    assert (first.set, first.id, first.first_error, first.spurious, first.error_kind) == ("small", "a", 1, True, "slip")
    assert (last.text(0), last.spurious) == ("1 + 1 = 3", False)
    assert [solution.first_error for solution in solutions] == [1, -1, 0, None, 1]


def test_gzip_reads_the_same(tmp_path):
    packed, plain = write(tmp_path / "one.jsonl.gz", GOOD), write(tmp_path / "one.jsonl", GOOD)
    assert read(packed) == read(plain)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"steps": "s"}, "'steps' to be a list of strings"),
        ({"steps": ["s", 1]}, "'steps' to be a list of strings"),
        ({"first_error_step": 1}, "'first_error_step' to be null or an integer from -1 to 0, found 1"),
        ({"first_error_step": True}, "'first_error_step'"),
        ({"first_error_step": -2}, "'first_error_step'"),
        ({"id": None}, "'id' to be a string"),
        ({"problem": 3}, "'problem' to be a string, found 3"),
        ({"final_correct": "yes"}, "'final_correct' to be true, false or null"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(tmp_path, wrong, expected):
    path = write(tmp_path / "bad.jsonl", GOOD, GOOD | wrong)
    with pytest.raises(FormatError, match=r"bad\.jsonl: line 2") as error:
        read(path)
    assert expected in str(error.value)


@pytest.mark.parametrize("line", ["{", "[]", "3", '"x"', "[" * 100_000])
def test_a_line_that_is_no_object(tmp_path, line):
    with pytest.raises(FormatError, match="expected a JSON object like"):
        read(write(tmp_path / "bad.jsonl", line))


def test_a_missing_label_says_what_a_line_looks_like(tmp_path):
    path = write(tmp_path / "none.jsonl", {"id": "x", "problem": "p", "steps": []})
    with pytest.raises(FormatError, match=r"no such field .*first_error_step"):
        read(path)
    skipped = read(path, strict=False)
    assert isinstance(skipped, Skipped)
    assert skipped.name == "none"


def test_folders_files_and_patterns(tmp_path):
    for name in ("one", "other", "two"):
        write(tmp_path / f"{name}.jsonl", GOOD)
    (tmp_path / "LICENCE.md").write_text("text")
    assert [path.name for path, _ in sources([str(tmp_path)])] == ["one.jsonl", "other.jsonl", "two.jsonl"]
    assert [path.name for path, _ in sources([str(tmp_path)], ["o*", "nothing"])] == ["one.jsonl", "other.jsonl"]
    assert sources([str(tmp_path / "two.jsonl")]) == [(tmp_path / "two.jsonl", True)]
    with pytest.raises(InputError, match=r"matching three, found one, other, two"):
        sources([str(tmp_path)], ["three"])
    with pytest.raises(InputError, match="found nothing there"):
        sources([str(tmp_path / "gone.jsonl")])


def test_at_most_so_many(folder, solutions):
    assert read(folder / "small.jsonl", limit=2) == solutions[:2]
    assert [solution.set for solution in solutions] == ["small"] * 5
