"""A certificate may come from anybody: replaying its evidence never raises and never hangs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

EVIDENCE = {
    "an unheard-of kind": ("'no-such-kind'", "{}"),
    "nothing in it": ("'relation-holds'", "{}"),
    "the wrong types": ("'relation-holds'", "{'relation': 3, 'left': None, 'right': [], 'percent': 'ab'}"),
    "not a number": ("'answer'", "{'value': 'nan', 'stated': ['inf']}"),
    "an exponent of a hundred million": ("'ungrounded'", "{'value': '1e99999999', 'stated': []}"),
    "a small exponent of a hundred million": ("'answer'", "{'value': '1e-99999999', 'stated': ['1']}"),
    "a tower": ("'relation-holds'", "{'relation': '=', 'left': '9 9 9 9 ^ ^ ^', 'right': '1'}"),
    "a power of a sum of a power": ("'relation-holds'", "{'relation': '=', 'left': '9 9999 ^ 9999 ^', 'right': '1'}"),
    "an empty stack": ("'relation-holds'", "{'relation': '=', 'left': '+', 'right': ''}"),
    "a deep stack": ("'relation-holds'", "{'relation': '=', 'left': '1 ' * 99_000, 'right': '1'}"),
    "a long sum": ("'relation-holds'", "{'relation': '=', 'left': '1' + ' 1 +' * 40_000, 'right': '2'}"),
    "a million digits": ("'ungrounded'", "{'value': '7' * 1_000_000, 'stated': []}"),
    "other digits": ("'relation-holds'", "{'relation': '=', 'left': '\\u0663 \\ud800 +', 'right': '\\x00'}"),
}

CHILD = """
from verifirst.core.verdict import Evidence, Status
from verifirst.replay import replay
status = replay(Evidence({kind}, {data}))
assert isinstance(status, Status), status
print(status.value)
"""


@pytest.mark.parametrize("name", EVIDENCE)
def test_hostile_evidence_proves_nothing_and_ends_soon(name: str) -> None:
    kind, data = EVIDENCE[name]
    code = CHILD.format(kind=kind, data=data)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=30, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    if "digits" not in name:
        assert done.stdout.strip() == "unknown"
