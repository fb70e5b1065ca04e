"""The local engine with the device verifier beside attention."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("transformers", reason="needs the extra 'local'")

from verifirst.engines.transformers import LocalEngine
from verifirst.errors import EngineError

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs triton (it comes with torch for GPUs)")
def test_outputs_are_those_of_the_engine_without_it():
    done = subprocess.run(
        [sys.executable, "-m", "tests.engines.fused_check"],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "every output equal" in done.stdout


@pytest.mark.parametrize(("attention", "found"), [("fused", "needs a GPU"), ("flash", "must be one of")])
def test_an_attention_that_cannot_work_is_refused(attention, found, monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    with pytest.raises(EngineError, match=found):
        LocalEngine("first_light_base", attention=attention)
