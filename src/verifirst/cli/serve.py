"""``verifirst serve``: vLLM's OpenAI server, with reasoning enforced."""

from __future__ import annotations

from typing import Annotated

import typer

# \b keeps the lines of a paragraph as they are
HELP = """Serve a model over the OpenAI API, under verification.

Starts vLLM's own server, whichever distribution of vLLM is installed; only verified text
leaves it. It listens on 127.0.0.1 unless you give --host. Settings and the API:
docs/engines/vllm.md.

\b
--enforce-reasoning[=SETTINGS]  Roll refuted steps back inside the engine; the default here.
--no-enforce-reasoning          Stock vLLM; nothing is checked.

\b
Examples:
  verifirst serve first_light
  verifirst serve Qwen/Qwen3-8B --port 9000 --enforce-reasoning=workers=4
  verifirst serve first_light --help=all      (every option that vLLM takes)

Ctrl-C or SIGTERM ends the server and its processes. Exit code: the server's own; 2 wrong usage.
"""


def serve(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A shipped model (first_light), a directory, or a hub name.", show_default=False
        ),
    ],
    options: Annotated[
        list[str] | None,
        typer.Argument(metavar="VLLM_OPTION", help="Any option of `vllm serve`, behind MODEL.", show_default=False),
    ] = None,
) -> None:
    """Serve a model over the OpenAI API; what is not ours goes to vLLM's own parser, in the order given."""
    from verifirst.cli.serving import run

    run([model, *(options or ())])
