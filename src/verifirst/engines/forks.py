"""Forks: independent continuations of each prompt, in steps and as programs, drawn until they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Protocol

from verifirst.agreement import Derivation, Election, elect, program_derivation
from verifirst.consistency import Posterior, Stopping
from verifirst.engines.base import Output, Request
from verifirst.errors import ConfigError
from verifirst.formalising import program_prompt

STOPPING = Posterior(0.9)
"""When enough forks were drawn: after 3 to 0, 5 to 1, 7 to 2 votes."""
SOONER = Posterior(0.85)
"""The same where they agree in every fact: after 2 to 0."""
APART = 1_000_003
"""Between the seeds of forks of one request."""
_KEY_BYTES = 64

Read = Callable[[Request, Output], Derivation]
"""Makes a derivation of an output in steps."""
Formalise = Callable[[Request], Request]
"""Makes of a request in steps the one for a program of the same problem."""


class Engine(Protocol):
    """What forks need of an engine."""

    def generate(self, requests: Sequence[Request]) -> list[Output]:
        """Run all requests; outputs in their order."""
        ...


@dataclass(slots=True)
class Agreed:
    """The forks of one request, in the order in which they were drawn.

    The last ``inside`` of them began inside another: they may be released and have no vote. ``tokens`` are all that
    were sampled, wasted ones included.
    """

    forks: tuple[Output, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    inside: int = 0
    election: Election = field(init=False)

    def __post_init__(self) -> None:
        self.election = elect(self.derivations, self.inside)

    @property
    def voters(self) -> tuple[Derivation, ...]:
        """The derivations of independent forks."""
        return self.derivations[: len(self.derivations) - self.inside]

    @property
    def output(self) -> Output | None:
        """The fork to release; None where none in steps has an answer."""
        return None if self.election.winner is None else self.forks[self.election.winner]

    @property
    def tokens(self) -> int:
        """Tokens sampled in all forks."""
        return sum(fork.tally.sampled for fork in self.forks)

    def first(self, count: int) -> Agreed:
        """What there was after ``count`` forks."""
        return Agreed(self.forks[:count], self.derivations[:count])

    def done(self, stopping: Stopping, most: int, sooner: Stopping | None = None) -> bool:
        """Whether ``stopping`` is content with what was drawn: never while there is nothing to release.

        Where forks agree in every fact and not in the answer alone, it is enough that ``sooner`` is.
        """
        votes, drawn = list(self.election.votes.values()), len(self.forks)
        if self.election.winner is None and drawn < most:
            return False
        if stopping.done(votes, drawn, most):
            return True
        return sooner is not None and self.election.unanimous and sooner.done(votes, drawn, most)


def agree(
    engine: Engine,
    requests: Sequence[Request],
    read: Read,
    stopping: Stopping,
    *,
    most: int = 8,
    sooner: Stopping | None = None,
    together: int = 1,
    programs: Formalise | None = None,
) -> list[Agreed]:
    """Draw forks of each request until ``stopping`` is content, at most ``most``, ``together`` in each round.

    ``sooner`` is asked, too, where all forks so far agree in every fact (:attr:`Election.unanimous`).
    With ``programs`` every second fork is a program of the problem, by the same model from the request that
    ``programs`` makes: it is run exactly and votes, and is never released. A fork without an answer (an exhausted
    request, a program that cannot be run) votes for nothing. Forks of a request differ in their seeds, so a run can be
    repeated by its seeds. Requests that are still open share each round's batch. Raises ConfigError for a request
    without a seed, and where nothing would be drawn.
    """
    if most < 1 or together < 1:
        raise ConfigError(f"most and together must be at least 1, found {most} and {together}")
    if any(request.seed is None for request in requests):
        raise ConfigError("forks need a seed in each request, so that they can be drawn again; set Request.seed")
    found = [Agreed() for _ in requests]
    waiting = list(range(len(requests)))
    while waiting:
        round_ = [(at, number) for at in waiting for number in _next(len(found[at].forks), together, most)]
        asked = [_fork(requests[at], number, programs) for at, number in round_]
        for (at, number), output in zip(round_, engine.generate(asked), strict=True):
            formal = programs is not None and is_program(number)
            known = program_derivation(output.text) if formal else read(requests[at], output)
            found[at] = Agreed((*found[at].forks, output), (*found[at].derivations, known))
        waiting = [at for at in waiting if not found[at].done(stopping, most, sooner)]
    return found


def stopped(agreed: Agreed, stopping: Stopping, *, most: int = 8, sooner: Stopping | None = None) -> Agreed:
    """What these rules would have drawn of forks that were all drawn: a prefix of them."""
    prefixes = (agreed.first(count) for count in range(1, len(agreed.forks) + 1))
    return next((prefix for prefix in prefixes if prefix.done(stopping, most, sooner)), agreed)


def apart(request: Request, number: int) -> Request:
    """The request with the seed of its fork ``number``; number 0 is the request itself."""
    return replace(request, seed=(request.seed or 0) + number * APART)


def program_request(request: Request) -> Request:
    """The request for a program of the same problem, as the shipped model reads it; programs are run, not verified."""
    problem = request.prompt.rstrip("\n") if request.problem is None else request.problem
    return replace(request, prompt=program_prompt(problem), enforce=False)


def is_program(number: int) -> bool:
    """Whether fork ``number`` is a program where there are any: steps come first, then by turns."""
    return number % 2 == 1


def keyed(requests: Sequence[Request], key: bytes) -> list[Request]:
    """The requests with seeds drawn from ``key``: the same by the same key, and not to be foretold without it.

    A seed is the keyed BLAKE2b digest (RFC 7693) of the request's place and prompt.
    """
    if not 0 < len(key) <= _KEY_BYTES:
        raise ConfigError(f"a key has 1 to {_KEY_BYTES} bytes, found {len(key)}")
    return [replace(request, seed=_seed(key, at, request.prompt)) for at, request in enumerate(requests)]


def _seed(key: bytes, at: int, prompt: str) -> int:
    digest = blake2b(f"{at}/{prompt}".encode(errors="surrogatepass"), key=key, digest_size=7)
    return int.from_bytes(digest.digest(), "big")


def _fork(request: Request, number: int, programs: Formalise | None) -> Request:
    fork = apart(request, number)
    return programs(fork) if programs is not None and is_program(number) else fork


def _next(drawn: int, together: int, most: int) -> range:
    """The numbers of the forks of a request's next round."""
    return range(drawn, min(drawn + together, most))
