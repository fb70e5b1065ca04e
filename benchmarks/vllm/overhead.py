"""Stock vLLM against the plugin, paired: the same requests, one right after the other, in turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from typing import Any

from benchmarks.vllm.engines import Engine, plugin, requests
from benchmarks.vllm.figures import figure, paired, shown, table
from benchmarks.vllm.verifiers import ACCEPT

Tell = Callable[[str], None]
TOKENS = 128

# name -> (verifier workers, or None for a second stock engine; problem; settings of each request)
ARMS: dict[str, tuple[int | None, str | None, dict[str, Any]]] = {
    "accept-all, worker": (1, ACCEPT, {}),
    "accept-all, inline": (0, ACCEPT, {}),
    "rules (flag), worker": (1, None, {"on_refuted": "flag"}),
    "rules (flag), inline": (0, None, {"on_refuted": "flag"}),
    "rules (rollback), worker": (1, None, {}),
    "control: stock again": (None, ACCEPT, {}),
}
"""Flagging samples the same tokens as stock, so only the checking differs; rolling back does other work.
The control says what this measurement can resolve."""
QUICK = ("accept-all, worker", "rules (flag), worker")


def measure(*, quick: bool, tell: Tell) -> dict[str, Any]:
    """By batch and arm: ratios to stock, pair by pair, and the arm's own figures."""
    rounds = {1: 6, 16: 6, 64: 5} if quick else {1: 16, 16: 14, 64: 12}
    arms = QUICK if quick else tuple(ARMS)
    with ExitStack() as open_:
        stock, worker = (open_.enter_context(Engine(enforce)) for enforce in (None, plugin(1)))
        engines: dict[int | None, Engine] = {1: worker}
        if not quick:
            engines[0] = open_.enter_context(Engine(plugin(0)))
            engines[None] = open_.enter_context(Engine(None))
        return {
            str(batch): {name: _paired(stock, engines[ARMS[name][0]], name, batch, count, tell) for name in arms}
            for batch, count in rounds.items()
        }


def _paired(stock: Engine, engine: Engine, name: str, batch: int, rounds: int, tell: Tell) -> dict[str, Any]:
    _, problem, settings = ARMS[name]
    batch_of = requests(batch, TOKENS, problem, **settings)
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    for index in range(rounds + 1):
        pair = [(stock, theirs), (engine, ours)]
        for player, answers in pair if index % 2 else reversed(pair):
            answer = player.ask("play", requests=batch_of)
            if index:  # the first round warms up
                answers.append(answer)
    found = _compared(ours, theirs, same_work=not name.startswith("rules (rollback)"))
    tell(f"batch {batch:2}, {name}: tokens/s {shown(found['tokens_per_s_ratio'])} of stock's")
    return found


def _compared(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], *, same_work: bool) -> dict[str, Any]:
    if same_work:
        digests = {answer["digest"] for answer in (*ours, *theirs)}
        assert len(digests) == 1, "both engines must sample the same tokens"
    speed = [[answer["released"] / answer["wall_s"] for answer in answers] for answers in (ours, theirs)]
    work = [[answer["released"] / answer["cpu_s"] for answer in answers] for answers in (ours, theirs)]
    first = [[median(answer["ttft_s"]) for answer in answers] for answers in (ours, theirs)]
    each = [[median(answer["per_token_s"]) for answer in answers] for answers in (ours, theirs)]
    # the median pass of a play: what a neighbour on the machine takes away for a while does not show in it
    passes = [[1e3 * median(answer["step_s"]) for answer in answers] for answers in (ours, theirs)]
    last = ours[-1]
    return {
        "tokens_per_s_ratio": paired(*speed),
        "tokens_per_cpu_s_ratio": paired(*work),
        "pass_ratio": paired(*passes),
        "pass_ms": figure(passes[0], 3),
        "stock_pass_ms": figure(passes[1], 3),
        "tokens_per_s": figure(speed[0], 1),
        "stock_tokens_per_s": figure(speed[1], 1),
        "first_token_ms": figure([1e3 * value for value in first[0]], 2),
        "stock_first_token_ms": figure([1e3 * value for value in first[1]], 2),
        "per_token_ms": figure([1e3 * value for value in each[0]], 3),
        "per_token_ratio": paired(*each),
        "sampled_per_released": round(last["sampled"] / last["released"], 3),
        "rollbacks": last["rollbacks"],
        "tokens_per_step": round(last["released"] / max(1, last["checked"]), 1),
        "same_tokens_as_stock": same_work,
    }


def report(result: dict[str, Any]) -> list[str]:
    """Markdown."""
    rows = [
        (
            batch,
            name,
            shown(found["tokens_per_s_ratio"]),
            shown(found["tokens_per_cpu_s_ratio"]),
            shown(found["pass_ratio"]) if found["same_tokens_as_stock"] else "other work",
            f"{found['pass_ms']['median']:.1f} ({found['stock_pass_ms']['median']:.1f})",
            f"{found['first_token_ms']['median']:.1f} ({found['stock_first_token_ms']['median']:.1f})",
            f"{found['sampled_per_released']:.2f}",
        )
        for batch, arms in result.items()
        for name, found in arms.items()
    ]
    head = ("batch", "arm", "tokens/s, ratio to stock", "tokens per CPU second, ratio")
    return table(
        (
            *head,
            "median pass, ratio",
            "median pass, ms (stock)",
            "first released token, ms (stock)",
            "sampled/released",
        ),
        rows,
    )
