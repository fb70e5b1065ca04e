"""Decoder events as plain JSON values, for those who watch live. Unverified text is in them: opt-in."""

from __future__ import annotations

import time

from verifirst.decoding import Committed, Event, Finished, Generated, Refuted, RolledBack, Verified
from verifirst.engines.vllm import wire


def encode_event(event: Event, started: float) -> wire.Event:
    """``event`` as ``wire.Event``; ``started`` is the request's ``time.monotonic()`` at its start."""
    told = _encode(event)
    told["t"] = round(time.monotonic() - started, 6)
    return told


def _encode(event: Event) -> wire.Event:
    match event:
        case Generated(step=step, attempt=attempt):
            return wire.Event(type="generated", step=step.index, text=step.text, attempt=attempt)
        case Verified(report=report):
            return wire.Event(type="verified", step=report.step.index, status=report.status.value)
        case Refuted(report=report):
            refutation = report.refutation
            rule, message = (refutation.rule, refutation.message) if refutation else ("", "")
            status = report.status.value
            text = report.step.text
            return wire.Event(
                type="refuted", step=report.step.index, text=text, rule=rule, message=message, status=status
            )
        case RolledBack(steps=steps, tokens=tokens, dropped=dropped):
            return wire.Event(type="rolled_back", step=steps, tokens=tokens, dropped=dropped)
        case Committed(text=text):
            return wire.Event(type="committed", text=text)
        case Finished(reason=reason):
            return wire.Event(type="finished", reason=reason)
