"""Flags on steps labelled right that somebody read: who is wrong, the label or the rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from verifirst.errors import FormatError, InputError

GENUINE = "genuine error"  # the step is wrong: the flag is right, the label is not
FAIR = "fair as read"  # the text as written is false, though a reader would guess what was meant
FALSE = "false flag"  # what is flagged is right: our mistake, kept to be seen
VERDICTS = (GENUINE, FAIR, FALSE)
FIELDS = ("set", "id", "step", "rule", "verdict", "reason")


@dataclass(frozen=True, slots=True)
class Adjudication:
    """One reading: what was found, and why in a line."""

    verdict: str
    reason: str

    @property
    def excuses(self) -> bool:
        """Whether the flag stands, so that it is no false refutation."""
        return self.verdict != FALSE


Key = tuple[str, str, int, str]  # set, id, step, family


def family(code: str) -> str:
    """The letters of a rule's code: ``AR`` of ``AR001``."""
    return code.rstrip("0123456789")


class Adjudications:
    """Readings by set, id, step and rule family."""

    def __init__(self, entries: Mapping[Key, Adjudication] | None = None) -> None:
        self._entries = dict(entries or {})
        self._wrong = {key[:3] for key, entry in self._entries.items() if entry.excuses}

    def __len__(self) -> int:
        return len(self._entries)

    def of(self, name: str, solution: str, step: int, rule: str) -> Adjudication | None:
        """What was found about a flag of ``rule`` on that step, if somebody read it."""
        return self._entries.get((name, solution, step, family(rule)))

    def excuse(self, name: str, solution: str, step: int) -> bool:
        """Whether somebody read that step and found it wrong, whatever rule was at issue."""
        return (name, solution, step) in self._wrong

    @classmethod
    def load(cls, folder: Path) -> Adjudications:
        """All ``*.jsonl`` of ``folder``; raises :class:`FormatError` naming a malformed line."""
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder of adjudications (*.jsonl), found none")
        entries: dict[Key, Adjudication] = {}
        for path in sorted(folder.glob("*.jsonl")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                try:
                    entries.update(_parsed(line))
                except FormatError as error:
                    raise FormatError(f"{path}: line {number}: {error}") from error
        return cls(entries)


def _parsed(line: str) -> Iterable[tuple[Key, Adjudication]]:
    try:
        entry = json.loads(line)
    except ValueError as error:
        raise FormatError(f"expected a JSON object, found no JSON ({error})") from error
    if not isinstance(entry, dict) or set(entry) != set(FIELDS):
        raise FormatError(f"expected an object with the fields {', '.join(FIELDS)}")
    if entry["verdict"] not in VERDICTS:
        raise FormatError(f"expected a verdict of {', '.join(map(repr, VERDICTS))}, found {entry['verdict']!r}")
    if not isinstance(entry["step"], int) or not str(entry["reason"]).strip():
        raise FormatError("expected step to be an index and reason to say why in a line")
    key = (entry["set"], entry["id"], entry["step"], family(entry["rule"]))
    return [(key, Adjudication(entry["verdict"], entry["reason"]))]
