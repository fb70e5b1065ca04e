"""Draw docs/images/demo.svg: the first problem of the demo in which a step is refuted.

Run from the repository's root: ``.venv/bin/python docs/make_picture.py``.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from verifirst.bench.benchmark import ENFORCE
from verifirst.bench.word_problems import generate, prompt_text
from verifirst.cli.loading import DEFAULT_MODEL, local_engine
from verifirst.engines.base import Request
from verifirst.report.watch import Watch

PICTURE = Path(__file__).parent / "images" / "demo.svg"
SEED = 7
MAX_REFUSED = 3  # a picture with more of them is too long
PLAIN_FONT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)  # nothing is fetched


def main(model: str = DEFAULT_MODEL) -> None:
    """Solve problems until one shows what happens, and draw it."""
    with local_engine(model, enforce=ENFORCE) as engine:
        for place, problem in enumerate(generate("heldout-numbers", 50, SEED)):
            log = Watch()
            request = Request(
                prompt_text(problem), problem=problem.text, max_tokens=192, temperature=1.0, seed=SEED + place
            )
            engine.generate([request], log.on)
            if log.reason == "stop" and 0 < len(log.refused) <= MAX_REFUSED:
                draw(problem.text, log)
                return


def draw(problem: str, log: Watch) -> None:
    """Write the picture."""
    to = Console(record=True, width=92, file=io.StringIO(), force_terminal=True, highlight=False)
    to.print(Text(problem, "bold"))
    to.print(log)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(to.export_svg(title="verifirst demo", code_format=PLAIN_FONT), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
