"""Tokens sampled for nothing, against the time that a verdict takes."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.vllm.engines import Engine, plugin, requests
from benchmarks.vllm.figures import table

Tell = Callable[[str], None]
BATCH = 4
TOKENS = 120
REFUTED = 0.3  # share of step texts


def measure(*, quick: bool, tell: Tell) -> dict[str, Any]:
    """By ``max_ahead`` and delay: tokens sampled and released, over several salts.

    As many workers as requests: the delay is a latency, not a queue.
    """
    delays = (0, 10, 30) if quick else (0, 1, 5, 10, 30, 100)
    salts = range(2 if quick else 5)
    result: dict[str, Any] = {}
    for ahead in (512,) if quick else (512, 16):
        with Engine(plugin(workers=BATCH, max_ahead=ahead)) as engine:
            engine.ask("play", requests=requests(BATCH, TOKENS, _order(0, "warm")))
            result[f"max_ahead={ahead}"] = {str(delay): _at(engine, delay, salts) for delay in delays}
        tell(f"max_ahead {ahead}: {[at['sampled_per_released'] for at in result[f'max_ahead={ahead}'].values()]}")
    return result


def _at(engine: Engine, delay: int, salts: range) -> dict[str, Any]:
    plays = [engine.ask("play", requests=requests(BATCH, TOKENS, _order(delay, str(salt)))) for salt in salts]
    released, sampled, rollbacks = (sum(play[name] for play in plays) for name in ("released", "sampled", "rollbacks"))
    return {
        "released": released,
        "sampled": sampled,
        "rollbacks": rollbacks,
        "sampled_per_released": round(sampled / released, 3),
        "wasted_per_rollback": round((sampled - released) / max(1, rollbacks), 1),
        "step_ms": round(1e3 * median(step for play in plays for step in play["step_s"]), 2),
        "released_per_s": round(released / sum(play["wall_s"] for play in plays), 1),
    }


def _order(delay: int, salt: str) -> str:
    return f"refute={REFUTED} salt={salt} sleep={delay / 1000}"


def report(result: dict[str, Any]) -> list[str]:
    """Markdown."""
    rows = [
        (
            name,
            delay,
            *(at[key] for key in ("step_ms", "rollbacks", "sampled_per_released", "wasted_per_rollback")),
            at["released_per_s"],
        )
        for name, delays in result.items()
        for delay, at in delays.items()
    ]
    head = ("", "verdict takes, ms more", "pass, ms", "rollbacks", "sampled/released", "tokens wasted a rollback")
    return table((*head, "released tokens/s"), rows)
