"""Python in a process of its own: whether Triton interprets is settled when kernels are imported."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python(*arguments, **environment):
    """Run it at the root of the checkout; the finished process, with its output as text."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
