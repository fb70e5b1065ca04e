"""Faults: each takes one guard of the plugin away. A law must break under each of them."""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

GUARDS = {
    "stale_output": "vllm.v1.core.sched.scheduler.Scheduler._preempt_request",
    "block_hashes": "verifirst.engines.vllm.compat.cut_block_hashes",
    "previous_step": "verifirst.engines.vllm.compat.forget_previous_step",
    "held_finish": "verifirst.engines.vllm.scheduler.EnforcingMixin._hold_finish",
    "grammar": "verifirst.engines.vllm.compat.rewind_grammar",
    "reading": "verifirst.engines.vllm.scheduler.EnforcingMixin._submit",
    "preemption_event": "verifirst.engines.vllm.compat.forget_preemption",
}


@contextmanager
def mutated(names):
    """Each named guard does nothing while this is entered."""
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch(GUARDS[name], _mutant(name)))
        yield


def _raise(*_args, **_kwargs):
    raise ZeroDivisionError("a fault in the plugin")


def _mutant(name):
    if name == "stale_output":
        from vllm.v1.core.sched.scheduler import Scheduler

        stock = Scheduler._preempt_request
        return lambda self, request, timestamp, drop_stale_output=False: stock(self, request, timestamp)
    if name == "reading":
        return _raise
    if name == "held_finish":
        return lambda _self, _tracked, _status: True
    return lambda *_args, **_kwargs: None
