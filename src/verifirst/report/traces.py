"""Parse one input line of ``check`` into a trace, or say what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

from verifirst.errors import FormatError
from verifirst.report.inputs import Line, decode

Id = str | int | float | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trace:
    """A problem and what was written about it: ``steps`` as given, or a ``solution`` to segment."""

    id: Id
    problem: str
    steps: tuple[str, ...] | None
    solution: str | None


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no trace. ``error`` says where, what was expected and what was found."""

    id: Id
    error: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that nobody has solved yet."""

    id: Id
    problem: str


def parse(line: Line, *, name_source: bool = False) -> Trace | Malformed:
    """Read ``line`` as a trace; never raises on its content.

    ``name_source`` puts the file's name before the line number, for runs over several files.
    """
    return _parse(line, _trace, name_source)


def parse_problem(line: Line) -> Problem | Malformed:
    """Read ``line`` as ``{"id", "problem"}``; never raises on its content."""
    return _parse(line, _problem, False)


def _parse(line: Line, read: Callable[[dict[str, Any]], T], name_source: bool) -> T | Malformed:
    where = f"{line.source}: line {line.number}" if name_source else f"line {line.number}"
    if line.fault:
        return Malformed(None, f"{where}: {line.fault}")
    fields: dict[str, Any] = {}
    try:
        fields = _object(line.raw)
        return read(fields)
    except FormatError as error:
        return Malformed(_known_id(fields), f"{where}: {error}")


def _object(raw: bytes) -> dict[str, Any]:
    text = decode(raw)
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"expected a JSON object, found {_excerpt(text)} ({_where(error)})") from error
    except RecursionError as error:
        raise FormatError("expected a JSON object, found one nested too deeply") from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise FormatError(f"expected a JSON object, found a number it cannot hold ({error})") from error
    if not isinstance(found, dict):
        raise FormatError(f"expected a JSON object, found {_kind(found)}")
    return found


def _problem(fields: dict[str, Any]) -> Problem:
    trace_id, problem = _id(fields), _statement(fields)
    if not problem.strip():
        raise FormatError("expected `problem` to hold a problem, found nothing")
    return Problem(trace_id, problem)


def _trace(fields: dict[str, Any]) -> Trace:
    trace_id, problem = _id(fields), _statement(fields)
    steps, solution = fields.get("steps"), fields.get("solution")
    if steps is not None:
        return Trace(trace_id, problem, _steps(steps), None)
    if solution is None:
        raise FormatError("expected `steps` (a list of strings) or `solution` (a string), found neither")
    if not isinstance(solution, str):
        raise FormatError(f"expected `solution` to be a string, found {_kind(solution)}")
    return Trace(trace_id, problem, None, solution)


def _steps(steps: Any) -> tuple[str, ...]:
    if not isinstance(steps, list):
        raise FormatError(f"expected `steps` to be a list of strings, found {_kind(steps)}")
    for index, step in enumerate(steps):
        if not isinstance(step, str):
            raise FormatError(f"expected `steps` to be a list of strings, found {_kind(step)} at index {index}")
    return tuple(steps)


def _statement(fields: dict[str, Any]) -> str:
    problem = fields.get("problem")
    if problem is not None and not isinstance(problem, str):
        raise FormatError(f"expected `problem` to be a string, found {_kind(problem)}")
    return problem or ""


def _id(fields: dict[str, Any]) -> Id:
    found = _known_id(fields)
    if found is None and fields.get("id") is not None:
        raise FormatError(f"expected `id` to be a string or a number, found {_kind(fields['id'])}")
    return found


def _known_id(fields: dict[str, Any]) -> Id:
    found = fields.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return None if isinstance(found, float) and not isfinite(found) else found  # NaN and 1e999 cannot be written back


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"


def _excerpt(text: str, width: int = 40) -> str:
    text = text.strip()
    return ascii(text if len(text) <= width else text[:width] + "...")


def _where(error: json.JSONDecodeError) -> str:
    return f"{error.msg} at column {error.colno}"
