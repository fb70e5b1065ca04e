r"""The wire format of ``check``: one JSON line out for each line in.

The contract is ``check.schema.json`` beside this file, explained in docs/check-format.md.
Offsets count Unicode code points. Output is pure ASCII (``\uXXXX``), so a lone surrogate
or a terminal escape in hostile input travels safely.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from verifirst.core.report import Coverage, Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.engines.base import Output
from verifirst.report.traces import Id, Malformed

STEP_KIND = "step"  # the kind of an entry about a whole step that could not be judged


def schema() -> str:
    """The JSON Schema (2020-12) of the lines that ``check`` reads and writes."""
    return files("verifirst.report").joinpath("check.schema.json").read_text(encoding="utf-8")


def trace_status(reports: Sequence[Report]) -> Status:
    """REFUTED if a step is; VERIFIED if a step is and every other step is or claims nothing; else UNKNOWN."""
    statuses = {report.status for report in reports if report.status is not Status.UNKNOWN or not _silent(report)}
    if Status.REFUTED in statuses:
        return Status.REFUTED
    return Status.VERIFIED if statuses == {Status.VERIFIED} else Status.UNKNOWN


def _silent(report: Report) -> bool:
    """No claim was found in the step (and nothing went wrong while looking)."""
    return all(verdict.reason is Reason.NO_CLAIM for verdict in report.verdicts)


def encode(trace_id: Id, reports: Sequence[Report]) -> dict[str, Any]:
    """The output object of one trace."""
    return {
        "id": trace_id,
        "status": trace_status(reports).value,
        "coverage": Coverage.of(reports).as_dict(),
        "steps": [_step(report) for report in reports],
    }


def encode_output(trace_id: Id, output: Output) -> dict[str, Any]:
    """The output object of one generation: the released text, and what it took."""
    record = encode(trace_id, output.reports)
    return record | {
        "text": output.text,
        "finish_reason": output.finish_reason.value,
        "enforced": output.enforced,
        "tokens": len(output.token_ids),
        "tokens_sampled": output.tally.sampled,
        "steps_refused": output.tally.refused,
        "rollbacks": output.tally.rollbacks,
    }


def encode_error(malformed: Malformed) -> dict[str, Any]:
    """The output object of a line that is no trace."""
    return {"id": malformed.id, "error": malformed.error}


def dump(record: dict[str, Any]) -> str:
    """``record`` as one line, without its newline."""
    return json.dumps(record, ensure_ascii=True, separators=(", ", ": "), allow_nan=False)


def _step(report: Report) -> dict[str, Any]:
    step = report.step
    return {
        "index": step.index,
        "start": step.start,
        "end": step.end,
        "status": report.status.value,
        "cause": report.cause,
        "claims": [_claim(step, verdict) for verdict in report.verdicts if verdict.reason is not Reason.NO_CLAIM],
    }


def _claim(step: Step, verdict: Verdict) -> dict[str, Any]:
    claim = verdict.claim
    return {
        "start": claim.start if claim else 0,
        "end": claim.end if claim else len(step.text),
        "kind": claim.kind if claim else STEP_KIND,
        "status": verdict.status.value,
        "rule": verdict.rule or None,
        "reason": verdict.reason.value if verdict.reason else None,
        "message": verdict.message,
    }
