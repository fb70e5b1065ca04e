import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
_COLOUR = ("FORCE_COLOR", "NO_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "COLUMNS", "TERMINAL_WIDTH")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``verifirst`` as a user runs it: a process, in an empty folder."""

    def run(
        *arguments: str, stdin: str | bytes = "", env: dict[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if name not in _COLOUR}
        done = subprocess.run(
            [sys.executable, "-m", "verifirst", *arguments],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=tmp_path,
            env={**clean, "PYTHONIOENCODING": "utf-8", "HF_HUB_OFFLINE": "1", **(env or {})},
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        )

    return run
