from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.pool import jobs

from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError, InputError
from verifirst.solvers.pool import Failure, WorkerPool

PATIENCE_S = 60.0


def results(pool: WorkerPool, count: int) -> dict[int, Any]:
    found: dict[int, Any] = {}
    until = time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < until:
        pool.wait(1)
        found.update(pool.drain())
    assert len(found) == count, f"{count} results expected, {len(found)} came"
    return found


def gone(pid: int) -> bool:
    """Whether the process ended (a zombie that waits for its parent has ended)."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(jobs.echo, workers=2, timeout_s=1.0) as made:
        yield made


def test_results_come_back_under_their_jobs_number(pool: WorkerPool) -> None:
    submitted = {pool.submit(str(number % 5), ("echo", number)).id: number for number in range(200)}
    assert results(pool, 200) == submitted
    assert pool.outstanding == 0


def test_the_same_key_stays_on_the_same_worker(pool: WorkerPool) -> None:
    asked = {pool.submit(key, ("pid", None)).id: key for key in "abcdabcd"}
    where: dict[str, set[int]] = {}
    for number, pid in results(pool, 8).items():
        where.setdefault(asked[number], set()).add(pid)
    assert all(len(pids) == 1 for pids in where.values())
    assert set().union(*where.values()) == set(pool.pids)


def test_payloads_larger_than_any_pipe_pass_both_ways(pool: WorkerPool) -> None:
    big = b"x" * 3_000_000
    ids = [pool.submit("big", ("echo", big)).id for _ in range(8)]
    found = results(pool, 8)
    assert all(found[number] == big for number in ids)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("loop", Reason.TIMEOUT),
        ("exit", Reason.WORKER_LOST),
        ("segfault", Reason.WORKER_LOST),
        ("raise", Reason.RULE_ERROR),
        ("unpicklable", Reason.RULE_ERROR),
    ],
)
def test_a_bad_job_fails_alone_and_the_jobs_behind_it_are_run(pool: WorkerPool, command: str, reason: Reason) -> None:
    bad = pool.submit("key", (command, "why"))
    behind = [pool.submit("key", ("echo", number)).id for number in range(9)]
    found = results(pool, 10)
    assert isinstance(found[bad.id], Failure)
    assert found[bad.id].reason is reason
    assert [found[number] for number in behind] == list(range(9))


def test_an_overrunning_worker_is_really_killed(pool: WorkerPool) -> None:
    pool.submit("k", ("pid", None))
    (pid,) = results(pool, 1).values()
    pool.submit("k", ("loop", None))
    results(pool, 1)
    assert gone(pid)
    assert pid not in pool.pids
    assert len(pool.pids) == 2


def test_cancelled_jobs_give_no_result(pool: WorkerPool) -> None:
    submitted = [pool.submit("one", ("echo", number)) for number in range(20)]
    for job in submitted[::2]:
        pool.cancel(job)
    assert set(results(pool, 10)) == {job.id for job in submitted[1::2]}
    assert pool.wait(5) is False
    assert pool.drain() == []


def test_drain_never_waits_and_wait_keeps_to_its_time(pool: WorkerPool) -> None:
    pool.submit("s", ("sleep", 2.0))
    start = time.monotonic()
    assert pool.drain() == []
    assert pool.wait(0.05) is False
    assert time.monotonic() - start < 1.8
    results(pool, 1)
    assert pool.wait(None) is False  # nothing is outstanding: at once


def test_the_queue_is_bounded_submit_waits_for_room() -> None:
    with WorkerPool(jobs.echo, timeout_s=30.0, max_queue=3) as pool:
        for number in range(12):
            pool.submit("k", ("echo", number))
            assert pool.outstanding <= 3
        assert sorted(results(pool, 12).values()) == list(range(12))


@pytest.mark.parametrize(("initializer", "why"), [(jobs.broken, "no solver here"), (jobs.dies, "while starting")])
def test_a_pool_whose_workers_cannot_start_fails_every_job(initializer: Callable[[], Any], why: str) -> None:
    with WorkerPool(initializer) as pool:
        pool.submit("a", 1)
        pool.submit("b", 2)
        found = results(pool, 2)
        pool.submit("c", 3)
        found.update(results(pool, 1))
        assert all(failure.reason is Reason.WORKER_LOST and why in failure.message for failure in found.values())


def test_settings_and_payloads_are_checked(pool: WorkerPool) -> None:
    with pytest.raises(ConfigError, match="must be positive"):
        WorkerPool(jobs.echo, workers=0)
    with pytest.raises(ConfigError, match="must pickle"):
        WorkerPool(lambda: print)
    with pytest.raises(InputError, match="payload must pickle"):
        pool.submit("a", lambda: None)


def test_close_leaves_no_process_and_is_idempotent() -> None:
    pool = WorkerPool(jobs.echo, workers=2)
    pids = pool.pids
    pool.submit("a", ("loop", None))
    pool.close()
    pool.close()
    assert all(gone(pid) for pid in pids)
    assert (pool.pids, pool.drain(), pool.wait(1)) == ([], [], False)
    with pytest.raises(InputError, match="closed"):
        pool.submit("a", 1)


PARENT = """
import os, sys, time
from tests.pool import jobs
from verifirst.solvers.pool import WorkerPool
pool = WorkerPool(jobs.echo, workers=2, timeout_s=100)  # no main guard: the script is not run again
pool.submit("a", ("echo", 1)); pool.wait(); pool.drain()
pool.submit("a", ("loop", None))
print(*pool.pids, flush=True)
if sys.argv[1] == "killed":
    time.sleep(0.2)
    os.kill(os.getpid(), 9)
if sys.argv[1] == "raises":
    raise RuntimeError
"""


@pytest.mark.parametrize("end", ["returns", "raises", "killed"])
def test_workers_end_with_their_parent_however_it_ends(end: str) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", PARENT, end], capture_output=True, text=True, cwd=root, timeout=120, check=False
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    assert all(gone(pid) for pid in pids)
    assert os.getpid() not in pids
