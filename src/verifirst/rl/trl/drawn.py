"""A rollout as sampled, with what its sampling cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifirst.rl.rollouts import Rollout


@dataclass(frozen=True, slots=True)
class Drawn:
    """One rollout; ``logprobs`` are those of the law of one attempt, which is what a trainer compares with its own.

    An attempt is sampled at the trainer's temperature, without regard to verdicts or bans.
    ``refusals`` counts refused steps by rule, ``wasted`` the tokens rolled back.
    """

    rollout: Rollout
    logprobs: tuple[float, ...]
    refusals: Mapping[str, int] = field(default_factory=dict)
    wasted: int = 0

    @classmethod
    def of(cls, rollout: Rollout, *, raw: bool) -> Drawn:
        """From a rollout that knows its branches; ``raw`` where the raw model's law is the attempt's."""
        return cls(
            rollout,
            tuple(rollout.logprobs if raw else rollout.constrained_logprobs),
            Counter(rule for branch in rollout.branches for rule in branch.rules),
            rollout.sampled - len(rollout.completion_ids),
        )


def fields(drawn: list[Drawn], placeholder: int) -> dict[str, list[Any]]:
    """The fields that TRL wants of a rollout function, and ``rollout`` for reward functions.

    A rollout whose first step was refused until its retries were spent has no tokens, and TRL
    reads the last token of each: it gets one ``placeholder`` token, masked out of the loss.
    """
    return {
        "prompt_ids": [list(one.rollout.prompt_ids) for one in drawn],
        "completion_ids": [list(one.rollout.completion_ids) or [placeholder] for one in drawn],
        "logprobs": [list(one.logprobs) or [0.0] for one in drawn],
        "env_mask": [[1] * len(one.rollout.completion_ids) or [0] for one in drawn],
        "rollout": [one.rollout for one in drawn],
    }
