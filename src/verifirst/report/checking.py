"""Judge traces that someone else wrote, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.errors import ConfigError, FormatError
from verifirst.report import inputs, wire
from verifirst.report.tally import Tally
from verifirst.report.traces import Malformed, Trace, parse
from verifirst.rules import default_rules
from verifirst.segment import segmenter
from verifirst.verifier import Ledger, Verifier


@dataclass(frozen=True, slots=True)
class Settings:
    """How to check; a plain value, so that it travels to worker processes.

    ``rules`` and ``enforce`` name rules by code or by family (``AR001``, ``DG``); no
    ``rules`` means all. ``segment`` names the convention for solutions. ``as_json`` asks
    for wire lines instead of reports. ``name_source`` puts file names into errors.
    """

    rules: tuple[str, ...] = ()
    enforce: tuple[str, ...] = ()
    segment: str = "auto"
    as_json: bool = False
    name_source: bool = False

    def verifier(self) -> Verifier:
        """The verifier that these settings describe; raises :class:`ConfigError`."""
        known = default_rules()
        codes = sorted(rule.code for rule in known)
        if missing := [name for name in self.rules if not any(code.startswith(name) for code in codes)]:
            raise ConfigError(f"--rules names no rule: {', '.join(missing)}; rules: {', '.join(codes)}")
        chosen = [rule for rule in known if not self.rules or rule.code.startswith(self.rules)]
        return Verifier(chosen, enforce=self.enforce)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one line.

    ``line`` is the wire line when :attr:`Settings.as_json` asks for it; otherwise a trace
    comes with its ``reports``. ``malformed`` is set when the line is no trace.
    """

    tally: Tally
    line: str = ""
    trace: Trace | None = None
    reports: tuple[Report, ...] = ()
    malformed: Malformed | None = None


class Checker:
    """Judges lines under one :class:`Settings`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._verifier = settings.verifier()

    def outcomes(self, lines: Iterable[inputs.Line]) -> Iterator[Outcome]:
        """Parse and judge each line, in order."""
        return (self.outcome(self.parse(line)) for line in lines)

    def parse(self, line: inputs.Line) -> Trace | Malformed:
        """Read ``line`` as a trace."""
        return parse(line, name_source=self._settings.name_source)

    def outcome(self, found: Trace | Malformed) -> Outcome:
        """Judge ``found`` and put the result in the form that the settings ask for."""
        if isinstance(found, Malformed):
            line = wire.dump(wire.encode_error(found)) if self._settings.as_json else ""
            return Outcome(Tally(malformed=1), line, malformed=found)
        return self.present(found, self.judge(found))

    def present(self, trace: Trace, reports: list[Report]) -> Outcome:
        """``trace`` with its ``reports`` in the form that the settings ask for."""
        tally = Tally.of(reports)
        if self._settings.as_json:
            return Outcome(tally, wire.dump(wire.encode(trace.id, reports)))
        return Outcome(tally, trace=trace, reports=tuple(reports))

    def judge(self, trace: Trace) -> list[Report]:
        """One report per step."""
        ledger = Ledger.open(self._verifier, trace.problem)
        for step in self.steps(trace):
            ledger.push(step)
        return ledger.reports

    def steps(self, trace: Trace) -> list[Step]:
        """Native steps as they are, each with offsets into itself; or the solution, segmented."""
        if trace.steps is not None:
            return [Step(index, 0, len(text), len(text), text) for index, text in enumerate(trace.steps)]
        cutter = segmenter(self._settings.segment)
        return [*cutter.feed(trace.solution or ""), *cutter.close()]


def check_texts(settings: Settings, sources: Iterable[str], problem: str) -> Iterator[Outcome]:
    """Judge each source as one solution to ``problem``; its id is its name."""
    checker = Checker(settings)
    for source in sources:
        name = None if source == inputs.STDIN else source
        try:
            yield checker.outcome(Trace(name, problem, None, inputs.text(source)))
        except FormatError as error:
            yield checker.outcome(Malformed(name, f"{source}: {error}"))


def by_form(sources: Iterable[str], *, text: bool) -> Iterator[tuple[bool, list[str]]]:
    """Group neighbours of one form: (is plain text, sources). ``text`` says that all are."""
    for is_text, group in groupby(sources, lambda source: text or is_plain(source)):
        yield is_text, list(group)


def is_plain(source: str) -> bool:
    """Whether the name says that the file is plain text; everything else is JSON Lines."""
    return source.lower().removesuffix(".gz").endswith((".txt", ".md"))
