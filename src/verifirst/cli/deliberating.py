"""``generate`` with forks: what is released, how probable it is, and what was proved of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import typer

from verifirst.cli import loading, malformed
from verifirst.cli.agreeing import Deliberation
from verifirst.cli.exits import Exit
from verifirst.cli.sampling import Sampling

if TYPE_CHECKING:
    from verifirst.engines.reconsider import Judged
    from verifirst.report.traces import Problem

GROUP = 64  # problems whose forks are held in memory at a time


@dataclass(slots=True)
class Run:
    """One run of the command."""

    asked: Deliberation
    sampling: Sampling
    model: str
    enforce: tuple[str, ...]
    batch_size: int
    as_json: bool

    def solve(self, prompt: str) -> Exit:
        """One problem."""
        from verifirst.report.traces import Problem

        problem = Problem(None, prompt)
        with self._solver() as solve:
            self._print(problem, *solve([problem], 0))
        return Exit.OK

    def solve_all(self, source: str) -> Exit:
        """The problems of a file."""
        from verifirst.report.inputs import lines, require
        from verifirst.report.traces import Malformed, parse_problem

        require(source)
        code, place = Exit.OK, 0
        found = map(parse_problem, lines(source))
        with self._solver() as solve:
            while group := list(islice(found, GROUP)):
                good = [one for one in group if not isinstance(one, Malformed)]
                judged = iter(solve(good, place))
                place += len(good)
                for one in group:
                    if isinstance(one, Malformed):
                        code = Exit.USAGE
                        malformed.tell(one, as_json=self.as_json)
                    else:
                        self._print(one, next(judged))
        return code

    @contextmanager
    def _solver(self) -> Iterator[Callable[[Sequence[Problem], int], list[Judged]]]:
        """Solve problems whose first has a place; the engine runs under the conditions of the calibration."""
        from verifirst.bench.benchmark import POLICY, SETTINGS

        known = self.asked.known(self.model)
        enforce = self.enforce or tuple(known.conditions.get("enforce", ()) if known is not None else ())
        judge = self.asked.judge(known, model=self.model, temperature=self.sampling.temperature, enforce=list(enforce))
        options: dict[str, Any] = {"policy": POLICY, "settings": SETTINGS, "batch_size": self.batch_size}
        with loading.local_engine(self.model, enforce=enforce, **options) as engine:

            def solve(problems: Sequence[Problem], place: int) -> list[Judged]:
                requests = [self.sampling.request(one.problem, place + at) for at, one in enumerate(problems)]
                return self.asked.run(engine, requests, judge, enforce)

            yield solve

    def _print(self, problem: Problem, judged: Judged) -> None:
        from verifirst.report import wire
        from verifirst.report.agreed import agreed_view, encode_agreed
        from verifirst.report.console import console

        if self.as_json:
            typer.echo(wire.dump(encode_agreed(problem.id, judged)))
        else:
            console().print(agreed_view(problem, judged))
