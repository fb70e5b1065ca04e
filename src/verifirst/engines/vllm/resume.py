"""A resumed request takes its new sampling parameters along (V1 runner).

The V1 runner keeps the ``SamplingParams`` of a request's first admission; only Model Runner V2
receives them anew. So the scheduler puts ``verifirst_params = {request id: SamplingParams}`` on
its ``SchedulerOutput``, and the runner is wrapped to look there first.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

ATTRIBUTE = "verifirst_params"
"""The attribute of ``SchedulerOutput`` that holds the parameters of resumed requests."""

_METHOD = "_update_states"
_MARK = "_verifirst_wrapped"


def install(runner_cls: type) -> None:
    """Wrap ``runner_cls._update_states`` (a V1 ``GPUModelRunner``). Idempotent; subclasses inherit it."""
    original = getattr(runner_cls, _METHOD)
    if not hasattr(original, _MARK):
        setattr(runner_cls, _METHOD, _with_refresh(original))


def _with_refresh(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def _update_states(self: Any, scheduler_output: Any) -> Any:
        refreshed = getattr(scheduler_output, ATTRIBUTE, None)
        if refreshed:
            _refresh(self, refreshed, scheduler_output.finished_req_ids)
        return original(self, scheduler_output)

    setattr(_update_states, _MARK, True)
    return _update_states


def _refresh(runner: Any, refreshed: Mapping[str, Any], finished: set[str]) -> None:
    """Before the original adds them to the batch: from there logits processors and sampler see the new ones.

    A request that is resumed in the step it was preempted is first taken out of the batch by
    the original, so it is added anew like any other. An id that finished is no longer ours
    (the same id may be admitted again in this very step).
    """
    for req_id, params in refreshed.items():
        state = runner.requests.get(req_id)
        if state is not None and req_id not in finished:
            state.sampling_params = params
            state.generator = _generator(params, runner.device)


def _generator(params: Any, device: Any) -> Any:
    """A generator at the start of the parameters' seed, or None where they draw from the batch's."""
    import torch  # noqa: PLC0415  # this module is imported in processes that never sample
    from vllm.sampling_params import SamplingType  # noqa: PLC0415  # likewise

    if params.sampling_type != SamplingType.RANDOM_SEED:
        return None
    return torch.Generator(device=device).manual_seed(params.seed)
