import gzip
import io
import sys
from pathlib import Path

import pytest

from verifirst.errors import FormatError, InputError
from verifirst.report import inputs
from verifirst.report.inputs import Line, lines, require, text


def test_lines_are_numbered_and_blank_ones_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}\n\n  \r\n[1]\r\nlast")
    assert list(lines(str(path))) == [
        Line(str(path), 1, b"{}\n"),
        Line(str(path), 4, b"[1]\r\n"),
        Line(str(path), 5, b"last"),
    ]


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"  # no .gz in the name
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    assert [line.raw for line in lines(str(path))] == [b"one\n", b"two\n"]


def test_a_broken_gzip_file_gives_its_good_lines_and_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"one\n" * 100_000)[:-20])
    found = list(lines(str(path)))
    assert found[0].raw == b"one\n"
    assert found[-1].fault.startswith("expected readable data to the end of the file, found:")
    with pytest.raises(FormatError, match="expected readable data"):
        text(str(path))


def test_an_overlong_line_is_one_fault_and_reading_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_LINE", 10)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"0123456789012345678901234567890\nshort\n01234567890")
    found = list(lines(str(path)))
    assert [(line.number, line.raw, bool(line.fault)) for line in found] == [
        (1, b"", True),
        (2, b"short\n", False),
        (3, b"", True),
    ]


def test_standard_input_may_be_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BufferedReader(io.BytesIO(gzip.compress(b"one\n")))

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert [line.raw for line in lines("-")] == [b"one\n"]


def test_positions_reach_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"one\n" * 50_000))
    seen: list[int] = []
    for _ in lines(str(path), seen.append):
        pass
    assert seen == sorted(seen)
    assert seen[-1] == path.stat().st_size


def test_text_is_utf8_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffnaïve".encode())
    assert text(str(path)) == "naïve"
    path.write_bytes(b"abc\xff")
    with pytest.raises(FormatError, match="expected UTF-8 text, found byte 0xff at offset 3"):
        text(str(path))
    monkeypatch.setattr(inputs, "MAX_LINE", 2)
    with pytest.raises(FormatError, match="found more"):
        text(str(path))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a file, found nothing there"):
        require(str(tmp_path / "none"))
    with pytest.raises(InputError, match="expected a file, found a directory"):
        require(str(tmp_path))
    require("-")
