"""Memory of the engine and of a verifier worker, after work; and the KV blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.vllm.engines import Engine, plugin, requests
from benchmarks.vllm.figures import table

Tell = Callable[[str], None]


def measure(*, quick: bool, tell: Tell) -> dict[str, Any]:
    """MiB of stock, of the plugin with a worker, and of the plugin without one; after the same work."""
    result: dict[str, Any] = {}
    settings: dict[str, Any] = {"stock": None, "worker": plugin(1), "inline": plugin(0)}
    for name, enforce in list(settings.items())[: 2 if quick else 3]:
        with Engine(enforce) as engine:
            for _ in range(1 if quick else 3):
                engine.ask("play", requests=requests(64, 128, None, on_refuted="flag"))
            result[name] = engine.ask("memory")
    worker, engine_mib = result["worker"]["workers"][0]["pss"], result["worker"]["engine"]["pss"]
    result["worker_share"] = round(worker / engine_mib, 4)
    result["kv_blocks_equal"] = len({result[name]["kv_blocks"] for name in settings if name in result}) == 1
    tell(f"a worker takes {worker} MiB, {result['worker_share']:.1%} of the engine's {engine_mib}")
    return result


def report(result: dict[str, Any]) -> list[str]:
    """Markdown."""
    rows = []
    for name in ("stock", "worker", "inline"):
        if (found := result.get(name)) is None:
            continue
        workers = ", ".join(f"{worker['pss']} ({worker['uss']})" for worker in found["workers"]) or "none"
        engine = f"{found['engine']['pss']} ({found['engine']['uss']})"
        rows.append((name, engine, workers, found["kv_blocks"], found["kv_blocks_free"]))
    return table(("engine", "PSS (USS), MiB", "worker: PSS (USS), MiB", "KV blocks", "free after work"), rows)
