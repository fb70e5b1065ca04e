"""``verifirst explain``: what a rule checks, why, with examples and measured figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verifirst.core.rule import Rule


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="A rule's code, e.g. AR001.", show_default=False)
    ] = None,
) -> None:
    """Explain a rule; without CODE, list all of them."""
    from verifirst.rules import default_rules, rule_by_code

    if code is None:
        _list(sorted(default_rules(), key=lambda rule: rule.code))
    else:
        _show(rule_by_code(code.upper()))


def _list(rules: Sequence[Rule]) -> None:
    from rich.table import Table
    from rich.text import Text

    from verifirst.report.console import console
    from verifirst.report.rulepages import summary

    to = console()
    if not to.is_terminal:
        for rule in rules:
            typer.echo(f"{rule.code}  {rule.stage.value:<7}  {rule.name}: {summary(rule)}")
        return
    table = Table("code", "stage", "name", "what it checks", box=None, header_style="dim", pad_edge=False)
    for rule in rules:
        table.add_row(Text(rule.code, "cyan"), rule.stage.value, rule.name, summary(rule))
    to.print(table)


def _show(rule: Rule) -> None:
    from rich.markdown import Markdown

    from verifirst.report.console import console
    from verifirst.report.rulepages import measured, page

    text = page(rule, measured())
    to = console()
    if to.is_terminal:
        to.print(Markdown(text))
    else:
        typer.echo(text, nl=False)
