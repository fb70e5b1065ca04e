"""One OpenTelemetry span for each verified sequence, where the operator has tracing on.

The span `verifirst.verify` is a child of the trace context that came with the HTTP request,
beside vLLM's own `llm_request`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from verifirst.engines.vllm.wire import Summary

SPAN = "verifirst.verify"


def attributes(summary: Summary, request_id: str, index: int) -> dict[str, Any]:
    """Return the span's attributes: what the summary says, in OpenTelemetry's types."""
    coverage, tokens = summary["coverage"], summary["tokens"]
    return {
        "gen_ai.request.id": request_id,
        "verifirst.choice": index,
        "verifirst.enforced": summary["enforced"],
        "verifirst.status": summary["status"],
        "verifirst.finish_reason": summary["finish_reason"] or "",
        "verifirst.claims": coverage["claims"],
        "verifirst.decided": coverage["decided"],
        "verifirst.steps": coverage["steps"],
        "verifirst.steps_decided": coverage["steps_decided"],
        "verifirst.steps_refused": summary["steps_refused"],
        "verifirst.rollbacks": summary["rollbacks"],
        "verifirst.tokens_released": tokens["released"],
        "verifirst.tokens_wasted": tokens["wasted"],
        "verifirst.rules": sorted(summary["rules"]),
    }


def record(
    summary: Summary, *, request_id: str, index: int, start_s: float, trace_headers: Mapping[str, str] | None
) -> None:
    """Emit the span, from `start_s` (seconds since the epoch) to now."""
    from vllm.tracing import extract_trace_context, instrument_manual  # noqa: PLC0415  # only where tracing is on

    instrument_manual(
        span_name=SPAN,
        start_time=int(start_s * 1e9),
        end_time=time.time_ns(),
        attributes=attributes(summary, request_id, index),
        context=extract_trace_context(trace_headers),
    )
