"""Solutions whose steps people labelled, read from JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from verifirst.errors import FormatError, InputError
from verifirst.report.inputs import Line, decode, lines, require

SUFFIXES = (".jsonl", ".jsonl.gz")
SCHEMA = (
    '{"id": str, "problem": str, "steps": [str, ...], "first_error_step": 0-based index, -1 for none, null for unknown}'
)
_PREFIX = "spurious-correct: "


@dataclass(frozen=True, slots=True)
class Labelled:
    """One solution. ``first_error`` is the index of its first wrong step, -1 none, None not labelled.

    ``solution`` may carry ``<<expression=value>>`` annotations. ``error_kind`` is the labeller's
    own word for what is wrong. ``final_correct`` is None where nobody compared the answer.
    """

    set: str
    id: str
    problem: str
    steps: tuple[str, ...]
    first_error: int | None
    final_correct: bool | None = None
    error_kind: str = ""
    solution: str = ""

    @property
    def spurious(self) -> bool:
        """The right answer by way of a wrong step."""
        return self.final_correct is True and self.first_error is not None and self.first_error >= 0

    def text(self, index: int) -> str:
        """A step as it is judged: without surrounding whitespace."""
        return self.steps[index].strip()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file of a folder that holds no labelled steps, and why."""

    name: str
    why: str


def name_of(path: Path) -> str:
    """The set that a file holds: its name without the suffixes."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def sources(named: Iterable[str], sets: Iterable[str] = ()) -> list[tuple[Path, bool]]:
    """The files to read, each with whether it was named itself (and must then hold labels).

    ``named`` holds files and folders, ``sets`` patterns such as ``processbench_*``. Raises
    :class:`InputError` where a name leads to nothing.
    """
    wanted = tuple(sets)
    found: list[tuple[Path, bool]] = []
    for name in named:
        path = Path(name)
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.name.endswith(SUFFIXES))
            found += [(file, False) for file in inside]
        else:
            require(name)
            found.append((path, True))
    chosen = [(path, own) for path, own in found if not wanted or any(fnmatchcase(name_of(path), p) for p in wanted)]
    if not chosen:
        held = ", ".join(name_of(path) for path, _ in found) or "no *.jsonl or *.jsonl.gz file"
        raise InputError(f"expected labelled data{_matching(wanted)}, found {held}")
    return chosen


def _matching(wanted: tuple[str, ...]) -> str:
    return f" matching {', '.join(wanted)}" if wanted else ""


def read(path: Path, *, strict: bool = True, limit: int | None = None) -> list[Labelled] | Skipped:
    """The solutions of one file, at most ``limit``.

    A file whose first line has no labelled steps is :class:`Skipped`, or raises
    :class:`FormatError` where ``strict``; so does a malformed line further on.
    """
    name = name_of(path)
    found: list[Labelled] = []
    for line in lines(str(path)):
        try:
            found.append(_labelled(name, line))
        except FormatError as error:
            if not strict and not found:
                return Skipped(name, str(error))
            raise FormatError(f"{path}: line {line.number}: {error}") from error
        if len(found) == limit:
            break
    return found


def _labelled(name: str, line: Line) -> Labelled:
    if line.fault:
        raise FormatError(line.fault)
    try:
        fields = json.loads(decode(line.raw))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"expected a JSON object like {SCHEMA}, found no JSON ({error})") from error
    if not isinstance(fields, dict):
        raise FormatError(f"expected a JSON object like {SCHEMA}, found {type(fields).__name__}")
    steps = fields.get("steps")
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        raise _wrong("steps", "a list of strings", fields)
    return Labelled(
        name,
        _text(fields, "id", required=True),
        _text(fields, "problem", required=True),
        tuple(steps),
        _first_error(fields, len(steps)),
        _final_correct(fields),
        _text(fields, "error_kind").removeprefix(_PREFIX),
        _text(fields, "solution"),
    )


def _text(fields: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = fields.get(name)
    if value is None and not required:
        return ""
    if name == "id" and isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise _wrong(name, "a string", fields)
    return value


def _first_error(fields: dict[str, Any], steps: int) -> int | None:
    if "first_error_step" not in fields:
        raise _wrong("first_error_step", "an index, -1 or null", fields)
    value = fields["first_error_step"]
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and -1 <= value < steps):
        return value
    raise _wrong("first_error_step", f"null or an integer from -1 to {steps - 1}", fields)


def _final_correct(fields: dict[str, Any]) -> bool | None:
    value = fields.get("final_correct")
    if value is None or isinstance(value, bool):
        return value
    raise _wrong("final_correct", "true, false or null", fields)


def _wrong(name: str, expected: str, fields: dict[str, Any]) -> FormatError:
    found = (
        repr(fields[name])[:60] if name in fields else f"no such field (fields: {', '.join(map(str, fields))[:120]})"
    )
    return FormatError(f"expected {name!r} to be {expected}, found {found}; a line looks like {SCHEMA}")
