import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from verifirst.report import wire

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SCHEMA = jsonschema.Draft202012Validator(json.loads(wire.schema()))
GOOD = '{"id": "g", "problem": "", "steps": ["3 + 4 = 7"]}\n'
BAD = '{"id": "b", "problem": "", "solution": "3 + 4 = 7\\n7 * 2 = 15"}\n'
SILENT = '{"id": "s", "problem": "", "steps": ["Let us think."]}\n'


def records(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for record in found:
        SCHEMA.validate(record)
    return found


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", 0),
        (GOOD, 0),
        (SILENT, 0),
        (GOOD + BAD, 1),
        (GOOD + "{}\n", 2),
        (BAD + "not json\n" + GOOD, 2),
    ],
)
def test_the_exit_code_tells(run: Run, lines: str, code: int) -> None:
    for options in ([], ["--json"]):
        assert run("check", "-", *options, stdin=lines).returncode == code


def test_one_json_line_for_each_input_line(run: Run) -> None:
    done = run("check", "-", "--json", stdin=GOOD + "\n" + "oops\n" + BAD + '{"id": "e"}')
    found = records(done)
    assert [record["id"] for record in found] == ["g", None, "b", "e"]
    assert [record.get("status") for record in found] == ["verified", None, "refuted", None]
    assert found[1]["error"].startswith("line 3: expected a JSON object, found 'oops'")
    assert found[3]["error"].startswith("line 5: expected `steps`")
    assert "2 malformed lines" in done.stderr


def test_the_wire_format_field_by_field(run: Run) -> None:
    (record,) = records(run("check", "--json", stdin=BAD))
    assert list(record) == ["id", "status", "coverage", "steps"]
    first, second = record["steps"]
    assert list(second) == ["index", "start", "end", "status", "cause", "claims"]
    assert (first["start"], first["end"]) == (0, 9)
    assert (second["start"], second["end"]) == (10, 20)
    assert second["claims"] == [
        {
            "start": 0,
            "end": 10,
            "kind": "equation",
            "status": "refuted",
            "rule": "AR001",
            "reason": None,
            "message": "7 * 2 is 14, not 15",
        }
    ]


def test_native_steps_keep_their_margins(run: Run) -> None:
    text = "  3 + 4 = 8  "
    (record,) = records(run("check", "--json", stdin=json.dumps({"id": 1, "steps": [text, ""]})))
    step = record["steps"][0]
    assert (step["start"], step["end"]) == (0, len(text))
    (claim,) = step["claims"]
    assert text[claim["start"] : claim["end"]] == "3 + 4 = 8"
    assert record["steps"][1]["end"] == 0


def test_files_and_gzip_are_read_in_order_and_named_in_errors(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD + "oops\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(BAD.encode()))
    done = run("check", "a.jsonl", "b.jsonl.gz", "--json")
    found = records(done)
    assert [record["id"] for record in found] == ["g", None, "b"]
    assert found[1]["error"].startswith("a.jsonl: line 2: expected")


def test_processes_keep_the_order(run: Run, tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": n, "steps": [f"{n} + 1 = {n + 1}"]}) + "\n" for n in range(50))
    (tmp_path / "a.jsonl").write_text(lines)
    alone, many = run("check", "a.jsonl", "--json"), run("check", "a.jsonl", "--json", "--jobs", "2")
    assert alone.stdout == many.stdout
    assert (alone.returncode, many.returncode) == (0, 0)


def test_a_text_file_is_one_solution(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("3 + 4 = 7\n7 * 2 = 15\n")
    (record,) = records(run("check", "s.txt", "--json"))
    assert (record["id"], record["status"], len(record["steps"])) == ("s.txt", "refuted", 2)
    (record,) = records(run("check", "-", "--problem", "How many?", "--json", stdin="3 + 4 = 7"))
    assert (record["id"], record["status"]) == (None, "verified")
    (tmp_path / "s.txt").write_bytes(b"\xff")
    done = run("check", "s.txt", "--json")
    assert done.returncode == 2
    assert records(done) == [{"id": "s.txt", "error": "s.txt: expected UTF-8 text, found byte 0xff at offset 0"}]


def test_the_convention_for_steps_can_be_chosen(run: Run) -> None:
    line = json.dumps({"id": 1, "solution": "First 3 + 4 = 7. Then 7 * 2 = 14."})
    counts = {
        name: len(records(run("check", "--json", "--segment", name, stdin=line))[0]["steps"])
        for name in ("newline", "sentence", "auto")
    }
    assert counts["newline"] == 1
    assert counts["sentence"] == 2


def test_preview_rules_refute_only_when_enforced(run: Run) -> None:
    line = json.dumps({"id": 1, "problem": "Tom has 3 bags of 4 apples.", "steps": ["So 99 * 2 = 198."]})
    assert run("check", stdin=line).returncode == 0
    assert "note: DG001" in run("check", "--notes", stdin=line).stdout
    enforced = run("check", "--enforce", "DG", "--json", stdin=line)
    assert enforced.returncode == 1
    assert records(enforced)[0]["steps"][0]["claims"][0]["rule"] == "DG001"


def test_rules_can_be_selected(run: Run) -> None:
    (record,) = records(run("check", "--rules", "DG", "--json", stdin=BAD))
    assert record["status"] == "unknown"
    done = run("check", "--rules", "ZZ,AR", stdin=BAD)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--rules names no rule: ZZ; rules: AL001" in done.stderr
    assert run("check", "--enforce", "ZZ", stdin=BAD).returncode == 2


def test_plain_output_when_piped(run: Run) -> None:
    done = run("check", "-", stdin=GOOD + BAD)
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout == (
        "✓ g verified  1 of 1 claim decided\n"
        "  ✓  0 3 + 4 = 7\n"
        "\n"
        "✗ b refuted  2 of 2 claims decided\n"
        "  ✓  0 3 + 4 = 7\n"
        "  ✗  1 7 * 2 = 15\n"
        "       ↳ AR001 7 * 2 = 15: 7 * 2 is 14, not 15\n"
        "\n"
        "2 traces (1 refuted); 3 steps (2 verified, 1 refuted, 0 unknown); 3 of 3 claims decided, in 100% of steps\n"
    )
    assert done.stderr == ""


def test_only_refuted_traces_on_demand(run: Run) -> None:
    out = run("check", "-", "--only-refuted", stdin=GOOD + BAD).stdout
    assert "✗ b" in out
    assert "✓ g" not in out


def test_an_ascii_locale_is_no_reason_to_crash(run: Run) -> None:
    line = json.dumps({"id": "π", "steps": ["So 3 + 4 = 8, naïve \ud800"]})
    done = run("check", stdin=line, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert done.returncode == 1, done.stderr
    assert done.stdout.isascii()


def test_hostile_lines_end_and_say_something(run: Run) -> None:
    steps = ["9" * 3_000_000, "9^9^9^9 = 1", "(" * 50_000 + "1" + ")" * 50_000 + " = 2", "a\0b = \0", r"\frac{1}{2 + ="]
    lines = "".join(json.dumps({"id": n, "steps": [step]}) + "\n" for n, step in enumerate(steps))
    done = run("check", "--json", stdin=lines.encode() + b"\xff\xfe\n" + b"[" * 100_000)
    assert done.returncode == 2
    found = records(done)
    assert [record["status"] for record in found[:5]] == ["unknown"] * 5
    assert ["UTF-8" in found[5]["error"], "nested too deeply" in found[6]["error"]] == [True, True]


def test_wrong_usage(run: Run, tmp_path: Path) -> None:
    for arguments in (["none.jsonl"], ["."], ["--jobs", "0"], ["--segment", "words"], ["--no-such-option"]):
        done = run("check", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert done.stderr
        assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD * 20_000)
    shell = f"{sys.executable} -m verifirst check a.jsonl --json | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[1] == "141"
    assert "Traceback" not in done.stderr


def test_lines_are_answered_as_they_come(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "verifirst", "check", "-", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (GOOD, BAD):
            process.stdin.write(line)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == json.loads(line)["id"]
        process.stdin.close()
        assert process.wait(timeout=60) == 1


def test_the_schema_is_printed(run: Run) -> None:
    assert run("check", "--schema").stdout == wire.schema()
