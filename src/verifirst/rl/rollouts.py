"""Rollouts: what an engine sampled under verification, as a trainer needs it.

Token ids are those that were sampled: nothing here turns text into tokens.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

from verifirst.core.report import Coverage
from verifirst.core.verdict import Status
from verifirst.decoding import Dropped, FinishReason, Rejection
from verifirst.decoding.records import codes
from verifirst.engines.base import Output, Request
from verifirst.errors import InputError


class Engine(Protocol):
    """What samples rollouts: ``verifirst.LocalEngine``, or anything that gives the same outputs."""

    def generate(self, requests: Sequence[Request | str]) -> list[Output]:
        """Run all requests; outputs in their order."""
        ...


@dataclass(frozen=True, slots=True)
class RolloutStep:
    """A step that stands.

    ``start`` and ``end`` are indices into the rollout's ``completion_ids``, half open.
    Neighbours meet, or share the one token that closed the one and begins the next. An
    end-of-text token belongs to the step that it closed, and to none where that was closed
    before. ``rules`` are the codes of the rules that decided something about it.
    ``tries`` counts the attempts at its boundary that still count, this one included.
    """

    start: int
    end: int
    text: str
    status: Status
    rules: tuple[str, ...] = ()
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Branch:
    """Tokens that were sampled and cut.

    ``boundary``: the output length at which they were sampled. ``logprobs`` are under the raw
    model, ``constrained_logprobs`` under the distribution that was sampled from. ``text`` is
    the refused step's, ``rules`` those that refuted it (none where it was refused as unknown).
    The first ``reopened`` tokens belong to earlier steps, dropped with the refused one.
    """

    boundary: int
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    constrained_logprobs: tuple[float, ...]
    text: str
    rules: tuple[str, ...] = ()
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Rollout:
    """One sampled completion, with everything that was sampled on the way to it.

    ``completion_ids`` are exactly as sampled, with the end-of-text token where it was sampled.
    ``logprobs`` and ``constrained_logprobs`` are theirs, in nats, as in :class:`Branch`.
    ``branches`` are in the order of refusal. ``tail`` is what was sampled last and dropped
    without a retry: a step that ``max_tokens`` cut short and that reads as false, or the open
    step when the budget of tokens ended. ``resampled``: refused steps were tried again by
    fresh draws from one distribution, without bans and at one temperature.
    ``enforced``: verification was on.
    """

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    constrained_logprobs: tuple[float, ...]
    text: str
    finish_reason: FinishReason
    steps: tuple[RolloutStep, ...] = ()
    branches: tuple[Branch, ...] = ()
    tail: Branch | None = None
    coverage: Coverage = field(default_factory=Coverage)
    enforced: bool = True
    resampled: bool = True

    @classmethod
    def of(cls, output: Output) -> Rollout:
        """The rollout of a local engine's output.

        Raises InputError for an output that was sampled under a mask: its tokens do not follow
        the policy, and what they followed is not kept.
        """
        if output.settings.mask:
            raise InputError("this output was sampled under a mask; for training use Settings(mask=False)")
        branches = tuple(map(_branch, output.rejections))
        return cls(
            output.prompt_token_ids,
            output.token_ids,
            output.logprobs,
            output.constrained_logprobs,
            output.text,
            output.finish_reason,
            tried(_steps(output), output.token_ids, branches),
            branches,
            None if output.tail is None else _cut_short(output.tail),
            output.coverage,
            output.enforced,
            not output.settings.ban and output.settings.retry_temperature == 1,
        )

    @property
    def exhausted(self) -> bool:
        """Whether a budget of retries or tokens ended it: what is missing was never written."""
        return self.finish_reason is FinishReason.EXHAUSTED

    @property
    def sampled(self) -> int:
        """Tokens that it took, dropped ones included (but for those sampled while a verdict was late)."""
        return len(self.completion_ids) + sum(len(branch.token_ids) for branch in self.dropped)

    @property
    def dropped(self) -> tuple[Branch, ...]:
        """The branches, then the tail."""
        return self.branches if self.tail is None else (*self.branches, self.tail)

    @property
    def first_refuted(self) -> RolloutStep | None:
        """The first step that stands though it is refuted, as where a policy only flags."""
        return next((step for step in self.steps if step.status is Status.REFUTED), None)

    def prefixes(self) -> list[tuple[int, ...]]:
        """For each of ``dropped``, the completion tokens that stood before it when it was sampled.

        Not always a prefix of ``completion_ids``: the decoder may have jumped back since.
        """
        return [prefix for prefix, _ in walk(self.completion_ids, self.dropped)]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready; :meth:`from_dict` reads it back. Raises InputError where a logprob is unknown."""
        for row in (self.logprobs, *(branch.logprobs for branch in self.dropped)):
            if not all(map(math.isfinite, row)):
                raise InputError("a rollout with unknown log-probabilities cannot be written; ask the engine for them")
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Rollout:
        """Read what :meth:`as_dict` gave, or what JSON made of it."""
        fields = {name: _tupled(value) for name, value in record.items()}
        fields["finish_reason"] = FinishReason(record["finish_reason"])
        fields["steps"] = tuple(_step_from(step) for step in record["steps"])
        fields["branches"] = tuple(_branch_from(branch) for branch in record["branches"])
        fields["tail"] = None if record["tail"] is None else _branch_from(record["tail"])
        fields["coverage"] = Coverage(**record["coverage"])
        return cls(**fields)


def rollouts(engine: Engine, requests: Sequence[Request | str]) -> list[Rollout]:
    """Run all requests; rollouts in their order."""
    return [Rollout.of(output) for output in engine.generate(requests)]


def walk(completion: Sequence[int], dropped: Sequence[Branch]) -> list[tuple[tuple[int, ...], bool]]:
    """For each branch, the output before it, and whether that is still what ``completion`` begins with.

    A cut changes nothing before its boundary, so the output at one cut follows from that at
    the next: read backwards.
    """
    found: list[tuple[tuple[int, ...], bool]] = []
    path, kept = tuple(completion), len(completion)
    for branch in reversed(dropped):
        prefix = path[: branch.boundary]
        found.append((prefix, branch.boundary <= kept))
        path, kept = prefix + branch.token_ids, min(kept, branch.boundary)
    return found[::-1]


def tried(
    steps: Iterable[RolloutStep], completion: Sequence[int], branches: Sequence[Branch]
) -> tuple[RolloutStep, ...]:
    """The steps with their tries counted."""
    still = [live for _, live in walk(completion, branches)]
    boundaries = [branch.boundary for branch, live in zip(branches, still, strict=True) if live]
    return tuple(replace(step, tries=1 + boundaries.count(step.start)) for step in steps)


def _steps(output: Output) -> Iterator[RolloutStep]:
    for (start, end), report in zip(output.spans, output.reports, strict=True):
        deciding = codes(report, Status.VERIFIED, Status.REFUTED)
        yield RolloutStep(start, end, report.step.text, report.status, deciding)


def _branch(rejection: Rejection) -> Branch:
    return Branch(
        rejection.boundary,
        rejection.token_ids,
        rejection.logprobs,
        rejection.constrained_logprobs,
        rejection.text,
        rejection.rules,
        rejection.reopened,
    )


def _cut_short(tail: Dropped) -> Branch:
    return Branch(tail.boundary, tail.token_ids, tail.logprobs, tail.constrained_logprobs, tail.text)


def _step_from(record: dict[str, Any]) -> RolloutStep:
    return RolloutStep(**{**record, "status": Status(record["status"]), "rules": tuple(record["rules"])})


def _branch_from(record: dict[str, Any]) -> Branch:
    return Branch(**{name: _tupled(value) for name, value in record.items()})


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
