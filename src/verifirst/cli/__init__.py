"""The command line. Each command lives in its own file and imports what it needs when it runs."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import NoReturn

LOCAL = ("safetensors", "tokenizers", "torch", "transformers")  # what the extra "local" installs


def main() -> None:
    """Entry point of ``verifirst``: run the command, turn known errors into one line and an exit code."""
    from verifirst.cli.app import app
    from verifirst.cli.exits import Exit
    from verifirst.errors import SolverUnavailable, VerifirstError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII locale must not end a run
    try:
        app()
    except VerifirstError as error:
        _fail(error, Exit.USAGE)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in LOCAL:
            raise
        _fail(SolverUnavailable(package, "local"), Exit.USAGE)


def _fail(error: Exception, code: int) -> NoReturn:
    sys.stderr.write(f"verifirst: {error}\n")
    sys.exit(code)
