"""Rollouts in wide batches: verifirst's decoder and verifier over the small network's own forward pass.

``verifirst.engines.transformers.LocalEngine`` does the same for any model, several times
slower on a network this small, where its price is Python. The protocol (``DualStream``), the
verifier and the random numbers are the same, and so are the outputs: a test compares them
token for token.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from recipes.rl_convergence.forward import LONGEST, Cache, Decoder, prefill
from recipes.word_problems.network import Network

from verifirst.decoding import DualStream, Release, Settings
from verifirst.engines.base import Output, Request
from verifirst.engines.detokenizers import detokenizer
from verifirst.policy import OnRefuted, OnUnknown, Policy
from verifirst.segment import segmenter
from verifirst.segment.none import NoSteps
from verifirst.stream import InlineStream
from verifirst.verifier import Verifier

ENFORCE = ("DG",)  # the network always shows its operands, so rules about their origin may refuse
ROLL_BACK = Policy(on_unknown=OnUnknown.STRICT)
FLAG = Policy(on_refuted=OnRefuted.FLAG)
VERIFIER = partial(Verifier, enforce=ENFORCE)


def settings(retries: int, *, ban: bool = False) -> Settings:
    """Retries are plain resampling, what the estimators of the verified policy assume; greedy ones need bans."""
    return Settings(retries_per_boundary=retries, ban=ban, back_jump=False, retry_temperature=1.0, release=Release.END)


@dataclass(slots=True)
class Live:
    """One request under way; ``fresh`` are sampled tokens that the stream has not read yet."""

    index: int
    prompt: list[int]
    stream: DualStream
    request: Request
    room: int
    fresh: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Output tokens so far."""
        return len(self.stream.tokens) + len(self.fresh)

    @property
    def last(self) -> int:
        """The token that the next forward pass takes in."""
        if self.fresh:
            return self.fresh[-1]
        return self.stream.tokens[-1] if self.stream.tokens else self.prompt[-1]

    @property
    def banned(self) -> frozenset[int]:
        """Tokens that may not come next."""
        if not self.stream.settings.ban:
            return frozenset()
        now = self.stream.tokens + self.fresh
        return frozenset(
            path[-1]
            for anchor, path in self.stream.ban_paths()
            if len(now) == anchor + len(path) - 1 and tuple(now[anchor:]) == path[:-1]
        )


class Sampler:
    """``generate`` runs requests at temperature 1 or 0, ``width`` at a time; ``network`` may change between calls."""

    def __init__(self, network: Network, tokenizer: Any, *, width: int = 256) -> None:
        self.network, self.tokenizer, self.width = network, tokenizer, width
        self._detokenizer = detokenizer(tokenizer)
        self._verifier = InlineStream(VERIFIER())
        self._end = tokenizer.eos_token_id
        self._cache = Cache(network, width)

    def generate(self, requests: Sequence[Request], *, settings: Settings, policy: Policy = ROLL_BACK) -> list[Output]:
        """Outputs in the order of ``requests``."""
        self._policy, self._settings = policy, settings
        self._decoder = Decoder(self.network)
        live = [self._live(index, request) for index, request in enumerate(requests)]
        waiting = deque(sorted(live, key=lambda row: -len(row.prompt)))  # rows of like length read less padding
        rows: list[Live] = []
        outputs: dict[int, Output] = {}
        while rows or waiting:
            if waiting and len(rows) <= self.width * 3 // 4:
                self._admit(rows, waiting)
            self._step(rows)
            self._retire(rows, outputs)
        return [outputs[index] for index in range(len(requests))]

    def _live(self, index: int, request: Request) -> Live:
        prompt = self.tokenizer(request.prompt)["input_ids"]
        cut = segmenter("newline") if request.enforce else NoSteps()
        most = min(request.max_tokens, LONGEST - len(prompt))
        stream = DualStream(
            index, most, self._detokenizer, cut, self._policy, self._settings, greedy=request.temperature == 0
        )
        return Live(index, prompt, stream, request, stream.room)

    def _admit(self, rows: list[Live], waiting: deque[Live]) -> None:
        new = [waiting.popleft() for _ in range(min(len(waiting), self.width - len(rows)))]
        prefill(self.network, [row.prompt[:-1] for row in new], self._cache, len(rows))
        rows += new

    def _step(self, rows: list[Live]) -> None:
        """One forward pass, one token a row."""
        last = torch.tensor([row.last for row in rows])
        positions = torch.tensor([len(row.prompt) + row.length - 1 for row in rows])
        tokens, logprobs = draw(self._decoder.step(last, positions, self._cache), rows)
        for row, token, logprob in zip(rows, tokens, logprobs, strict=True):
            if token == self._end:
                self._read(row)
                row.stream.append_end(token, logprob)
                self._verify(row)
                continue
            row.fresh.append(token)
            row.logprobs.append(logprob)
            if row.stream.loudness[token] or len(row.fresh) >= row.room:
                self._read(row)
                self._verify(row)

    def _read(self, row: Live) -> None:
        row.stream.extend(row.fresh, row.logprobs)
        row.fresh, row.logprobs = [], []

    def _verify(self, row: Live) -> None:
        problem = row.request.problem or row.request.prompt
        for item in row.stream.take_submissions():
            self._verifier.submit(str(row.index), problem, item.before, item.step, item.ticket)
        for _, ticket, report in self._verifier.drain():
            row.stream.deliver(ticket, report)
        row.room = row.stream.room

    def _retire(self, rows: list[Live], outputs: dict[int, Output]) -> None:
        """Take finished rows out; the last row moves into the gap."""
        for slot in reversed(range(len(rows))):
            row = rows[slot]
            if not row.stream.finished:
                continue
            outputs[row.index] = Output.of(row.stream, tuple(row.prompt), enforced=row.request.enforce)
            self._verifier.forget(str(row.index))
            last = rows.pop()
            if last is not row:
                rows[slot] = last
                self._cache.move(len(rows), slot, len(last.prompt) + last.length)


def draw(logits: torch.Tensor, rows: Sequence[Live]) -> tuple[list[int], list[float]]:
    """One token a row and its raw log-probability; greedy where the temperature is 0. Bans change ``logits``."""
    logs = logits.log_softmax(-1)
    banned = [(row, token) for row, live in enumerate(rows) for token in live.banned]
    if banned:
        logits[tuple(zip(*banned, strict=True))] = -torch.inf
    mass = (logits.softmax(-1) if banned else logs.exp()).cumsum(-1)
    chosen = torch.from_numpy(
        uniforms(
            [row.request.seed or 0 for row in rows], [row.stream.attempt for row in rows], [row.length for row in rows]
        )
    )
    target = (chosen * mass[:, -1].double()).float()[:, None]
    tokens = torch.searchsorted(mass, target, right=True)[:, 0].clamp_(max=logits.shape[1] - 1)
    greedy = torch.tensor([row.request.temperature == 0 for row in rows])
    if bool(greedy.any()):
        tokens = torch.where(greedy, logits.argmax(-1), tokens)
    return tokens.tolist(), logs.gather(1, tokens[:, None])[:, 0].tolist()


def uniforms(seeds: Sequence[int], attempts: Sequence[int], positions: Sequence[int]) -> NDArray[np.float64]:
    """The engine's own random numbers (``sampling.uniform``), for all rows at once."""
    state = np.array(seeds, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state += np.array(attempts, np.uint64) * np.uint64(0xD1B54A32D192ED03)
    state += np.array(positions, np.uint64) * np.uint64(0x8CB92BA72F3D8DD7) + np.uint64(1)
    for _ in range(2):
        state += np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
    return (state >> np.uint64(11)).astype(np.float64) / (1 << 53)
