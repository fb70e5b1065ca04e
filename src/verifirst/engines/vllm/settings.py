"""Settings of enforcement inside vLLM: for the server, and what one request may override.

A setting is written the same way everywhere: ``--enforce-reasoning key=value,...`` or JSON,
``additional_config={"enforce_reasoning": {...}}``, and per request
``extra_args={"verifirst_<key>": value}`` (over HTTP: ``vllm_xargs``).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from verifirst.decoding import Detokenizer, Release, Settings
from verifirst.engines.vllm.reading import Desk
from verifirst.errors import ConfigError
from verifirst.policy import OnRefuted, OnUnknown, Policy
from verifirst.segment import CONVENTIONS
from verifirst.stream import VerifierSpec
from verifirst.verifier import Verifier

CONFIG_KEY = "enforce_reasoning"
"""The key in vLLM's ``additional_config``, and the per-request switch in ``extra_args``."""
PREFIX = "verifirst_"
"""What the name of a per-request setting begins with in ``extra_args``."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a setting takes: in words, and as a function that raises ValueError or TypeError for anything else."""

    expected: str
    parse: Callable[[Any], Any]


def _boolean(value: object) -> bool:
    known = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if (found := known.get(str(value).lower())) is None:
        raise ValueError
    return found


def _integer(value: object, least: int) -> int:
    number = int(str(value))
    if number < least:
        raise ValueError
    return number


def _real(value: object, least: float) -> float:
    number = float(str(value))
    if not least <= number < float("inf"):
        raise ValueError
    return number


def _one_of(value: object, options: tuple[str, ...]) -> str:
    if value not in options:
        raise ValueError
    return str(value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(name for name in value.replace("+", ",").split(",") if name)
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise TypeError


def _path(value: object) -> str:
    module, colon, name = _string(value).partition(":")
    if not (module and colon and name):
        raise ValueError
    return f"{module}:{name}"


def _count(least: int) -> _Kind:
    return _Kind(f"a whole number of at least {least}", lambda value: _integer(value, least))


def _number(least: float) -> _Kind:
    return _Kind(f"a number of at least {least:g}", lambda value: _real(value, least))


def _choice(options: tuple[str, ...]) -> _Kind:
    return _Kind(f"one of {', '.join(options)}", lambda value: _one_of(value, options))


_FLAG = _Kind("true or false", _boolean)
_NAMES = _Kind("a list of names, or one string with + between them", _strings)

_KINDS: dict[str, _Kind] = {
    "segment": _choice(CONVENTIONS),
    "on_unknown": _choice(tuple(OnUnknown)),
    "on_refuted": _choice(tuple(OnRefuted)),
    "release": _choice(tuple(Release)),
    "retries_per_boundary": _count(0),
    "reopens_per_boundary": _count(0),
    "retries_per_request": _count(0),
    "work_factor": _number(1),
    "back_jump": _FLAG,
    "ban": _FLAG,
    "mask": _FLAG,
    "rollout": _FLAG,
    "prefix_tokens": _count(0),
    "forks": _count(1),
    "consistency": _choice(("off", "answer")),
    "programs": _FLAG,
    "problem": _Kind("a string: the text that the verifier takes as given", _string),
    "enforce": _NAMES,
    "packs": _NAMES,
    "verifier": _Kind("module:factory of a verifirst.Verifier", _path),
    "workers": _count(0),
    "timeout_s": _number(0.001),
    "max_queue": _count(1),
    "max_ahead": _count(1),
    "events": _FLAG,
    "show_rollouts": _FLAG,
    "max_forks": _count(1),
    "forks_max_inflight": _count(1),
    "opt_out": _FLAG,
}


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """What one request may choose.

    ``problem`` is the text that the verifier takes as given (None: the decoded prompt);
    ``prefix_tokens``: so many tokens at the prompt's end are output that stands already, see ``Request.prefix``;
    ``rollout``: the summary carries steps and refused branches, for training (``wire.Rollout``);
    ``forks``: draw at most so many in the server and send the one elected by ``consistency``: by the answer that most
    agree on (``off``: draw none); ``programs``: every second fork is a program of the problem, which votes and is never
    sent (for models that learned to write them: ``verifirst.formalising``); the others as in
    :class:`verifirst.decoding.Settings` and :class:`verifirst.policy.Policy`. Raises ConfigError for ``mask`` or
    ``forks`` together with ``rollout``.
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
    mask: bool = False
    rollout: bool = False
    problem: str | None = None
    prefix_tokens: int = 0
    forks: int = 1
    consistency: str = "answer"
    programs: bool = False

    def __post_init__(self) -> None:
        if self.mask and self.rollout:
            raise ConfigError(
                "mask=true and rollout=true exclude each other: tokens sampled under a mask are no rollout of the "
                "policy; for training set mask=false"
            )
        if self.forked and self.rollout:
            raise ConfigError(
                f"forks={self.forks} and rollout=true exclude each other: the elected fork is no rollout of the "
                "policy; for training set forks=1"
            )

    @property
    def forked(self) -> bool:
        """Whether several forks are drawn, of which one is sent."""
        return self.forks > 1 and self.consistency != "off"

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
            mask=self.mask,
            release=Release(self.release),
        )

    def given(self, tokenizer: Any, prompt: Sequence[int] | None) -> str:
        """The text that the verifier takes as given: ``problem``, or what ``prompt`` without the prefix spells.

        ``prompt`` are token ids, None for embeddings, which spell nothing.
        """
        if self.problem is not None:
            return self.problem
        if prompt is None:
            return ""
        return str(tokenizer.decode(prompt[: len(prompt) - self.prefix_tokens], skip_special_tokens=True))


@dataclass(frozen=True, slots=True)
class EnforceSettings:
    """The server's settings; ``request`` holds the defaults that a request may override.

    ``enforce``: rule codes or families that roll back though they are preview. ``packs``:
    rule packages instead of the built-in ones. ``verifier``: ``module:factory`` of a verifier
    of your own, instead of rules and packs. ``workers``: verifier processes; 0 checks in
    the engine's own thread, without the guard against rules that hang. ``timeout_s``: seconds
    for one step before its worker is killed. ``max_queue``: steps waiting before further
    ones are shed as UNKNOWN(OVERLOADED). ``max_ahead``: unverified tokens at which a request
    waits for its verdicts. ``events``: let clients watch live, refuted branches included.
    ``show_rollouts``: let HTTP clients have the rollouts that they ask for, refuted text included.
    ``max_forks``: the most forks that a request may ask for. ``forks_max_inflight``: requests in flight in one front
    end from which on fewer forks are drawn. ``opt_out``: whether a request may switch enforcement off.
    """

    request: RequestSettings = RequestSettings()
    enforce: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    verifier: str | None = None
    workers: int = 1
    timeout_s: float = 5.0
    max_queue: int = 1024
    max_ahead: int = 512
    events: bool = False
    show_rollouts: bool = False
    max_forks: int = 16
    forks_max_inflight: int = 64
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
    def factory(self) -> Callable[[], Verifier]:
        """Makes the verifier, in whichever process it runs; picklable."""
        return ImportedVerifier(self.verifier) if self.verifier else VerifierSpec(self.enforce, self.packs)

    def desk(self, detokenizer: Callable[[], Detokenizer]) -> Desk:
        """Open the readers: worker processes, or none where ``workers`` is 0."""
        return Desk(self.factory, detokenizer, workers=self.workers, timeout_s=self.timeout_s, max_queue=self.max_queue)

    def for_request(self, extra_args: Mapping[str, Any] | None) -> RequestSettings | None:
        """The settings of one request, or None where it opted out. Raises ConfigError."""
        if not extra_args:
            return self.request
        if CONFIG_KEY in extra_args and not _parsed_switch(extra_args[CONFIG_KEY]):
            if not self.opt_out:
                raise ConfigError("this server enforces reasoning on every request (opt_out=false)")
            return None
        return replace(self.request, **overrides(extra_args))


@dataclass(frozen=True, slots=True)
class ImportedVerifier:
    """A verifier of the caller's own, named ``module:factory``. Raises ConfigError where it cannot be made."""

    path: str

    def __call__(self) -> Verifier:
        """Import the factory and call it."""
        module, _, name = self.path.partition(":")
        try:
            made = getattr(importlib.import_module(module), name)()
        except (ImportError, AttributeError) as error:
            raise ConfigError(f"verifier={self.path}: {error}; expected an importable module:factory") from error
        if not isinstance(made, Verifier):
            raise ConfigError(f"verifier={self.path} makes a {type(made).__name__}, not a verifirst.Verifier")
        return made


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
    kind = _KINDS.get(name)
    if kind is None:
        raise ConfigError(f"enforce_reasoning has no setting {name!r}; expected one of: {', '.join(_KINDS)}")
    try:
        return kind.parse(value)
    except (ValueError, TypeError):
        raise ConfigError(f"{shown} takes {kind.expected}, found {value!r}") from None


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
    return "\n".join(f"  {name}: {kind.expected}" for name, kind in _KINDS.items())
