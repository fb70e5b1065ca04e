"""Progress bars, where a person waits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from verifirst.report.inputs import STDIN, Line, lines

if TYPE_CHECKING:
    from rich.console import Console

LONG = 2_000_000  # bytes; a shorter input is done before a bar could be read
Reader = Callable[[Iterable[str]], Iterator[Line]]


@contextmanager
def counting(to: Console, what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield ``advance(n)``: a bar on a terminal, one line saying ``what`` anywhere else."""
    if not to.is_terminal:
        to.print(what)
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=to, transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, advance=done)


@contextmanager
def reading(sources: Sequence[str]) -> Iterator[Reader]:
    """Yield a reader of lines that moves a bar on standard error when there is someone to see it."""
    total = sum(Path(source).stat().st_size for source in sources if source != STDIN)
    if not sys.stderr.isatty() or sys.stdout.isatty() or total < LONG:
        yield lambda group: (line for source in group for line in lines(source))
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("checking"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("checking", total=total)
        yield _Bar(lambda done: progress.update(task, completed=done), total).read


class _Bar:
    """Where a run over several files stands, shown in strides of about 1/500."""

    def __init__(self, show: Callable[[int], None], total: int) -> None:
        self._show = show
        self._stride = total // 500
        self._before = self._here = self._shown = 0

    def at(self, position: int) -> None:
        """The current file was read up to ``position``."""
        self._here = self._before + position
        if self._here - self._shown >= self._stride:
            self._shown = self._here
            self._show(self._here)

    def read(self, group: Iterable[str]) -> Iterator[Line]:
        """The lines of each source."""
        for source in group:
            yield from lines(source, self.at)
            self._before = self._here
