"""The ``verifirst`` command: what it is called, and its subcommands."""

from __future__ import annotations

from typing import Annotated

import typer

from verifirst import __version__
from verifirst.cli.bench import bench
from verifirst.cli.check import check
from verifirst.cli.demo import demo
from verifirst.cli.explain import explain
from verifirst.cli.generate import generate
from verifirst.cli.serve import HELP, serve

app = typer.Typer(
    name="verifirst",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # the plain help is shorter, and the same in every terminal
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"verifirst {__version__}")
        raise typer.Exit


@app.callback()
def _verifirst(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Verification-first inference: each reasoning step is checked, refuted steps are rolled back."""


for command in (demo, generate, check, explain):
    app.command()(command)
app.command(help=HELP, context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})(serve)
app.add_typer(bench, name="bench")
