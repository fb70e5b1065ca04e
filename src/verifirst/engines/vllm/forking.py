"""Forks in the server: one request is drawn several times, and the best supported answer is sent.

The front end's ``generate`` is wrapped. A request that asks for forks becomes sub-requests that differ in their
seeds, drawn in rounds until enough agree; vLLM batches them with everything else, and their prompt's blocks are
shared through its prefix cache. Under load forks are what is shed first.
"""

from __future__ import annotations

import asyncio
import functools
import uuid
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from verifirst.agreement import Derivation, Election, elect
from verifirst.consistency import Stopping
from verifirst.engines.detokenizers import detokenizer
from verifirst.engines.forks import APART, STOPPING, is_program
from verifirst.engines.vllm import metrics, wire
from verifirst.engines.vllm.deriving import Derivations, Text
from verifirst.engines.vllm.frontend import guarded
from verifirst.engines.vllm.prefixes import closers_after, prefix_of
from verifirst.engines.vllm.registry import REGISTRY, Registry
from verifirst.engines.vllm.settings import PREFIX, EnforceSettings, RequestSettings
from verifirst.errors import ConfigError
from verifirst.formalising import program_prompt

Generate = Callable[..., AsyncGenerator[Any, None]]
_STOCK = "_verifirst_stock"


def install(async_llm: type, settings: EnforceSettings, tokenizer_of: Callable[[Any], Any]) -> None:
    """Wrap ``AsyncLLM.generate``; the latest ``settings`` count. ``tokenizer_of`` takes a model config."""
    found: Any = async_llm.generate  # type: ignore[attr-defined]
    stock: Generate = getattr(found, _STOCK, found)
    desk = Desk(settings, tokenizer_of)

    @functools.wraps(stock)
    def generate(self: Any, prompt: Any, sampling_params: Any, request_id: str, **options: Any) -> Any:
        chosen = desk.forked(self, prompt, sampling_params)
        if chosen is None:
            return stock(self, prompt, sampling_params, request_id, **options)
        ask = functools.partial(stock, self, **options)
        return desk.draw(self, ask, prompt, sampling_params, request_id, chosen)

    setattr(generate, _STOCK, stock)
    async_llm.generate = generate  # type: ignore[attr-defined]


@dataclass(slots=True)
class _Drawn:
    """The forks of one request so far. ``most`` may still be drawn in all; ``shed`` were given up."""

    most: int
    outputs: list[Any] = field(default_factory=list)
    known: list[Derivation] = field(default_factory=list)
    shed: int = 0

    def wanted(self, stopping: Stopping) -> int:
        """The fewest further forks after which ``stopping`` may be content; 0 where it is."""
        drawn, votes = len(self.known), sorted(elect(self.known).votes.values(), reverse=True)
        left = self.most - drawn
        if left <= 0 or (votes and stopping.done(votes, drawn, self.most)):
            return 0
        leader, others = (votes[0], votes[1:]) if votes else (0, [])
        return next(
            more for more in range(1, left + 1) if stopping.done([leader + more, *others], drawn + more, self.most)
        )

    def grant(self, wanted: int, room: int) -> int:
        """How many of ``wanted`` forks are drawn where there is ``room`` for so many: the first one always."""
        taken = max(min(wanted, room), 0 if self.outputs else 1)
        self.shed += wanted - taken
        self.most -= wanted - taken
        return taken


class Desk:
    """What one front end needs to fork: its settings, and a process that reads derivations."""

    def __init__(
        self, settings: EnforceSettings, tokenizer_of: Callable[[Any], Any], registry: Registry = REGISTRY
    ) -> None:
        self._settings = settings
        self._tokenizer_of = tokenizer_of
        self._registry = registry
        self._derivations = Derivations(settings.factory, settings.timeout_s)

    def forked(self, llm: Any, prompt: Any, params: Any) -> RequestSettings | None:
        """The settings of a request that asks for forks; None for any other.

        Raises ConfigError (a ValueError, HTTP 400) for forks that cannot be, and for a prefix that cannot stand.
        """
        chosen = self._settings.for_request(params.extra_args)
        if chosen is None or not isinstance(prompt, dict):
            return None
        ids = prompt.get("prompt_token_ids")
        if chosen.prefix_tokens:
            speller = detokenizer(self._tokenizer_of(llm.model_config))
            closers_after(speller, chosen.segment, prefix_of(ids, chosen.prefix_tokens))
        if not chosen.forked:
            return None
        if chosen.forks > self._settings.max_forks:
            raise ConfigError(
                f"forks={chosen.forks} is more than this server allows: at most {self._settings.max_forks}"
            )
        if params.n != 1:
            raise ConfigError(
                f"forks={chosen.forks} answers with one choice, found n={params.n}; send n=1, or {PREFIX}forks=1"
            )
        return chosen

    async def draw(
        self, llm: Any, ask: Generate, prompt: Any, params: Any, request_id: str, chosen: RequestSettings
    ) -> AsyncGenerator[Any, None]:
        """Draw, elect, and yield the winner's output as the request's only one. Cancelled, it aborts its forks."""
        drawn = _Drawn(1 if params.temperature == 0 else chosen.forks)  # greedy forks are all the same
        program = self._program(llm, prompt, chosen) if chosen.programs else None
        while wanted := drawn.wanted(STOPPING):
            room = self._settings.forks_max_inflight - len(llm.output_processor.request_states)
            taken = drawn.grant(wanted, room)
            numbers = range(len(drawn.outputs), len(drawn.outputs) + taken)
            formal = [program is not None and is_program(number) for number in numbers]
            round_ = []
            for number, of_program in zip(numbers, formal, strict=True):
                fork = _fork_of(params, number, judged=not of_program)
                round_.append(_last(ask(program if of_program else prompt, fork, f"{request_id}/fork{number}")))
            drawn.outputs += (found := await _together(round_))
            drawn.known += await asyncio.to_thread(self._derive, llm, found, formal, chosen)
        election = elect(drawn.known)
        winner = drawn.outputs[election.winner or 0]
        self._tell(winner, drawn, election, request_id, chosen)
        guarded("forks were not counted", _count, llm, drawn)
        winner.request_id = request_id
        yield winner

    def _program(self, llm: Any, prompt: Any, chosen: RequestSettings) -> Any:
        """The prompt for a program of the same problem; None where it does not fit into the model."""
        tokenizer = self._tokenizer_of(llm.model_config)
        ids = tokenizer.encode(program_prompt(chosen.given(tokenizer, prompt.get("prompt_token_ids")).rstrip("\n")))
        if len(ids) >= llm.model_config.max_model_len:
            return None
        kept = {name: prompt[name] for name in ("type", "cache_salt") if name in prompt}
        return kept | {"prompt_token_ids": ids}

    def _derive(self, llm: Any, outputs: list[Any], formal: list[bool], chosen: RequestSettings) -> list[Derivation]:
        """Read each output: as a program where it is ``formal``, else as steps behind the prefix."""
        tokenizer = self._tokenizer_of(llm.model_config)
        texts: list[Text] = []
        for output, program in zip(outputs, formal, strict=True):
            ids, text = output.prompt_token_ids, output.outputs[0].text
            if program:
                texts.append((None, text))
            else:
                before = tokenizer.decode(prefix_of(ids, chosen.prefix_tokens), skip_special_tokens=True)
                texts.append((chosen.given(tokenizer, ids), before + text))
        return self._derivations.read(texts)

    def _tell(self, winner: Any, drawn: _Drawn, election: Election, request_id: str, chosen: RequestSettings) -> None:
        """Put the election into the winner's summary, and that under the request's own id."""
        for number in range(len(drawn.outputs)):
            self._registry.forget(f"{request_id}/fork{number}")
        summary: wire.Summary | None = getattr(winner.outputs[0], "verification", None)
        if summary is None:
            return
        told = wire.Consistency(
            forks=len(drawn.outputs),
            asked=chosen.forks,
            share=round(election.share, 4),
            support=round(election.support, 4),
            shed=drawn.shed,
            programs=sum(one.program for one in drawn.known),
        )
        summary = summary.copy()
        summary["consistency"] = told
        winner.outputs[0].verification = summary
        self._registry.update(request_id, 0, summary, owner=uuid.uuid4().hex)


def _fork_of(params: Any, number: int, *, judged: bool) -> Any:
    """The sampling parameters of fork ``number``: whole at its end, with a seed of its own, and no forks in turn.

    A program is not ``judged``: nothing of it is rolled back, or bound to a grammar.
    """
    from vllm.sampling_params import RequestOutputKind  # noqa: PLC0415  # vLLM is optional

    fork = params.clone()
    fork.output_kind = RequestOutputKind.FINAL_ONLY
    fork.seed = None if params.seed is None else (params.seed + number * APART) % 2**63
    fork.extra_args = {**(params.extra_args or {}), PREFIX + "forks": 1}
    if not judged:
        free = {"on_refuted": "flag", "on_unknown": "pass", "mask": False, "prefix_tokens": 0, "problem": ""}
        fork.extra_args |= {PREFIX + name: value for name, value in free.items()}
        fork.structured_outputs = None
    return fork


async def _last(outputs: AsyncGenerator[Any, None]) -> Any:
    """The last output of a request."""
    last = None
    async for output in outputs:
        last = output
    assert last is not None, "vLLM ends a request with an output"
    return last


async def _together(forks: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Wait for all; where one raises, or the client leaves, the others end, too."""
    tasks = [asyncio.ensure_future(fork) for fork in forks]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _count(llm: Any, drawn: _Drawn) -> None:
    served = llm.model_config.served_model_name
    name = served[0] if isinstance(served, list) else served or llm.model_config.model
    metrics.default().observe_forks(str(name), len(drawn.outputs), drawn.shed)
