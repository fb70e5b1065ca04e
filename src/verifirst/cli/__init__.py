"""The command line. Each command lives in its own file and imports what it needs when it runs."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def main() -> None:
    """Entry point of ``verifirst``: run the command, turn known errors into one line and an exit code."""
    from verifirst.cli.app import app
    from verifirst.cli.exits import Exit
    from verifirst.errors import VerifirstError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an ASCII locale must not end a run
    try:
        app()
    except VerifirstError as error:
        sys.stderr.write(f"verifirst: {error}\n")
        sys.exit(Exit.USAGE)
