"""Decode attention on a GPU: alone, with the verifier after it, with the verifier in its launch, and beside others'.

    PYTHONPATH=src python benchmarks/kernels/run.py --out benchmarks/results/kernels.json [--quick]

Needs an NVIDIA GPU, torch, triton, numpy and this source tree. Every kernel is compared with its reference first. Times
are medians of CUDA graphs played by turns, with quartiles. Results are written behind each shape; ``--resume`` goes on
where a run was cut off. ``--plan`` prints what the shapes must read and compute, and needs no GPU.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[0:1] = [str(ROOT / "src"), str(ROOT)]  # not this folder: it holds a file named stock

from benchmarks.kernels.roofline import MOST_BYTES, QUICK, Shape, grid, plan  # noqa: E402 -- after the path

ROUNDS = 15
LIBRARIES = ("torch", "triton", "numpy", "flash-attn", "flashinfer-python")


def main(arguments: list[str] | None = None) -> None:
    """Compare, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="seven shapes and fewer comparisons, about 4 minutes")
    parser.add_argument("--resume", action="store_true", help="keep the shapes that --out has already")
    parser.add_argument("--tune", action="store_true", help="also other tiles, warps, stages and splits")
    parser.add_argument("--plan", action="store_true", help="print the counts and leave")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args(arguments)
    shapes = list(QUICK) if args.quick else grid()
    if args.plan:
        print(plan(shapes))
        return
    need_gpu()
    result = json.loads(args.out.read_text()) if args.resume and args.out and args.out.exists() else begin(args)
    save(args.out, result)
    if not result["mask"]:
        result["mask"] = masks()
        save(args.out, result)
    measure(shapes, result, args.out, args.rounds)
    if args.tune:
        result["tuning"] = tuning()
        save(args.out, result)
    if args.out is None:
        print(json.dumps(result, indent=1))


def need_gpu() -> None:
    """Leave with a message where there is none."""
    try:
        import torch  # noqa: PLC0415 -- --plan needs none
        import triton  # noqa: F401, PLC0415 -- the message below is clearer
    except ImportError as error:
        raise SystemExit(f"{error}: this benchmark needs torch and triton; --plan does not") from None
    if not torch.cuda.is_available():
        raise SystemExit("no CUDA device: this benchmark measures one; --plan prints the counts without")


def begin(args: argparse.Namespace) -> dict[str, Any]:
    """A result without rows: the machine, what was compared, and its ceiling."""
    from benchmarks.kernels import correct, timing  # noqa: PLC0415 -- need torch and a GPU

    compared = correct.run(tell, quick=args.quick)
    copied = timing.copy_bandwidth()
    tell(f"copy: {copied / 1e9:.0f} GB/s")
    return {"machine": machine(), "correct": compared, "copy_gb_s": round(copied / 1e9, 1), "rows": [], "skipped": [],
            "mask": None}  # fmt: skip


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    import torch  # noqa: PLC0415 -- as above

    device = torch.cuda.get_device_properties(0)
    return {
        "gpu": device.name,
        "multiprocessors": device.multi_processor_count,
        "memory_gb": round(device.total_memory / 1e9, 1),
        "cuda": torch.version.cuda,
        "python": platform.python_version(),
        **{name: installed(name) for name in LIBRARIES},
        "command": shlex.join(["python", "benchmarks/kernels/run.py", *sys.argv[1:]]),
        "date": datetime.now(UTC).date().isoformat(),
    }


def installed(name: str) -> str | None:
    """Its version, if it is there."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def masks() -> dict[str, Any]:
    """The time of the masks."""
    from benchmarks.kernels.masks import measure as of_masks  # noqa: PLC0415 -- as above

    tell("masks")
    return of_masks()


def tuning() -> list[dict[str, Any]]:
    """Attention under other settings."""
    from benchmarks.kernels import tune  # noqa: PLC0415 -- as above

    return tune.measure(tell)


def measure(shapes: list[Shape], result: dict[str, Any], out: Path | None, rounds: int) -> None:
    """Each shape that ``result`` has not; what does not fit is named."""
    import torch  # noqa: PLC0415 -- as above
    from benchmarks.kernels.shape import row  # noqa: PLC0415 -- as above

    done = {(each["batch"], each["context"], each["dim"], each["group"]) for each in result["rows"]}
    for number, shape in enumerate(shapes, 1):
        key = (shape.batch, shape.context, shape.dim, shape.group)
        if key in done:
            continue
        begun = time.monotonic()
        if shape.kv_bytes > min(MOST_BYTES, 0.8 * torch.cuda.mem_get_info()[0]):
            result["skipped"].append([*key, f"{shape.kv_bytes / 1e9:.0f} GB of keys and values"])
        else:
            result["rows"].append(row(shape, result["copy_gb_s"] * 1e9, rounds))
        save(out, result)
        tell(f"{number}/{len(shapes)} {shape}: {time.monotonic() - begun:.0f} s")
        torch.cuda.empty_cache()


def save(out: Path | None, result: dict[str, Any]) -> None:
    """Write all so far, whole or not at all."""
    if out:
        part = out.with_suffix(".part")
        part.write_text(json.dumps(result, indent=1) + "\n")
        part.replace(out)


def tell(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
