"""What travels between a process stream and its workers: differences, never a history twice.

The parent notes what it last sent of each trace to each process; the worker notes the number
of the last message it took. A message builds on the one before it by that number, so a
worker that lost its notes (restarted, or the trace was evicted) cannot judge against a wrong
history: it says so, and gets the whole history.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from verifirst.core.before import Before, count, shared, since
from verifirst.core.sealed import Seal
from verifirst.core.step import Step
from verifirst.solvers.process import Memory
from verifirst.solvers.worker import Forgotten
from verifirst.stream.ledgers import LedgerCache
from verifirst.verifier import Verifier


class Submitted(NamedTuple):
    """A step as the parent holds it until it is sent."""

    trace_id: str
    problem: str
    before: Before | None
    text: str


Message = tuple[str, int, int, str | None, int, list[str], str, list[str]]
"""(trace id, number of the message it builds on, its own number, problem or None where it builds
on one, steps shared, texts of the steps after those (last first), text to judge, traces to drop)"""


class _Sent(NamedTuple):
    serial: int
    problem: str
    before: Before | None
    text: str


def encode(memory: Memory, item: Submitted) -> Message:
    """The message for ``item``, given what that worker was sent before; notes it in ``memory``."""
    trace_id, problem, before, text = item
    sent: _Sent | None = memory.sent.get(trace_id)
    memory.serial += 1
    memory.sent[trace_id] = _Sent(memory.serial, problem, before, text)
    gone, memory.gone = memory.gone, []
    if sent is None or sent.problem != problem:
        return trace_id, 0, memory.serial, problem, 0, since(before, None), text, gone
    if before is not None and before.parent is sent.before and before.text == sent.text:
        return trace_id, sent.serial, memory.serial, None, before.length, [], text, gone
    common = shared(before, sent.before)
    return trace_id, sent.serial, memory.serial, None, count(common), since(before, common), text, gone


class _Held(NamedTuple):
    """What a worker has of a trace: the last message's number, and the steps up to the one it judged."""

    serial: int
    problem: str
    upto: Before


class Desk:
    """The worker's side: takes messages in order, keeps at most ``limit`` traces."""

    def __init__(self, verifier: Verifier, limit: int) -> None:
        self._cache = LedgerCache(verifier, limit)
        self._limit = limit
        self._held: OrderedDict[str, _Held] = OrderedDict()

    def __call__(self, message: Message) -> tuple[object, ...]:
        """Judge a step; its sealed report. Raises Forgotten where the message builds on what is not here."""
        trace_id, after, serial, problem, keep, texts, text, gone = message
        for dropped in gone:
            self._held.pop(dropped, None)
            self._cache.forget(dropped)
        held = self._held.pop(trace_id, None)
        if problem is None:
            if held is None or held.serial != after:
                raise Forgotten
            problem = held.problem
        before = _upto(held.upto if held else None, keep)
        for earlier in reversed(texts):
            before = Before(earlier, before)
        self._held[trace_id] = _Held(serial, problem, Before(text, before))
        if len(self._held) > self._limit:
            self._held.popitem(last=False)
        step = Step(count(before), 0, len(text), len(text), text)
        return tuple(Seal.of(self._cache.check(trace_id, problem, before, step)))


def _upto(chain: Before | None, steps: int) -> Before | None:
    """The first ``steps`` steps of ``chain``."""
    while count(chain) > steps:
        assert chain is not None, "it has steps"
        chain = chain.parent
    return chain


class Initializer:
    """Picklable; builds a worker's desk over there."""

    def __init__(self, factory: Callable[[], Verifier], max_ledgers: int) -> None:
        self._factory = factory
        self._max_ledgers = max_ledgers

    def __call__(self) -> Desk:
        """The desk; raises what the factory raises."""
        return Desk(self._factory(), self._max_ledgers)
