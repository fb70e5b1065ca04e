"""One run of the local engine: continuous batching of dual streams over a ragged cache."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch

from verifirst.decoding import DualStream, Event
from verifirst.engines.base import Output, Request, check_prefix
from verifirst.engines.transformers.cache import RaggedCache
from verifirst.engines.transformers.machine import Machine
from verifirst.engines.transformers.prefill import Context, Prefills
from verifirst.engines.transformers.sampling import Draw, Sample, sample
from verifirst.errors import InputError
from verifirst.kernels.masking import Watch, ordinary
from verifirst.segment import Segmenter, segmenter
from verifirst.segment.none import NoSteps

IDLE_WAIT_S = 0.05  # how long to sleep when every live request waits for a verdict


@dataclass(slots=True)
class Row:
    """One live request: ``prompt`` token ids without the prefix, its dual stream, its sampling seed.

    ``masked``: wrong results may not be written; ``watch`` finds them where the device does not.
    """

    index: int
    trace: str
    request: Request
    prompt: list[int]
    stream: DualStream
    seed: int
    masked: bool = False
    watch: Watch | None = None

    @property
    def banned(self) -> frozenset[int]:
        """Tokens that may not be sampled next."""
        masked = self.watch.forbidden(self.stream.tokens) if self.watch is not None else frozenset()
        return self.stream.banned | masked

    @property
    def context(self) -> Context:
        """What is prefilled: the prompt and the prefix, but the last token."""
        return (*self.prompt, *self.request.prefix)[:-1]

    @property
    def last_token(self) -> int:
        """The token that the next forward pass takes in."""
        return self.stream.tokens[-1] if self.stream.tokens else self.prompt[-1]

    @property
    def position(self) -> int:
        """Its position: everything before it is in the cache."""
        return len(self.prompt) + len(self.stream.tokens) - 1


class Batch:
    """Runs ``requests`` to their end; ``events`` drives it, ``outputs`` reads the result."""

    def __init__(self, machine: Machine, requests: Sequence[Request]) -> None:
        self._machine = machine
        self._events: deque[Event] = deque()
        self._run = secrets.token_hex(4)
        self._waiting = deque(self._row(index, request) for index, request in enumerate(requests))
        self._prefills = Prefills((row.context for row in self._waiting), self._prefill)
        self._outputs: list[Output | None] = [None] * len(requests)
        self._rows: list[Row] = []
        self._by_trace: dict[str, Row] = {}
        self._cache = RaggedCache(machine.model.config.num_hidden_layers)

    def outputs(self) -> list[Output]:
        """Outputs in request order, once ``events`` is exhausted."""
        return [output for output in self._outputs if output is not None]

    def events(self) -> Iterator[Event]:
        """Drive the run; yields what happens, as it happens."""
        try:
            while self._rows or self._waiting:
                self._admit()
                self._listen()
                self._retire()
                if any(row.stream.wants_token for row in self._rows):
                    self._decode()
                elif self._rows:
                    self._machine.verifier.wait(IDLE_WAIT_S)
                yield from self._take_events()
        finally:
            for row in self._rows:
                self._machine.verifier.forget(row.trace)

    def _take_events(self) -> Iterator[Event]:
        while self._events:
            yield self._events.popleft()

    def _row(self, index: int, request: Request) -> Row:
        prompt = self._machine.tokenizer(request.prompt)["input_ids"]
        length = len(prompt) + len(request.prefix)
        limit = getattr(self._machine.model.config, "max_position_embeddings", None) or length + request.max_tokens
        if not prompt:
            raise InputError(f"request {index}: the prompt has no tokens; give at least one character")
        if length >= limit:
            raise InputError(
                f"request {index}: the prompt with its prefix has {length} tokens, the model takes fewer than {limit}"
            )
        check_prefix(
            request.prefix, self._machine.model.get_input_embeddings().num_embeddings, self._machine.end_tokens
        )
        stream = DualStream(
            request=index,
            max_tokens=min(request.max_tokens, limit - length),
            detokenizer=self._machine.detokenizer,
            segmenter=self._segmenter(request),
            policy=self._machine.policy,
            settings=self._machine.settings,
            emit=self._events.append,
            prefix=request.prefix,
            greedy=request.temperature == 0,
        )
        seed = secrets.randbits(64) if request.seed is None else request.seed
        masked = self._machine.settings.mask and request.enforce and ordinary(given(request))
        watch = Watch(self._machine.masker) if masked and self._machine.masker is not None else None
        return Row(index, f"{self._run}/{index}", request, prompt, stream, seed, masked, watch)

    def _segmenter(self, request: Request) -> Segmenter:
        return segmenter(self._machine.segment) if request.enforce else NoSteps()

    # -- admission and retirement ------------------------------------------------------

    def _admit(self) -> None:
        """Prefill waiting requests into free rows, all but the last token that they are given."""
        new: list[Row] = []
        while self._waiting and len(self._rows) + len(new) < self._machine.batch_size:
            new.append(self._waiting.popleft())
        if not new:
            return
        prefilled = self._prefills.take([row.context for row in new])
        for row, (cache, source) in zip(new, prefilled, strict=True):
            self._cache.adopt(len(self._rows), cache, source, len(row.context))
            self._rows.append(row)
            self._by_trace[row.trace] = row

    def _prefill(self, padded: torch.Tensor) -> Any:
        return self._forward(input_ids=padded, use_cache=True, logits_to_keep=1).past_key_values

    def _retire(self) -> None:
        """Take finished rows out, keeping the live ones dense in the cache."""
        for slot in reversed(range(len(self._rows))):
            row = self._rows[slot]
            if not row.stream.finished:
                continue
            self._outputs[row.index] = Output.of(row.stream, tuple(row.prompt), enforced=row.request.enforce)
            self._machine.verifier.forget(row.trace)
            del self._by_trace[row.trace]
            last = self._rows.pop()
            if last is not row:
                self._rows[slot] = last
                self._cache.move(len(self._rows), slot)

    # -- stream 1 ----------------------------------------------------------------------

    def _decode(self) -> None:
        """One forward pass over all rows; rows that wait for a verdict rewrite their last position."""
        positions = torch.tensor([row.position for row in self._rows])
        self._cache.prepare(positions)
        visible = torch.arange(int(positions.max()) + 1)[None] <= positions[:, None]
        mask = torch.zeros(visible.shape, dtype=self._machine.model.dtype).masked_fill(~visible, -torch.inf)
        with self._beside():
            logits = self._forward(
                input_ids=torch.tensor([[row.last_token] for row in self._rows]),
                position_ids=positions[:, None],
                attention_mask=mask[:, None, None],
                past_key_values=self._cache,
                use_cache=True,
            ).logits[:, -1]
        self._machine.forward_passes += 1
        live = [slot for slot, row in enumerate(self._rows) if row.stream.wants_token]
        rows = [self._rows[slot] for slot in live]
        device = self._machine.device
        forbidden = device.forbidden(logits)[live] if device is not None and any(row.masked for row in rows) else None
        for row, drawn in zip(rows, sample(logits[live], [_draw(row) for row in rows], forbidden), strict=True):
            self._take(row, drawn)
        self._machine.verifier.flush()

    def _beside(self) -> AbstractContextManager[None]:
        """What the device verifier does in the pass: reads what each masked row has written."""
        if self._machine.device is None:
            return nullcontext()
        outputs = [row.stream.tokens if row.masked else None for row in self._rows]
        return self._machine.device.step([row.position + 1 for row in self._rows], outputs)

    def _forward(self, **inputs: Any) -> Any:
        device = self._machine.model.device
        placed = {
            name: value.to(device) if isinstance(value, torch.Tensor) else value for name, value in inputs.items()
        }
        with torch.no_grad():  # not inference_mode: the cache is written outside of it too
            return self._machine.model(**placed)

    def _take(self, row: Row, drawn: Sample) -> None:
        if drawn.token < 0:
            row.stream.give_up()
        elif drawn.token in self._machine.end_tokens:
            row.stream.append_end(drawn.token, drawn.logprob, drawn.constrained_logprob)
        else:
            row.stream.append(drawn.token, drawn.logprob, drawn.constrained_logprob)
        self._submit(row)

    # -- stream 2 ----------------------------------------------------------------------

    def _submit(self, row: Row) -> None:
        for item in row.stream.take_submissions():
            self._machine.verifier.submit(row.trace, given(row.request), item.before, item.step, item.ticket)

    def _listen(self) -> None:
        """Deliver the verdicts that have come in."""
        for trace, ticket, report in self._machine.verifier.drain():
            row = self._by_trace.get(trace)
            if row is not None:
                row.stream.deliver(ticket, report)


def given(request: Request) -> str:
    """The text that the verifier takes as given."""
    return request.prompt if request.problem is None else request.problem


def _draw(row: Row) -> Draw:
    request, stream = row.request, row.stream
    return Draw(
        request.temperature * (stream.settings.retry_temperature if stream.retries else 1.0),
        request.top_k,
        request.top_p,
        row.banned,
        row.seed,
        stream.attempt,
        len(stream.tokens),
    )
