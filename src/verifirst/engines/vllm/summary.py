"""What a response says of its verification, from its dual stream. Plain JSON values: see ``wire``."""

from __future__ import annotations

from collections import Counter
from typing import Literal, cast

from verifirst.core.verdict import Reason
from verifirst.decoding import DualStream
from verifirst.engines.vllm import wire


def summarize(stream: DualStream, *, final: bool, finish_reason: wire.FinishReason | None) -> wire.Summary:
    """The summary of a request so far; costs the same however much has been generated."""
    tally = stream.tally
    rules = Counter(found.rule for rejection in stream.rejections if (found := rejection.report.refutation) is not None)
    return wire.Summary(
        final=final,
        enforced=True,
        finish_reason=finish_reason,
        status=_status(stream),
        coverage=cast("wire.CoverageCounts", stream.coverage.as_dict()),
        steps_refused=tally.refused,
        rollbacks=tally.rollbacks,
        rules=dict(rules),
        unknown={reason.value: count for reason, count in stream.unknown.items() if count},
        tokens=wire.TokenCounts(
            released=stream.released - stream.base,
            sampled=tally.sampled,
            wasted=tally.sampled - (len(stream.tokens) - stream.base),
        ),
    )


def _status(stream: DualStream) -> Literal["verified", "unknown", "refuted"]:
    """REFUTED where a flagged step stands; VERIFIED where all that claims something is; else UNKNOWN."""
    if stream.flagged:
        return "refuted"
    silent = set(stream.unknown) <= {Reason.NO_CLAIM}
    return "verified" if silent and stream.coverage.decided else "unknown"
