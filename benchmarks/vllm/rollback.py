"""What a rollback costs, against the length of the prompt, with the prefix cache and without it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.vllm.engines import Engine, longer_model, plugin
from benchmarks.vllm.figures import figure, shown, table

from verifirst.bench.benchmark import held_out
from verifirst.bench.word_problems import prompt_text

Tell = Callable[[str], None]
TOKENS = 96


def measure(*, quick: bool, tell: Tell) -> dict[str, Any]:
    """By prefix caching and prompt length: scheduler time of a rollback, and the pass after it."""
    lengths = (64, 1024) if quick else (64, 256, 512, 1024)
    count = 4 if quick else 8
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, longer_model(Path(folder)) as model:
        for cached in (True,) if quick else (True, False):
            options = {"model": model, "max_model_len": 2048, "enable_prefix_caching": cached}
            with Engine(plugin(0), timed=True, **options) as engine:
                name = "prefix cache" if cached else "no prefix cache"
                result[name] = {str(length): _at(engine, length, count) for length in lengths}
                tell(f"{name}: {[at['resume_extra_ms']['median'] for at in result[name].values()]} ms to resume")
    return result


def _at(engine: Engine, length: int, count: int) -> dict[str, Any]:
    plays = [engine.ask("passes", clock="wall", requests=[_request(length, salt)]) for salt in range(count + 1)][1:]
    cpu = [engine.ask("passes", clock="cpu", requests=[_request(length, salt)]) for salt in range(1, count + 1)]
    resumes = [resume for play in plays for resume in resumed(play["passes"])]
    return {
        "rollbacks": sum(len(play["rollbacks_us"]) for play in plays),
        "rollback_us": figure([us for play in plays for us in play["rollbacks_us"]], 1),
        "rollback_cpu_us": figure([us for play in cpu for us in play["rollbacks_us"]], 1),
        "resume_extra_ms": figure([extra for extra, _ in resumes], 3),
        "recomputed_tokens": figure([tokens for _, tokens in resumes], 1),
        "ordinary_pass_ms": round(1e3 * median(_ordinary(play["passes"]) for play in plays), 3),
    }


def resumed(passes: dict[str, Any]) -> list[tuple[float, int]]:
    """Of each pass after a rollback: milliseconds more than an ordinary one, and its tokens."""
    ended, tokens, usual = passes["ended_s"], passes["tokens"], _ordinary(passes)
    return [(1e3 * (ended[at] - ended[at - 1] - usual), tokens[at]) for at in range(2, len(tokens)) if tokens[at] > 1]


def _ordinary(passes: dict[str, Any]) -> float:
    ended, tokens = passes["ended_s"], passes["tokens"]
    return float(median(ended[at] - ended[at - 1] for at in range(2, len(tokens)) if tokens[at] == 1))


def _request(length: int, salt: int) -> dict[str, Any]:
    """Word problems one after the other, cut to ``length`` tokens from the left: like text, like steps."""
    prompt = "\n".join(prompt_text(problem) for problem in reversed(held_out(40, seed=2 + salt)))
    settings = {"verifirst_problem": f"refute=0.3 salt={salt}", "verifirst_retries_per_boundary": 64}
    params = {"temperature": 1.0, "seed": salt, "max_tokens": TOKENS, "ignore_eos": True, "extra_args": settings}
    return {"prompt": prompt, "length": length, "params": params}


def report(result: dict[str, Any]) -> list[str]:
    """Markdown."""
    rows = [
        (
            name,
            length,
            at["rollbacks"],
            shown(at["rollback_us"], digits=0),
            shown(at["rollback_cpu_us"], digits=0),
            shown(at["resume_extra_ms"], digits=2),
            shown(at["recomputed_tokens"], digits=0),
            at["ordinary_pass_ms"],
        )
        for name, lengths in result.items()
        for length, at in lengths.items()
    ]
    head = ("", "prompt tokens", "rollbacks", "scheduler us a rollback", "CPU us", "resume pass, ms more")
    return table((*head, "tokens in it", "ordinary pass, ms"), rows)
