"""What a person at a terminal sees: a pseudo-terminal stands for it."""

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

ENV = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
ENV.pop("NO_COLOR", None)


def on_terminal(arguments: list[str], folder: Path, *, stdout: int | None = None) -> tuple[int, str, str]:
    """Run with standard error (and output, unless ``stdout`` is a pipe) on a terminal: (code, output, seen there)."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "verifirst", *arguments],
        cwd=folder,
        stdin=slave,
        stdout=slave if stdout is None else stdout,
        stderr=slave,
        env=ENV,
    )
    os.close(slave)
    seen = bytearray()

    def read() -> None:
        try:
            while data := os.read(master, 65536):
                seen.extend(data)
        except OSError:
            pass  # the other end closed

    reader = threading.Thread(target=read)
    reader.start()
    out, _ = process.communicate(timeout=120)
    reader.join(timeout=30)
    os.close(master)
    return process.returncode, (out or b"").decode(), seen.decode()


def test_colour_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("7 * 2 = 15\n")
    code, _, seen = on_terminal(["check", "s.txt"], tmp_path)
    assert code == 1
    assert "\x1b[1;4;9;31m7 * 2 = 15\x1b[0m" in seen


def test_a_long_file_moves_a_bar_on_standard_error_and_the_lines_stay_on_standard_output(tmp_path: Path) -> None:
    line = json.dumps({"id": 1, "steps": ["words and words " * 1000]}) + "\n"
    (tmp_path / "long.jsonl").write_text(line * 150)
    code, out, seen = on_terminal(["check", "long.jsonl", "--json"], tmp_path, stdout=subprocess.PIPE)
    assert code == 0
    assert [json.loads(each)["id"] for each in out.splitlines()] == [1] * 150
    assert "checking" in seen
    assert '"id"' not in seen


def test_a_terminal_on_standard_input_is_not_waited_for(tmp_path: Path) -> None:
    code, _, seen = on_terminal(["check"], tmp_path)
    assert code == 2
    assert "name a file, or - to read standard input" in seen


def test_the_list_of_rules_is_a_table(tmp_path: Path) -> None:
    _, _, seen = on_terminal(["explain"], tmp_path)
    assert "what it checks" in seen
    assert "[cyan]" not in seen
