"""The attention kernels through the compiler for a GPU that need not be here: `python -m` this.

Prints one line of JSON: bytes of PTX of each kernel, and whether attention without a verifier is the bare kernel.
"""

from __future__ import annotations

import json
import re
import sys

import triton
from triton import language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from verifirst.kernels import layout
from verifirst.kernels.device.decode import attend, attention_kernel, combine_kernel

HOPPER = GPUTarget("cuda", 90, 32)
POINTERS = {
    "query": "*bf16", "keys": "*bf16", "values": "*bf16", "block_table": "*i32", "lengths": "*i32", "output": "*bf16",
    "partials": "*fp32", "logarithms": "*fp32", "rows": "*i64", "tokens": "*i64", "alphabet_table": "*i32",
    "grammar_table": "*i32", "words_": "*i64", "meanings_": "*i64", "prefixes_": "*i64", "bytes_": "*u8",
    "offsets": "*i32",
}  # fmt: skip
VERIFIER = (
    *"rows tokens alphabet_table grammar_table words_ meanings_ prefixes_ bytes_ offsets".split(),
    *"sequences run period".split(),
)
SHAPE = {
    "kv_heads": 8, "group": 4, "padded": 16, "dim": 128, "block": 16, "tile": 64, "split_up": True,
    "verify": False, "once": False, "width": layout.WIDTH,
}  # fmt: skip


@triton.jit
def bare_kernel(
    query, keys, values, block_table, lengths, output, partials, logarithms, scale, splits,
    query_row, query_head, key_page, key_slot, key_head, value_page, value_slot, value_head,
    table_row, output_row, output_head,
    kv_heads: tl.constexpr, group: tl.constexpr, padded: tl.constexpr, dim: tl.constexpr, block: tl.constexpr,
    tile: tl.constexpr, split_up: tl.constexpr,
):  # fmt: skip
    attend(
        tl.program_id(0), query, keys, values, block_table, lengths, output, partials, logarithms, scale, splits,
        query_row, query_head, key_page, key_slot, key_head, value_page, value_slot, value_head,
        table_row, output_row, output_head, kv_heads, group, padded, dim, block, tile, split_up,
    )  # fmt: skip


def ptx(kernel, constants: dict[str, object], **options: int) -> str:
    """The kernel compiled for Hopper; what is neither a pointer nor constant is an integer, ``scale`` a float."""
    types = {name: "fp32" if name == "scale" else POINTERS.get(name, "i32") for name in kernel.arg_names}
    types |= dict.fromkeys(constants, "constexpr")
    source = ASTSource(fn=kernel, signature=types, constexprs=constants)
    return triton.compile(source, target=HOPPER, options={"num_warps": 4, "num_stages": 3} | options).asm["ptx"]


def instructions(text: str, name: str) -> list[str]:
    """Without names, positions in the source and what debuggers read."""
    body = text.split(".section", maxsplit=1)[0].replace(name, "kernel")
    return [line.strip() for line in body.splitlines() if not re.match(r"\s*(\.loc|\.file|//|\$L__tmp)", line)]


def main() -> None:
    off = dict.fromkeys(VERIFIER)
    plain = ptx(attention_kernel, SHAPE | off)
    bare = ptx(bare_kernel, {name: SHAPE[name] for name in bare_kernel.arg_names if name in SHAPE})
    fused = ptx(attention_kernel, SHAPE | {"verify": True}, maxnreg=96)
    combined = ptx(combine_kernel, {"heads": 32, "dim": 128, "padded": 8})
    same = instructions(plain, "attention_kernel") == instructions(bare, "bare_kernel")
    sizes = {"plain": len(plain), "fused": len(fused), "combine": len(combined)}
    sys.stdout.write(json.dumps({"bytes": sizes, "plain is bare": same}) + "\n")


if __name__ == "__main__":
    main()
