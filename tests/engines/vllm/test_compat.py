"""The one file that knows vLLM's internals: what it asks for, what it refuses, and that it leaves others alone."""

import pytest

from verifirst import models
from verifirst.engines.vllm import compat, plugin
from verifirst.errors import ConfigError, EngineError

pytestmark = pytest.mark.vllm

MODEL = str(models.path("first_light"))
SYNC = compat.SCHEDULERS[False]


@pytest.fixture(autouse=True)
def _front_end_untouched(monkeypatch):
    """Other tests of this process wrap vLLM's front end in their own way."""
    monkeypatch.setattr(compat, "install_frontend", lambda _settings: None)


def configured(*, flags=(), **fields):
    """The configuration that vLLM makes of a command line, or of keyword arguments."""
    from vllm.engine.arg_utils import EngineArgs
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    for _ in range(2):  # vLLM registers in every process, several times
        plugin.register()
    if flags:
        parser = EngineArgs.add_cli_args(FlexibleArgumentParser())
        arguments = EngineArgs.from_cli_args(parser.parse_args(["--model", MODEL, *flags]))
    else:
        arguments = EngineArgs(model=MODEL, max_model_len=128, **fields)
    return arguments.create_engine_config()


def enforces(config):
    named = config.scheduler_config.scheduler_cls == SYNC
    assert named == (compat.BAN_PROCESSORS[False] in (config.model_config.logits_processors or []))
    return named


@pytest.mark.parametrize(
    "flags",
    [
        ["--enforce-reasoning"],
        ["--enforce-reasoning", "workers=2,on_unknown=strict"],
        ["--enforce-reasoning", '{"workers": 2}'],
        ["--additional-config", '{"enforce_reasoning": {"workers": 2}}'],
        ["--scheduler-cls", SYNC, "--additional-config", '{"enforce_reasoning": {}}'],
        ["--scheduler-cls", SYNC],
    ],
)
def test_every_spelling_enforces(flags):
    config = configured(flags=flags)
    assert enforces(config)
    assert config.additional_config["enforce_reasoning"]["workers"] == (2 if "2" in " ".join(flags) else 1)


def test_without_the_flag_vllm_is_left_alone():
    config = configured(flags=["--max-model-len", "128"])
    assert not enforces(config)
    assert not config.additional_config


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"speculative_config": {"method": "ngram", "num_speculative_tokens": 2, "prompt_lookup_max": 2}},
            "speculative",
        ),
        ({"kv_transfer_config": {"kv_connector": "ExampleConnector", "kv_role": "kv_both"}}, "KV transfer"),
        ({"skip_tokenizer_init": True}, "without a tokenizer"),
    ],
)
def test_what_a_rollback_would_corrupt_is_refused_with_the_reason(fields, reason):
    with pytest.raises(EngineError, match=reason):
        configured(additional_config={"enforce_reasoning": True}, **fields)
    assert not enforces(configured(**fields))


@pytest.mark.parametrize("settings", ["workers=-1", {"packs": ["no.such.pack"]}, {"verifier": "no.such:verifier"}])
def test_settings_that_cannot_work_fail_at_the_start(settings):
    with pytest.raises(ConfigError):
        configured(additional_config={"enforce_reasoning": settings})


def test_an_unknown_vllm_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(compat, "SUPPORTED", ("0.1",))
    with pytest.raises(EngineError, match=r"version 0\.32.*supported versions are 0\.1"):
        configured(additional_config={"enforce_reasoning": True})


def test_internals_that_look_different_are_named(monkeypatch):
    from vllm.v1.core.sched.scheduler import Scheduler

    monkeypatch.setattr(Scheduler, "_preempt_request", lambda self, request: None)
    with pytest.raises(EngineError, match="_preempt_request takes"):
        configured(additional_config={"enforce_reasoning": True})


def test_a_request_that_cannot_be_enforced_is_refused_at_admission():
    from vllm import SamplingParams

    from verifirst.engines.vllm.bans_v1 import BanProcessor

    configured(additional_config={"enforce_reasoning": {"opt_out": False}})
    with pytest.raises(ConfigError, match="every request"):
        BanProcessor.validate_params(SamplingParams(extra_args={"enforce_reasoning": False}))
    configured(additional_config={"enforce_reasoning": True})
    BanProcessor.validate_params(SamplingParams(extra_args={"enforce_reasoning": False}))
