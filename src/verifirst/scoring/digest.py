"""Which weights: a hash over the files of a checkpoint that decide what it says."""

from __future__ import annotations

import hashlib
from pathlib import Path

PATTERNS = ("config.json", "tokenizer.json", "*.safetensors", "*.bin")
CHUNK = 1 << 20


def checkpoint_digest(folder: Path) -> str:
    """``sha256:...`` over configuration, tokenizer and weights, by name; "" where ``folder`` holds none."""
    files = sorted({path for pattern in PATTERNS for path in folder.glob(pattern)})
    if not files:
        return ""
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.name} {_hash(path)}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
