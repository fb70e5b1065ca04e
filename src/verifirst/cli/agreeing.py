"""Options of commands whose forks agree."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from verifirst.bench.consistency import Agreeing


class Consistency(StrEnum):
    """What forks of a problem may decide."""

    OFF = "off"
    ANSWER = "answer"
    STEP = "step"


SURE = 0.9
"""Posterior that the leading answer leads at which no further fork is drawn: after 3 to 0, 5 to 1, 7 to 2."""
REFUSED = 0.01
LABELLED = 400

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


def settings(consistency: Consistency, refused: float, labelled: int) -> Agreeing | None:
    """How the benchmark's forks agree; None for not at all."""
    from verifirst.bench.consistency import Agreeing
    from verifirst.consistency import Posterior

    if consistency is Consistency.OFF:
        return None
    return Agreeing(Posterior(SURE), refused=refused if consistency is Consistency.STEP else None, labelled=labelled)
