"""The registry: packs found by walking their modules, third-party packs by entry point."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points

from verifirst.core.rule import Rule
from verifirst.errors import ConfigError

ENTRY_POINTS = "verifirst.packs"
BUILT_IN = {
    "arithmetic": "verifirst.rules.arithmetic",
    "dependency": "verifirst.rules.dependency",
    "integers": "verifirst.rules.integers",
    "ranges": "verifirst.rules.ranges",
    "times": "verifirst.rules.times",
    "units": "verifirst.rules.units",
    "words": "verifirst.rules.words",
    "algebra": "verifirst.rules.algebra",
}


def load_pack(package: str) -> tuple[Rule, ...]:
    """One instance of every rule that the modules of ``package`` define, by code.

    A module whose name begins with ``_`` is the pack's own business and holds no rule.
    Raises :class:`ConfigError` when the package cannot be imported or holds no rule.
    """
    try:
        root = importlib.import_module(package)
    except ImportError as error:
        raise ConfigError(f"pack {package!r} cannot be imported: {error}; is the package installed?") from error
    names = [info.name for info in pkgutil.iter_modules(getattr(root, "__path__", ())) if info.name[0] != "_"]
    modules = [importlib.import_module(f"{package}.{name}") for name in names] or [root]
    rules = [kind() for module in modules for kind in _rules_of(module)]
    if not rules:
        raise ConfigError(f"pack {package!r} defines no rule: a pack is a package whose modules define Rule subclasses")
    return tuple(sorted(rules, key=lambda rule: rule.code))


def _rules_of(module: object) -> list[type[Rule]]:
    name = module.__name__  # type: ignore[attr-defined]  # a module
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Rule) and kind.__module__ == name and not inspect.isabstract(kind)
    ]


def installed_packs() -> dict[str, str]:
    """Pack name to package: the built-in packs, and those that other packages declare."""
    found = dict(BUILT_IN)
    for point in entry_points(group=ENTRY_POINTS):
        found.setdefault(point.name, point.value)
    return found


@cache
def default_rules() -> tuple[Rule, ...]:
    """Every rule of the built-in packs."""
    return tuple(rule for package in BUILT_IN.values() for rule in load_pack(package))


def rule_by_code(code: str, rules: Sequence[Rule] | None = None) -> Rule:
    """The rule with this code; raises :class:`ConfigError` with suggestions."""
    known = {rule.code: rule for rule in (default_rules() if rules is None else rules)}
    if code in known:
        return known[code]
    near = get_close_matches(code.upper(), known, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"known rules: {', '.join(sorted(known))}"
    raise ConfigError(f"no rule has the code {code!r}; {hint}")
