"""Summaries and events of recent requests, in the process that answers HTTP.

A client knows a request by the `id` of its response; the engine knows it by one id for each
prompt or turn. `client_id` is that map (read in vLLM's `entrypoints/openai/*/serving.py`):

| response | id of the response | ids in the engine | choice |
|---|---|---|---|
| chat | `chatcmpl-X` | the same | index of the sequence |
| completion | `cmpl-X` | `cmpl-X-0`, `cmpl-X-1`, ... (one a prompt) | prompt x n + index |
| responses | `resp_X` | `resp_X_0`, `resp_X_1`, ... (one a turn) | turn |
| offline, other | any | the same | index of the sequence |

Everything is bounded: requests, events of one request, events in all. The oldest go first.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from verifirst.engines.vllm.wire import Event, Summary

REQUESTS = 10_000
"""Requests remembered."""
EVENTS_PER_REQUEST = 1_024
"""Events remembered of one request."""
EVENTS = 100_000
"""Events remembered in all."""

_PART = re.compile(r"(cmpl-.+)-(\d{1,9})|(resp_.+)_(\d{1,9})")


def client_id(external: str) -> tuple[str, int]:
    """Return the id that a client sees for the engine's external id, and which part of it this is."""
    found = _PART.fullmatch(external)
    if found is None:
        return external, 0
    base, part = found[1] or found[3], found[2] or found[4]
    return base, int(part)


@dataclass(slots=True)
class Entry:
    """One response: its choices so far, and its last events, the first of them number `first`.

    `owners` says which engine request each choice belongs to: an id that a client uses again
    starts afresh.
    """

    choices: dict[int, Summary] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)
    expected: int = 1
    events: deque[Event] = field(default_factory=deque)
    first: int = 0

    @property
    def finished(self) -> bool:
        """Whether each choice seen is final, and as many were seen as one prompt gives."""
        return len(self.choices) >= self.expected and all(summary["final"] for summary in self.choices.values())

    def drop_events(self, number: int) -> None:
        """Forget the oldest `number` events."""
        for _ in range(number):
            self.events.popleft()
        self.first += number


@dataclass(eq=False, slots=True)
class Subscription:
    """A reader's place in the events of one response; it never holds up the writer."""

    request_id: str
    position: int
    loop: asyncio.AbstractEventLoop
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Tell the reader that there is something new; from any thread."""
        try:
            self.loop.call_soon_threadsafe(self.news.set)
        except RuntimeError:  # its loop is closed: nobody reads any more
            return


class Registry:
    """The bounded memory. Methods may be called from any thread; none blocks for long.

    `show_rollouts`: whether summaries keep their rollout, which holds refuted text.
    """

    def __init__(
        self, *, requests: int = REQUESTS, events_per_request: int = EVENTS_PER_REQUEST, events: int = EVENTS
    ) -> None:
        self.show_rollouts = False
        self._bounds = (requests, events_per_request, events)
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._events = 0
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    # -- the writer: process_outputs ---------------------------------------------------------

    def update(self, external: str, index: int, summary: Summary, *, owner: str = "", n: int = 1) -> None:
        """Remember the latest summary of one sequence; an id in use twice at once shows the later of the two.

        `external` is the id that the engine was given, `index` the sequence among the `n` of
        its prompt, `owner` the engine's own id. `summary` is kept, not copied.
        """
        name, part = client_id(external)
        with self._lock:
            entry = self._claim(name, part * n + index, owner)
            entry.expected = max(entry.expected, n)
            entry.choices[part * n + index] = summary
        self._wake(name)

    def forget(self, external: str) -> None:
        """Drop what is known of a request that no client knows of."""
        with self._lock:
            entry = self._entries.pop(client_id(external)[0], None)
            self._events -= len(entry.events) if entry is not None else 0

    def publish(self, external: str, index: int, events: Iterable[Event], *, owner: str = "", n: int = 1) -> None:
        """Append `events` of one sequence and wake their readers. Each gets the `index` of its choice."""
        name, part = client_id(external)
        choice = part * n + index
        with self._lock:
            entry = self._claim(name, choice, owner)
            for event in events:
                entry.events.append({**event, "index": choice})
                self._events += 1
            self._trim(entry)
        self._wake(name)

    def _claim(self, name: str, choice: int, owner: str) -> Entry:
        entry = self._entries.get(name)
        if entry is not None and entry.owners.get(choice, owner) != owner and entry.finished:
            self._events -= len(entry.events)
            del self._entries[name]
            entry = None
        if entry is None:
            entry = self._entries[name] = Entry()
            self._evict()
        entry.owners[choice] = owner
        self._entries.move_to_end(name)
        return entry

    def _evict(self) -> None:
        while len(self._entries) > self._bounds[0]:
            _, entry = self._entries.popitem(last=False)
            self._events -= len(entry.events)

    def _trim(self, entry: Entry) -> None:
        _, per_request, in_all = self._bounds
        self._forget(entry, len(entry.events) - per_request)
        if self._events > in_all:
            for oldest in self._entries.values():
                self._forget(oldest, min(len(oldest.events), self._events - in_all))
                if self._events <= in_all:
                    return

    def _forget(self, entry: Entry, number: int) -> None:
        if number > 0:
            entry.drop_events(number)
            self._events -= number

    def _wake(self, name: str) -> None:
        for subscription in tuple(self._subscriptions.get(name, ())):
            subscription.wake()

    # -- the reader: HTTP --------------------------------------------------------------------

    def lookup(self, request_id: str) -> dict[int, Summary] | None:
        """Return the latest summary of each choice, in order; None for an id that is not known.

        `request_id` is the `id` of a response, or an id that the engine was given.
        """
        with self._lock:
            found = self._resolve(request_id)
            if not found:
                return None
            return {
                part * entry.expected + index: entry.choices[index]
                for part, (_, entry) in enumerate(found)
                for index in sorted(entry.choices)
            }

    def _resolve(self, request_id: str) -> list[tuple[str, Entry]]:
        # the id itself; the id of one part, as the engine's log shows it; or of all parts of an
        # id whose form does not tell (a request_id that the client chose for /v1/responses)
        for name in (request_id, client_id(request_id)[0]):
            if name in self._entries:
                return [(name, self._entries[name])]
        return list(self._parts(request_id))

    def _parts(self, request_id: str) -> Iterator[tuple[str, Entry]]:
        for part in count():
            entry = self._entries.get(f"{request_id}_{part}")
            if entry is None:
                return
            yield f"{request_id}_{part}", entry

    def subscribe(self, request_id: str, *, after: int = -1) -> Subscription:
        """Begin to read the events of a response after number `after`; it need not be known yet.

        Call it inside the event loop that reads, and `unsubscribe` when done.
        """
        with self._lock:
            found = self._resolve(request_id)
            name = found[0][0] if found else request_id
            subscription = Subscription(name, after + 1, asyncio.get_running_loop())
            self._subscriptions.setdefault(name, set()).add(subscription)
            return subscription

    def knows(self, subscription: Subscription) -> bool:
        """Whether the response that `subscription` reads is in the memory."""
        return subscription.request_id in self._entries

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop reading. Idempotent."""
        with self._lock:
            readers = self._subscriptions.get(subscription.request_id, set())
            readers.discard(subscription)
            if not readers:
                self._subscriptions.pop(subscription.request_id, None)

    def read(self, subscription: Subscription) -> tuple[list[tuple[int, Event]], bool]:
        """Return the events not read yet, each with its number, and whether they were the last.

        A reader slower than the memory sees a gap in the numbers.
        """
        with self._lock:
            entry = self._entries.get(subscription.request_id)
            if entry is None:  # evicted: nothing more will come
                return [], True
            start = max(subscription.position, entry.first)
            fresh = [(number, event) for number, event in enumerate(entry.events, entry.first) if number >= start]
            subscription.position = entry.first + len(entry.events)
            return fresh, entry.finished


REGISTRY = Registry()
"""The process's own: the front end writes it and the HTTP routes of the same process read it."""
