"""Options of commands whose forks agree, and what ``generate`` does with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from verifirst.agreement import Calibration
    from verifirst.bench.consistency import Agreeing
    from verifirst.engines.base import Output, Request
    from verifirst.engines.forks import Engine
    from verifirst.engines.reconsider import Judge, Judged


class Consistency(StrEnum):
    """What forks of a problem may decide."""

    OFF = "off"
    ANSWER = "answer"
    STEP = "step"


REFUSED = 0.01
LABELLED = 800
FORKS = 8
FILE = "agreement.json"
"""In the folder of a model: its calibration."""

Option = Annotated[
    Consistency,
    typer.Option(
        help="answer: forks of each problem, in steps and as programs, vote; step: a step that they make improbable "
        "is refused, too."
    ),
]
Refused = Annotated[
    float,
    typer.Option(
        "--max-false-rejection",
        min=0.0,
        max=1.0,
        metavar="SHARE",
        help="With step: the most of an output's right steps that may be refused on likelihood, in expectation.",
    ),
]
Wrong = Annotated[
    float | None,
    typer.Option(
        "--max-wrong",
        min=0.001,
        max=0.999,
        metavar="SHARE",
        help="With forks: of the answers that are given at most so many are wrong, at a confidence of 90%; "
        "for the others nothing is released.",
        show_default=False,
    ),
]
Forks = Annotated[int, typer.Option(min=1, metavar="N", help="Forks of a problem at most.")]
Key = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Draw forks from this key: the same again by it, and only by it."),
]


def settings(
    consistency: Consistency, refused: float, *, labelled: int = LABELLED, keep: Path | None = None
) -> Agreeing | None:
    """How the benchmark's forks agree; None for not at all."""
    from verifirst.bench.consistency import Agreeing
    from verifirst.engines.forks import SOONER, STOPPING

    if consistency is Consistency.OFF:
        return None
    bound = refused if consistency is Consistency.STEP else None
    return Agreeing(STOPPING, SOONER, most=FORKS, refused=bound, labelled=labelled, keep=keep)


@dataclass(frozen=True, slots=True)
class Deliberation:
    """What ``generate`` was told of forks."""

    consistency: Consistency
    refused: float
    wrong: float | None
    forks: int
    calibration: Path | None
    key: str | None

    def known(self, model: str) -> Calibration | None:
        """The calibration that was given, or the model's own where it has one."""
        from verifirst.agreement import Calibration
        from verifirst.models import SHIPPED, path

        if self.calibration is not None:
            return Calibration.load(self.calibration)
        own = (path(model) if model in SHIPPED else Path(model)) / FILE
        return Calibration.load(own) if own.exists() else None

    def judge(self, known: Calibration | None, **conditions: Any) -> Judge:
        """Read agreement by what is known; ``conditions`` of the run have to be those of the calibration."""
        from verifirst.engines.reconsider import Judge

        if known is not None:
            known.check(forks=self.forks, **conditions)
        return Judge(known, self.refused if self.consistency is Consistency.STEP else None, self.wrong)

    def run(self, engine: Engine, requests: Sequence[Request], judge: Judge, enforce: Sequence[str]) -> list[Judged]:
        """Draw forks of each request until they agree, and judge them."""
        from verifirst.agreement import Derivation, derivation
        from verifirst.engines.forks import SOONER, STOPPING, agree, keyed, program_request
        from verifirst.engines.reconsider import reconsider
        from verifirst.verifier import Verifier

        verifier = Verifier(enforce=enforce)

        def read(request: Request, output: Output) -> Derivation:
            return derivation(verifier, request.problem or request.prompt, output.text.splitlines())

        if self.key is not None or any(request.seed is None for request in requests):
            requests = keyed(requests, self.key.encode() if self.key else token_bytes())
        agreed = agree(engine, requests, read, STOPPING, most=self.forks, sooner=SOONER, programs=program_request)
        return reconsider(engine, requests, agreed, read, judge)
