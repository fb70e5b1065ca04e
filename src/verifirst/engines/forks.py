"""Forks: independent continuations of each prompt, drawn until they agree or a budget ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from verifirst.agreement import Derivation, Election, elect
from verifirst.consistency import Stopping
from verifirst.engines.base import Output, Request
from verifirst.errors import ConfigError

_APART = 1_000_003
"""Between the seeds of forks of one request."""


class Engine(Protocol):
    """What forks need of an engine."""

    def generate(self, requests: Sequence[Request]) -> list[Output]:
        """Run all requests; outputs in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Agreed:
    """The forks of one request. ``tokens`` are all that were sampled, wasted ones included."""

    forks: tuple[Output, ...]
    derivations: tuple[Derivation, ...]
    election: Election

    @property
    def output(self) -> Output | None:
        """The fork to release; None where none has an answer."""
        return None if self.election.winner is None else self.forks[self.election.winner]

    @property
    def tokens(self) -> int:
        """Tokens sampled in all forks."""
        return sum(fork.tally.sampled for fork in self.forks)


def agree(
    engine: Engine,
    requests: Sequence[Request],
    read: Callable[[Request, Output], Derivation],
    stopping: Stopping,
    *,
    most: int = 8,
    together: int = 1,
) -> list[Agreed]:
    """Draw forks of each request until ``stopping`` is content, at most ``most``, ``together`` in each round.

    ``read`` makes a derivation of an output; one without an answer (an exhausted request) votes for
    nothing. Forks of a request differ in their seeds, so a run can be repeated by its seeds. Requests that are still
    open share each round's batch. Raises ConfigError for a request without a seed, and where nothing would be drawn.
    """
    if most < 1 or together < 1:
        raise ConfigError(f"most and together must be at least 1, found {most} and {together}")
    if any(request.seed is None for request in requests):
        raise ConfigError("forks need a seed in each request, so that they can be drawn again; set Request.seed")
    forks: list[list[Output]] = [[] for _ in requests]
    derivations: list[list[Derivation]] = [[] for _ in requests]
    waiting = list(range(len(requests)))
    while waiting:
        round_ = [(at, number) for at in waiting for number in _next(len(forks[at]), together, most)]
        outputs = engine.generate([_fork(requests[at], number) for at, number in round_])
        for (at, _), output in zip(round_, outputs, strict=True):
            forks[at].append(output)
            derivations[at].append(read(requests[at], output))
        waiting = [at for at in waiting if not stopping.done(_votes(derivations[at]), len(forks[at]), most)]
    return [Agreed(tuple(drawn), tuple(known), elect(known)) for drawn, known in zip(forks, derivations, strict=True)]


def stopped(agreed: Agreed, stopping: Stopping, *, most: int = 8) -> Agreed:
    """What ``stopping`` would have drawn of forks that were all drawn: a prefix of them."""
    for count in range(1, len(agreed.forks) + 1):
        known = agreed.derivations[:count]
        if stopping.done(_votes(known), count, most):
            return Agreed(agreed.forks[:count], known, elect(known))
    return agreed


def _fork(request: Request, number: int) -> Request:
    return replace(request, seed=(request.seed or 0) + number * _APART)


def _next(drawn: int, together: int, most: int) -> range:
    """The numbers of the forks of a request's next round."""
    return range(drawn, min(drawn + together, most))


def _votes(derivations: Sequence[Derivation]) -> list[int]:
    return list(elect(derivations).votes.values())
