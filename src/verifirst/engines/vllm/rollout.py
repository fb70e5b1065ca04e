"""How a request came to its output, for training: plain JSON values from its dual stream, see ``wire``.

The reader knows tokens and verdicts, the engine's thread log-probabilities: each tells its half.
"""

from __future__ import annotations

from collections.abc import Sequence

from verifirst.core.verdict import Status
from verifirst.decoding import Dropped, DualStream, Rejection
from verifirst.decoding.records import codes
from verifirst.engines.vllm import wire


def tell(stream: DualStream) -> wire.Rollout:
    """The rollout of a finished stream, without log-probabilities."""
    steps = [
        wire.RolloutStep(
            start=start,
            end=end,
            text=report.step.text,
            status=report.status.value,
            rules=list(codes(report, Status.VERIFIED, Status.REFUTED)),
        )
        for (start, end), report in zip(stream.spans, stream.reports, strict=True)
    ]
    return wire.Rollout(
        steps=steps,
        branches=[_branch(rejection) for rejection in stream.rejections],
        tail=None if stream.tail is None else _branch(stream.tail),
        resampled=not stream.settings.ban,
    )


def add_logprobs(rollout: wire.Rollout, cuts: Sequence[Sequence[float]]) -> None:
    """Give each branch, and the tail, the log-probabilities of the tokens that were cut with it.

    ``cuts`` are those of each cut in order, and of what was dropped at the end; they may go on
    with tokens that were sampled ahead. Where some are not known, nothing is given.
    """
    dropped = [*rollout["branches"], *([] if rollout["tail"] is None else [rollout["tail"]])]
    if len(cuts) >= len(dropped):
        for branch, logprobs in zip(dropped, cuts, strict=False):
            if len(logprobs) >= len(branch["token_ids"]):
                branch["logprobs"] = list(logprobs[: len(branch["token_ids"])])


def _branch(dropped: Dropped) -> wire.Branch:
    refused = dropped if isinstance(dropped, Rejection) else None
    return wire.Branch(
        boundary=dropped.boundary,
        token_ids=list(dropped.token_ids),
        logprobs=[],
        text=dropped.text,
        rules=[] if refused is None else list(refused.rules),
        reopened=0 if refused is None else refused.reopened,
    )
