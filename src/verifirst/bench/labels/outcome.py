"""A run over labelled data: its tallies and its flags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from verifirst.bench.labels.adjudications import Adjudications
from verifirst.bench.labels.counting import count
from verifirst.bench.labels.data import Labelled
from verifirst.bench.labels.flags import Flag, flags_of, missed
from verifirst.bench.labels.judging import Settings
from verifirst.bench.labels.running import Lost, judge_all
from verifirst.bench.labels.tally import Tally, total


@dataclass(slots=True)
class Outcome:
    """Tallies by set in the order of the data, every flag, every missed first error."""

    sets: dict[str, Tally]
    flags: list[Flag] = field(default_factory=list)
    missed: list[Flag] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """All sets together."""
        return total(self.sets.values())


def measure(
    settings: Settings,
    solutions: Sequence[Labelled],
    adjudications: Adjudications,
    *,
    jobs: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Judge ``solutions`` and add up; ``progress`` hears how many more are done.

    The result does not depend on ``jobs``. Raises ConfigError for unknown rules.
    """
    outcome = Outcome({solution.set: Tally() for solution in solutions})
    for done, lost in judge_all(settings, solutions, jobs=jobs):
        for solution in done:
            outcome.sets[solution.set] += count(solution, adjudications)
            outcome.flags += flags_of(solution, adjudications)
        outcome.missed += missed(done)
        outcome.lost += lost
        progress(len(done) + len(lost))
    order = {name: at for at, name in enumerate(outcome.sets)}
    for flags in (outcome.flags, outcome.missed):
        flags.sort(key=lambda flag: (order[flag.set], flag.id, flag.step, flag.rule))
    return outcome
