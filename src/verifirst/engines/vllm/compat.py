"""Everything that knows vLLM's internals, in one file: versions, signatures, hooks, surgery.

vLLM offers no public way to roll a request back. What is used here was proven on the
versions in ``SUPPORTED``; the signatures are checked when enforcement starts, and a vLLM
that does not match is refused by name rather than served with a hole in it.
"""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any

from verifirst.engines.vllm import admission, forking, frontend, masks, resume
from verifirst.engines.vllm.registry import REGISTRY
from verifirst.engines.vllm.settings import CONFIG_KEY, EnforceSettings, describe
from verifirst.errors import ConfigError, EngineError

SUPPORTED = ("0.32",)
"""Versions of vLLM (major.minor) that the tests run on."""

SCHEDULERS = {
    False: "verifirst.engines.vllm.scheduler.EnforcingScheduler",
    True: "verifirst.engines.vllm.scheduler.EnforcingAsyncScheduler",
}
BAN_PROCESSORS = {
    False: "verifirst.engines.vllm.bans_v1:BanProcessor",
    True: "verifirst.engines.vllm.bans_v2:BanProcessor",
}
MASK_PROCESSORS = {
    False: "verifirst.engines.vllm.masks_v1:MaskProcessor",
    True: "verifirst.engines.vllm.masks_v2:MaskProcessor",
}
"""Behind the bans."""
ATTENTION = "verifirst.engines.vllm.attention.FusedBackend"
_FLAG = "--enforce-reasoning"
_HELP = (
    "Verify each reasoning step inside the engine; a refuted step is rolled back and never leaves. "
    "Bare, or with settings as JSON or key=value,key=value:\n"
)

# method -> its parameters, in order. What we override or call must look like this.
_SIGNATURES: dict[str, dict[str, tuple[str, ...]]] = {
    "vllm.v1.core.sched.scheduler:Scheduler": {
        "schedule": ("self", "throttle_prefills"),
        "update_from_output": ("self", "scheduler_output", "model_runner_output"),
        "add_request": ("self", "request"),
        "finish_requests": ("self", "request_ids", "finished_status"),
        "get_num_unfinished_requests": ("self",),
        "shutdown": ("self",),
        "_update_request_with_output": ("self", "request", "new_token_ids", "is_stale"),
        "_free_request": ("self", "request", "delay_free_blocks"),
        "_preempt_request": ("self", "request", "timestamp", "drop_stale_output"),
    },
    "vllm.v1.engine.output_processor:OutputProcessor": {
        "process_outputs": (
            "self",
            "engine_core_outputs",
            "engine_core_timestamp",
            "iteration_stats",
            "weight_version",
        ),
    },
    "vllm.v1.engine.async_llm:AsyncLLM": {
        "generate": (
            "self",
            "prompt",
            "sampling_params",
            "request_id",
            "prompt_text",
            "lora_request",
            "tokenization_kwargs",
            "trace_headers",
            "priority",
            "data_parallel_rank",
            "session_id",
            "kv_hints",
            "reasoning_ended",
            "reasoning_parser_kwargs",
        )
    },
    "vllm.v1.worker.gpu_model_runner:GPUModelRunner": {"_update_states": ("self", "scheduler_output")},
    "vllm.v1.structured_output:StructuredOutputManager": {"accept_tokens": ("self", "request", "new_token_ids")},
}


# -- start: the flag, the configuration, the checks ----------------------------------------


def install() -> None:
    """Teach vLLM's argument parser and configuration about enforcement. Idempotent."""
    from vllm.engine.arg_utils import EngineArgs  # noqa: PLC0415  # vLLM is optional

    if "_verifirst" in vars(EngineArgs):
        return
    EngineArgs._verifirst = True  # noqa: SLF001  # our own mark
    EngineArgs.add_cli_args = staticmethod(_with_flag(EngineArgs.add_cli_args))
    EngineArgs.from_cli_args = classmethod(_with_folding(EngineArgs.from_cli_args.__func__))
    EngineArgs.create_engine_config = _with_enforcement(EngineArgs.create_engine_config)
    _offer_attention()


def _offer_attention() -> None:
    """Our attention under ``--attention-backend CUSTOM``, unless another plugin took that name."""
    from vllm.v1.attention.backends.registry import AttentionBackendEnum, register_backend  # noqa: PLC0415

    if not AttentionBackendEnum.CUSTOM.is_overridden():
        register_backend(AttentionBackendEnum.CUSTOM, ATTENTION)


def install_worker() -> None:
    """The V1 runner's side: a resumed request takes its new sampling parameters along. Idempotent."""
    from vllm.v1.worker.gpu_model_runner import GPUModelRunner  # noqa: PLC0415

    resume.install(GPUModelRunner)


def _with_flag(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def add_cli_args(parser: Any, *args: Any, **kwargs: Any) -> Any:
        parser = original(parser, *args, **kwargs)
        group = parser.add_argument_group(title="verifirst", description="Verification-first inference.")
        group.add_argument(_FLAG, nargs="?", const=True, default=None, metavar="SETTINGS", help=_HELP + describe())
        return parser

    return add_cli_args


def _with_folding(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def from_cli_args(cls: type, args: Any) -> Any:
        engine_args = original(cls, args)
        value = getattr(args, "enforce_reasoning", None)
        if value is not None:
            engine_args.additional_config = {**(engine_args.additional_config or {}), CONFIG_KEY: value}
        return engine_args

    return from_cli_args


def _with_enforcement(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def create_engine_config(self: Any, *args: Any, **kwargs: Any) -> Any:
        settings = EnforceSettings.parse(_asked(self))
        if settings is None:
            return original(self, *args, **kwargs)
        check_version()
        # vLLM hashes and ships this dictionary: plain values only.
        self.additional_config = {**(self.additional_config or {}), CONFIG_KEY: settings.as_dict()}
        config = original(self, *args, **kwargs)
        enforce(config, settings)
        return config

    return create_engine_config


def _asked(engine_args: Any) -> Any:
    """What the configuration says of enforcement; naming one of our schedulers asks for it, too."""
    asked = (engine_args.additional_config or {}).get(CONFIG_KEY)
    scheduler = engine_args.scheduler_cls
    name = f"{scheduler.__module__}.{scheduler.__qualname__}" if isinstance(scheduler, type) else scheduler
    return True if asked is None and name in SCHEDULERS.values() else asked


def enforce(config: Any, settings: EnforceSettings) -> None:
    """Make a ``VllmConfig`` enforce; mutates it. Raises EngineError or ConfigError for what cannot work."""
    refuse_unsupported(config)
    settings.factory()  # a verifier that cannot be made fails here, not in its worker
    unmaskable = functools.cache(lambda: masks.obstacle(served_tokenizer(config.model_config)))
    if settings.request.mask and (why := unmaskable()) is not None:
        raise ConfigError(f"mask=true does not work on this engine: {why}; start with mask=false")
    model, scheduler = config.model_config, config.scheduler_config
    scheduler.scheduler_cls = SCHEDULERS[bool(scheduler.async_scheduling)]
    v2 = bool(config.use_v2_model_runner)
    model.logits_processors = [*(model.logits_processors or ()), BAN_PROCESSORS[v2], MASK_PROCESSORS[v2]]
    admission.configure(settings, unmaskable)
    install_frontend(settings)


def served_tokenizer(model_config: Any) -> Any:
    """The tokenizer that vLLM serves with, loaded once in each process."""
    from vllm.tokenizers import cached_tokenizer_from_config  # noqa: PLC0415  # vLLM is optional

    return cached_tokenizer_from_config(model_config)


def install_frontend(settings: EnforceSettings) -> None:
    """The front end's side: payloads off the outputs, routes and the extra field on the API."""
    from vllm.outputs import RequestOutput  # noqa: PLC0415
    from vllm.v1.engine.async_llm import AsyncLLM  # noqa: PLC0415
    from vllm.v1.engine.output_processor import OutputProcessor, RequestState  # noqa: PLC0415

    REGISTRY.show_rollouts = settings.show_rollouts
    frontend.install(OutputProcessor, RequestState, RequestOutput)
    forking.install(AsyncLLM, settings, served_tokenizer)
    _install_http(events=settings.events)


def _install_http(*, events: bool) -> None:
    """Attach our routes and middleware when the API server's app is built.

    vLLM's own endpoint plugins load only where an operator names them in ``VLLM_PLUGINS``;
    asking for enforcement is asking for these routes.
    """
    from vllm.entrypoints.launchers import app as launcher  # noqa: PLC0415

    original = inspect.unwrap(launcher.attach_endpoint_plugins)

    @functools.wraps(original)
    def attach_endpoint_plugins(app: Any, *args: Any, **kwargs: Any) -> Any:
        from verifirst.engines.vllm import http  # noqa: PLC0415  # a server's business, not of every process

        http.attach(app, events=events)
        return original(app, *args, **kwargs)

    launcher.attach_endpoint_plugins = attach_endpoint_plugins


def check_version() -> None:
    """Refuse a vLLM that the surgery below was not proven on. Raises EngineError."""
    import vllm  # noqa: PLC0415

    version = ".".join(vllm.__version__.split(".")[:2])
    wrong = [] if version in SUPPORTED else [f"version {vllm.__version__}"]
    wrong += _mismatches()
    if wrong:
        raise EngineError(
            f"this vLLM is not one that verifirst can enforce on ({'; '.join(wrong)}): supported versions are "
            f"{', '.join(SUPPORTED)}.x; install one (pip install 'verifirst[vllm]') or start without {_FLAG}"
        )


def _mismatches() -> list[str]:
    found: list[str] = []
    for place, methods in _SIGNATURES.items():
        module, name = place.split(":")
        owner = getattr(__import__(module, fromlist=[name]), name, None)
        for method, expected in methods.items():
            function = getattr(owner, method, None)
            if function is None:
                found.append(f"{name}.{method} is missing")
            elif (has := tuple(inspect.signature(inspect.unwrap(function)).parameters)) != tuple(expected):
                found.append(f"{name}.{method} takes {has}")
    return found


def refuse_unsupported(config: Any) -> None:
    """Refuse engine features that a rollback would corrupt. Raises EngineError naming each with its reason."""
    parallel, model = config.parallel_config, config.model_config
    reasons = {
        "speculative decoding (drafts are accepted past the boundary that a rollback needs)": config.speculative_config,
        "KV transfer (a rolled-back block may have been sent)": config.kv_transfer_config,
        "pipeline parallelism (not proven)": parallel.pipeline_parallel_size > 1,
        "pooling models (they generate no text)": model.runner_type == "pooling",
        "diffusion models (they do not generate left to right)": getattr(model, "is_diffusion", False),
        "encoder-decoder models (not proven)": model.is_encoder_decoder,
        "state-space layers (their state cannot be cut)": getattr(model, "is_hybrid", False),
        "returned sampling masks": getattr(model, "return_sampling_mask", False),
        "routed-expert outputs": getattr(model, "enable_return_routed_experts", False),
        "models without a tokenizer (--skip-tokenizer-init)": model.skip_tokenizer_init,
    }
    refused = [reason for reason, present in reasons.items() if present]
    if refused:
        raise EngineError(f"{_FLAG} does not work yet with: {'; '.join(refused)}. Start without one or the other.")


# -- what a request's outputs carry ----------------------------------------------------------


def sampled(request: Any) -> list[int]:
    """The request's output tokens: vLLM's own list, which grows and is cut in place."""
    tokens: list[int] = request._output_token_ids  # noqa: SLF001
    return tokens


def is_plain(request: Any) -> bool:
    """Whether each output but the first carries tokens and nothing else, which nobody but us reads.

    ``update_from_output`` makes no output where ``_update_request_with_output`` returns no
    tokens. A grammar is advanced by what it returns, and log-probabilities ride on outputs.
    """
    params = request.sampling_params
    return (
        request.structured_output_request is None
        and params.num_logprobs is None
        and params.prompt_logprobs is None
        and params.prompt_logprob_token_ids is None
    )


# -- surgery on a request in the scheduler ---------------------------------------------------
# Each guard is a function of its own, so that a test can take it away and see a law break.


def detach(scheduler: Any, request: Any) -> None:
    """Take ``request`` off the device and out of every queue; its blocks go back to the pool.

    This is vLLM's own preemption (the idiom of ``reset_prefix_cache``), minus the queueing.
    """
    from vllm.v1.request import RequestStatus  # noqa: PLC0415

    if request.status == RequestStatus.RUNNING:
        scheduler.running.remove(request)
        scheduler._preempt_request(request, time.monotonic(), drop_stale_output=True)  # noqa: SLF001
        forget_preemption(request)
        forget_previous_step(scheduler, request)
    else:
        drop_stale_output(request)
    scheduler.waiting.remove_request(request)
    scheduler.deferred_waiting.discard(request)


def attach(scheduler: Any, request: Any) -> None:
    """Queue a detached request again, in front."""
    scheduler.waiting.prepend_request(request)


def drop_stale_output(request: Any) -> None:
    """Tokens still in flight belong to a text that is no more."""
    if request.num_stale_output_tokens > 0:
        request.drop_stale_output = True


def forget_preemption(request: Any) -> None:
    """Ours is no shortage of memory: keep it out of vLLM's preemption counters."""
    from vllm.v1.engine import EngineCoreEventType  # noqa: PLC0415

    if request.events and request.events[-1].type == EngineCoreEventType.PREEMPTED:
        request.events.pop()


def forget_previous_step(scheduler: Any, request: Any) -> None:
    """A request that resumes in the very next step must be sent whole (V1 runner)."""
    scheduler.prev_step_scheduled_req_ids.discard(request.request_id)


def cut(scheduler: Any, request: Any, keep: int) -> None:
    """Cut a detached request to its first ``keep`` output tokens."""
    total = request.num_prompt_tokens + keep
    del request._output_token_ids[keep:]  # noqa: SLF001
    del request._all_token_ids[total:]  # noqa: SLF001
    cut_block_hashes(scheduler, request, total)
    rewind_grammar(scheduler, request)


def cut_block_hashes(scheduler: Any, request: Any, total: int) -> None:
    """Blocks that held a cut token must not be found under their old hash."""
    del request.block_hashes[total // scheduler.hash_block_size :]


def rewind_grammar(scheduler: Any, request: Any) -> None:
    """Reset a structured-output grammar and replay what is kept (its own rollback is too short)."""
    structured = request.structured_output_request
    if structured is None:
        return
    structured.grammar.reset()
    structured.reasoning_ended = request._verifirst_reasoning_ended  # noqa: SLF001  # set by remember_grammar
    scheduler.structured_output_manager.accept_tokens(request, list(request.output_token_ids))


def remember_grammar(request: Any) -> None:
    """Keep what a later ``rewind_grammar`` has to go back to."""
    structured = request.structured_output_request
    if structured is not None:
        request._verifirst_reasoning_ended = structured.reasoning_ended  # noqa: SLF001


def finish(scheduler: Any, request: Any, status: Any, stop_reason: int | str | None, *, parked: bool) -> dict[str, Any]:
    """End ``request`` now and free all of it. Returns the transfer fields of its last output."""
    from vllm.v1.request import RequestStatus  # noqa: PLC0415

    if request.status == RequestStatus.RUNNING:
        scheduler.running.remove(request)
    elif not parked:
        scheduler.waiting.remove_request(request)
        scheduler.deferred_waiting.discard(request)
    request.status, request.stop_reason = status, stop_reason
    kv, ec = scheduler._free_request(request)  # noqa: SLF001
    return {"kv_transfer_params": kv, "ec_transfer_params": ec}


def fail(scheduler: Any, request: Any) -> None:
    """End ``request`` with an error at the next update (vLLM's own road for grammars that do not compile)."""
    scheduler.grammar_compile_error_reqs.add(request.request_id)


def is_paused(scheduler: Any) -> bool:
    """Whether nothing may be scheduled now. Asked in every step, so by name and without an import."""
    return bool(scheduler.pause_state.name == "PAUSED_ALL")
