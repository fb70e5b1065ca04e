"""Settings of enforcement inside vLLM: for the server, and what one request may override.

A setting is written the same way everywhere: ``--enforce-reasoning key=value,...`` or JSON,
``additional_config={"enforce_reasoning": {...}}``, and per request
``extra_args={"verifirst_<key>": value}`` (over HTTP: ``vllm_xargs``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from verifirst.decoding import Release, Settings
from verifirst.errors import ConfigError
from verifirst.policy import OnRefuted, OnUnknown, Policy
from verifirst.segment import CONVENTIONS
from verifirst.stream import VerifierSpec

CONFIG_KEY = "enforce_reasoning"
"""The key in vLLM's ``additional_config``, and the per-request switch in ``extra_args``."""
PREFIX = "verifirst_"
"""What the name of a per-request setting begins with in ``extra_args``."""


def _boolean(value: object) -> bool:
    known = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    found = known.get(str(value).lower())
    if found is None:
        raise ValueError("true or false")
    return found


def _integer(least: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if isinstance(value, bool) or int(str(value)) < least:
            raise ValueError(f"a whole number of at least {least}")
        return int(str(value))

    parse.__doc__ = f"a whole number of at least {least}"
    return parse


def _number(least: float) -> Callable[[object], float]:
    def parse(value: object) -> float:
        number = float(str(value))
        if isinstance(value, bool) or not least <= number < float("inf"):
            raise ValueError
        return number

    parse.__doc__ = f"a number of at least {least:g}"
    return parse


def _choice(options: tuple[str, ...]) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in options:
            raise ValueError
        return str(value)

    parse.__doc__ = f"one of {', '.join(options)}"
    return parse


def _names(value: object) -> tuple[str, ...]:
    """a list of names, or one string with commas or + between them"""  # noqa: D400, D401, D403, D415  # part of an error message
    if isinstance(value, str):
        return tuple(name for name in value.replace("+", ",").split(",") if name)
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise ValueError


def _text(value: object) -> str:
    """a string"""  # noqa: D400, D401, D403, D415  # part of an error message
    if not isinstance(value, str):
        raise TypeError
    return value


_boolean.__doc__ = "true or false"

_PARSERS: dict[str, Callable[[Any], Any]] = {
    "segment": _choice(CONVENTIONS),
    "on_unknown": _choice(tuple(OnUnknown)),
    "on_refuted": _choice(tuple(OnRefuted)),
    "release": _choice(tuple(Release)),
    "retries_per_boundary": _integer(0),
    "reopens_per_boundary": _integer(0),
    "retries_per_request": _integer(0),
    "work_factor": _number(1),
    "back_jump": _boolean,
    "ban": _boolean,
    "problem": _text,
    "enforce": _names,
    "packs": _names,
    "workers": _integer(0),
    "timeout_s": _number(0.001),
    "max_queue": _integer(1),
    "max_ahead": _integer(1),
    "events": _boolean,
    "opt_out": _boolean,
}


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """What one request may choose.

    ``problem`` is the text that the verifier takes as given (None: the decoded prompt);
    the others as in :class:`verifirst.decoding.Settings` and :class:`verifirst.policy.Policy`.
    """

    segment: str = "auto"
    on_unknown: str = "pass"
    on_refuted: str = "rollback"
    release: str = "step"
    retries_per_boundary: int = 8
    reopens_per_boundary: int = 2
    retries_per_request: int = 64
    work_factor: float = 8.0
    back_jump: bool = True
    ban: bool = True
    problem: str | None = None

    @property
    def policy(self) -> Policy:
        """The policy that these settings make."""
        return Policy(OnRefuted(self.on_refuted), OnUnknown(self.on_unknown))

    @property
    def decoding(self) -> Settings:
        """The decoder's settings that these settings make."""
        return Settings(
            retries_per_boundary=self.retries_per_boundary,
            reopens_per_boundary=self.reopens_per_boundary,
            retries_per_request=self.retries_per_request,
            work_factor=self.work_factor,
            back_jump=self.back_jump,
            ban=self.ban,
            release=Release(self.release),
        )


@dataclass(frozen=True, slots=True)
class EnforceSettings:
    """The server's settings; ``request`` holds the defaults that a request may override.

    ``enforce``: rule codes or families that roll back though they are preview. ``packs``:
    rule packages instead of the built-in ones. ``workers``: verifier processes; 0 checks in
    the engine's own thread, without the guard against rules that hang. ``timeout_s``: seconds
    for one step before its worker is killed. ``max_queue``: steps waiting before further
    ones are shed as UNKNOWN(OVERLOADED). ``max_ahead``: unverified tokens at which a request
    waits for its verdicts. ``events``: let clients watch live, refuted branches included.
    ``opt_out``: whether a request may switch enforcement off.
    """

    request: RequestSettings = RequestSettings()
    enforce: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    workers: int = 1
    timeout_s: float = 5.0
    max_queue: int = 1024
    max_ahead: int = 512
    events: bool = False
    opt_out: bool = True

    @classmethod
    def parse(cls, value: object) -> EnforceSettings | None:
        """Settings from the flag's or the config's value; None where enforcement is off.

        ``value``: None or False (off), True or "" (defaults), a mapping, JSON text, or
        ``key=value`` pairs with commas between them. Raises ConfigError.
        """
        if value is None or value is False:
            return None
        if value is True or value == "":
            return cls()
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            if value.lower() in ("true", "false"):
                return cls.parse(value.lower() == "true")
            value = _parse_text(value)
        if not isinstance(value, Mapping):
            raise ConfigError(f"enforce_reasoning takes true, JSON or key=value pairs, found {value!r}")
        return _build(cls(), {name: _parsed(name, given, name) for name, given in value.items() if given is not None})

    def as_dict(self) -> dict[str, Any]:
        """Flat, JSON-ready: ``parse`` gives the same settings back."""
        flat = asdict(self)
        flat.update(flat.pop("request"))
        return {name: list(value) if isinstance(value, tuple) else value for name, value in flat.items()}

    @property
    def verifier(self) -> VerifierSpec:
        """The verifier that these settings make."""
        return VerifierSpec(self.enforce, self.packs)

    def for_request(self, extra_args: Mapping[str, Any] | None) -> RequestSettings | None:
        """The settings of one request, or None where it opted out. Raises ConfigError."""
        if not extra_args:
            return self.request
        if CONFIG_KEY in extra_args and not _parsed_switch(extra_args[CONFIG_KEY]):
            if not self.opt_out:
                raise ConfigError("this server enforces reasoning on every request (opt_out=false)")
            return None
        return replace(self.request, **overrides(extra_args))


_REQUEST = tuple(field.name for field in fields(RequestSettings))
_SERVER = tuple(field.name for field in fields(EnforceSettings) if field.name != "request")


def overrides(extra_args: Mapping[str, Any]) -> dict[str, Any]:
    """The per-request settings among ``extra_args``, parsed. Raises ConfigError."""
    found: dict[str, Any] = {}
    for key, value in extra_args.items():
        if key.startswith(PREFIX) and not key.startswith(PREFIX + "_"):
            name = key.removeprefix(PREFIX)
            if name not in _REQUEST:
                known = ", ".join(PREFIX + option for option in _REQUEST)
                raise ConfigError(f"{key} is not a setting of a request; expected one of: {CONFIG_KEY}, {known}")
            found[name] = _parsed(name, value, key)
    return found


def _parsed_switch(value: object) -> bool:
    try:
        return _boolean(value)
    except ValueError:
        raise ConfigError(f"{CONFIG_KEY} of a request takes true or false, found {value!r}") from None


def _parsed(name: str, value: object, shown: str) -> Any:
    parser = _PARSERS.get(name)
    if parser is None:
        raise ConfigError(f"enforce_reasoning has no setting {name!r}; expected one of: {', '.join(_PARSERS)}")
    try:
        return parser(value)
    except (ValueError, TypeError):
        raise ConfigError(f"{shown} takes {parser.__doc__}, found {value!r}") from None


def _parse_text(text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(f"--enforce-reasoning: not JSON: {error}; expected e.g. '{{\"workers\": 2}}'") from None
    pairs: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        if not equals:
            raise ConfigError(f"--enforce-reasoning takes JSON or key=value,key=value; found {part!r} without '='")
        pairs[name.strip()] = value.strip()
    return pairs


def _build(base: EnforceSettings, found: dict[str, Any]) -> EnforceSettings:
    request = replace(base.request, **{name: found[name] for name in _REQUEST if name in found})
    return replace(base, request=request, **{name: found[name] for name in _SERVER if name in found})


def describe() -> str:
    """The settings with what they take, a line each: the flag's help text."""
    return "\n".join(f"  {name}: {parser.__doc__}" for name, parser in _PARSERS.items())
