"""Every exception verifirst raises on purpose.

    VerifirstError
    ├── InputError          what the caller passed cannot be used (also a ValueError)
    │   ├── ConfigError     a setting is wrong: names the setting and what was expected
    │   └── FormatError     a file or a line is malformed: names the place
    ├── BudgetExceeded      a deterministic work budget is spent; becomes UNKNOWN(BUDGET)
    ├── SolverUnavailable   an optional dependency is missing; becomes UNKNOWN(UNAVAILABLE)
    └── EngineError         an engine cannot do what was asked; names what it can do

A message says what was expected, what was found, and what to do next.
"""

from __future__ import annotations


class VerifirstError(Exception):
    """Base of the tree: catch this to catch everything verifirst raises on purpose."""


class InputError(VerifirstError, ValueError):
    """What the caller passed cannot be used."""


class ConfigError(InputError):
    """A setting is wrong; the message names the setting and the values it takes."""


class FormatError(InputError):
    """A file or a line is malformed; the message names the place and what was expected."""


class BudgetExceeded(VerifirstError):
    """A deterministic work budget is spent."""


class SolverUnavailable(VerifirstError):
    """An optional dependency is missing.

    ``extra`` is the pip extra that installs it, e.g. ``"solvers"``.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed; install it with: pip install 'verifirst[{extra}]'")
        self.extra = extra


class EngineError(VerifirstError):
    """An engine cannot do what was asked."""
