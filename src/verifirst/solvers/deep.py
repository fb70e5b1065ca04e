r"""Questions for computer algebra and Z3, in worker processes that can be killed.

    from verifirst.solvers.deep import Deep

    with Deep(workers=1, timeout_s=2.0) as deep:
        deep.compare(left, right, budget=budget)    # an Outcome; `stages` says who answered what
        deep.prove([(x, ">", (0,))], (x_plus_one, ">", (1,)))       # "true", "false", "undecided"
        deep.second_reading(r"\frac{1}{2} + \sqrt{x}")              # a term, or None

:func:`verifirst.solvers.compare.compare` is asked first, in this process; only what it leaves
undecided goes further: symengine (expansion), SymPy (``simplify``, ``equals``), Z3 (real
algebra under a resource limit). Limits that count work come first; a worker that runs longer
than ``timeout_s`` seconds is killed, and the answer is *undecided*. Solvers that contradict
each other make the outcome *undecided*, with every answer kept in ``stages``. Computer
algebra votes, it does not refute: what it calls different, where every point tried agrees,
stays *undecided*.

The packages are those of the extra ``solvers``: SolverUnavailable without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Literal, Self

from verifirst.core.budget import Budget
from verifirst.errors import InputError, SolverUnavailable
from verifirst.solvers import exact
from verifirst.solvers.compare import Truth, compare
from verifirst.solvers.elementary import mentions_i
from verifirst.solvers.outcome import Outcome, equal, undecided
from verifirst.solvers.pool import Failure, WorkerPool
from verifirst.solvers.rational import TooLargeError
from verifirst.solvers.terms import Term

Statement = tuple[Term, Literal["<", "<=", ">", ">=", "=", "!="], Term]

PACKAGES = {
    "symengine": "symengine",
    "sympy": "SymPy",
    "z3": "Z3",
    "latex2sympy2_extended": "latex2sympy2_extended",
}
_COST = 2_000  # budget units that a question to a worker counts for


class Deep:
    """A pool of warm solvers. Close it, or use it as a context manager. Not thread-safe.

    ``cross_check=True`` asks every stage even after one has decided, so that contradictions show.
    Raises SolverUnavailable, or ConfigError for wrong settings.
    """

    def __init__(self, workers: int = 1, timeout_s: float = 5.0, *, cross_check: bool = False) -> None:
        for module, name in PACKAGES.items():
            if find_spec(module) is None:
                raise SolverUnavailable(name, "solvers")
        self._pool = WorkerPool(start, workers, timeout_s)
        self._cross_check = cross_check

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Kill the workers."""
        self._pool.close()

    def compare(self, left: Term, right: Term, *, budget: Budget, seed: int = 0) -> Outcome:
        """Like :func:`verifirst.solvers.compare.compare`, with the deeper stages where that is undecided.

        What holds in part only (``only_where``) is left as it is.
        """
        first = compare(left, right, budget=budget, seed=seed)
        settled = first.answer != "undecided" or bool(first.only_where)
        if first.reason.startswith(("undefined", "no point")) or (settled and not self._cross_check):
            return first
        budget.spend(_COST)
        found = self._ask(("compare", left, right, not mentions_i(left, right), self._cross_check))
        if isinstance(found, Failure):
            return replace(first, stages=(("exact", first.answer), ("workers", found.message)))
        return _joined(first, found)

    def prove(self, premises: Sequence[Statement], conclusion: Statement) -> Truth:
        """Whether a relation follows from others for all real values where the terms are defined."""
        for left, _, right in (*premises, conclusion):
            exact.check(left)
            exact.check(right)
        found = self._ask(("prove", tuple(premises), conclusion))
        if isinstance(found, Failure):
            return "undecided"
        return {"valid": "true", "invalid": "false"}.get(found[0], "undecided")  # type: ignore[return-value]

    def second_reading(self, latex: str) -> Term | None:
        """What another parser reads in ``latex``; None where it reads no expression."""
        found = self._ask(("read", latex))
        if isinstance(found, Failure) or found is None:
            return None
        try:
            exact.check(found)
        except (InputError, TooLargeError):
            return None
        return tuple(found)

    def _ask(self, payload: tuple[Any, ...]) -> Any:
        job = self._pool.submit("deep" if len(self._pool.pids) == 1 else str(hash(payload)), payload)
        while True:
            self._pool.wait()
            for number, found in self._pool.drain():
                if number == job.id:
                    return found


def start() -> Callable[[tuple[Any, ...]], Any]:
    """What a worker runs first: the heavy imports happen there."""
    from verifirst.solvers import cas  # noqa: PLC0415  # heavy: only in workers

    return cas.handle


def _joined(first: Outcome, found: list[tuple[str, str, dict[str, str]]]) -> Outcome:
    """One outcome out of the exact answer and the stages'."""
    stages = (("exact", first.answer), *((name, answer) for name, answer, _ in found))
    votes = {answer for _, answer in stages if answer in ("equal", "different")}
    if len(votes) > 1:
        return replace(undecided("solvers disagree"), only_where=first.only_where, stages=stages)
    if first.answer == "undecided" and not first.only_where and votes == {"equal"}:
        winner = next(name for name, answer, _ in found if answer == "equal")
        return replace(equal(winner), stages=stages)
    return replace(first, stages=stages)
