"""Engine processes and what they are asked to play."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from verifirst import models
from verifirst.bench.benchmark import held_out
from verifirst.bench.word_problems import prompt_text

ROOT = Path(__file__).parents[2]
BLOCK = 32  # tokens in a KV block: vLLM's least on CPU
CHOOSING = "benchmarks.vllm.verifiers:Choosing"
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",  # the engine takes one core, a verifier worker may have the other
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB; unset, vLLM takes nine tenths of the machine
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),  # this checkout, here and in the workers
}
Answer = dict[str, Any]


class Engine:
    """One engine in a process of its own (see ``player``). A context manager: leaving ends the process."""

    def __init__(self, enforce: dict[str, Any] | None, *, timed: bool = False, **engine: Any) -> None:
        engine = {"model": str(models.path("first_light")), "max_model_len": 512, "block_size": BLOCK} | engine
        spec = json.dumps({"engine": engine, "enforce": enforce, "timed": timed})
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the engine
        self._ready = False
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", "benchmarks.vllm.player", spec],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=ROOT,
            env=os.environ | ENVIRONMENT,
        )

    def ask(self, do: str, **arguments: Any) -> Answer:
        """Have the player do that; its answer. Raises RuntimeError with its last words where it died."""
        assert self._process.stdin is not None
        if not self._ready:  # engines made one after the other start side by side
            self._answer()
            self._ready = True
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Answer:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the engine's process ended:\n{self._last_words()}")
        answer: Answer = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-3000:]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def plugin(workers: int = 1, **settings: Any) -> dict[str, Any]:
    """Settings of enforcement with the benchmark's verifier."""
    return {"verifier": CHOOSING, "workers": workers, **settings}


@contextlib.contextmanager
def longer_model(folder: Path, positions: int = 2048) -> Iterator[str]:
    """A copy of the shipped model that takes longer texts (rotary positions: only the limit changes)."""
    copied = folder / "first_light_long"
    shutil.copytree(models.path("first_light"), copied)
    config = copied / "config.json"
    values = json.loads(config.read_text(encoding="utf-8")) | {"max_position_embeddings": positions}
    config.write_text(json.dumps(values), encoding="utf-8")
    yield str(copied)


def requests(batch: int, max_tokens: int, problem: str | None, **settings: Any) -> list[dict[str, Any]]:
    """Greedy requests of a fixed length, the same for every engine.

    ``problem`` None: the true one, so that the rules judge. ``settings`` of enforcement for
    each; stock vLLM does not read them.
    """
    return [
        {
            "prompt": prompt_text(given),
            "params": {
                "temperature": 0,
                "max_tokens": max_tokens,
                "ignore_eos": True,
                "extra_args": {"verifirst_problem": given.text if problem is None else problem}
                | {f"verifirst_{name}": value for name, value in settings.items()},
            },
        }
        for given in held_out(batch, seed=1)
    ]
