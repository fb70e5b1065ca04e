"""Lines of a file that are no problem, told where a problem's answer would stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from verifirst.report.traces import Malformed


def tell(found: Malformed, *, as_json: bool) -> None:
    """An error object on standard output, or a line on standard error."""
    from verifirst.report import wire

    if as_json:
        typer.echo(wire.dump(wire.encode_error(found)))
    else:
        typer.echo(f"verifirst: {found.error}", err=True)
