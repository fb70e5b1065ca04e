"""The script of the documentation, before and after: both run, and the page shows how they differ."""

import difflib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from verifirst import models

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("trl") is None, reason="needs TRL (pip install 'verifirst[rl]')"
)

MODEL = str(models.path("first_light_base"))
ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "examples" / "trl"
PAGE = ROOT / "docs" / "rl-trl.md"


def changes():
    """The lines of the unified diff that are not the same in both."""
    lines = [(FOLDER / name).read_text(encoding="utf-8").splitlines() for name in ("before.py", "after.py")]
    return list(difflib.unified_diff(*lines, n=2, lineterm=""))[2:]


def changed(diff):
    return [line for line in diff if line.startswith(("+", "-"))]


def test_it_takes_fewer_than_ten_changed_lines():
    assert 0 < len(changed(changes())) < 10


def test_the_page_shows_the_difference():
    (shown,) = re.findall(r"^```diff\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert changed(shown.splitlines()) == changed(changes())


@pytest.mark.parametrize("script", ["before.py", "after.py"])
def test_both_run(script, tmp_path):
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), MODEL, "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "'rewards/right/mean'" in done.stdout
    assert ("'verification/coverage_steps'" in done.stdout) == (script == "after.py")
