r"""Matrices: read, and where sums and products of them are written out, worked out."""

from __future__ import annotations

import re
from collections.abc import Callable

from verifirst.math_verify.answers import Matrix
from verifirst.solvers.terms import Term

MAX_ENTRIES = 64
MAX_TERM = 600

BEGIN = re.compile(r"\\begin\s*+\{([pb]?matrix|smallmatrix|array)\}(?:\s*+\{[lcr|\s]*+\})?")
_BRACKETS = re.compile(r"(?:[\s()\[\]]|\\(?:left|right|big|Big|bigg|Bigg)[lr]?\b|\\[,;:! ])*+")
_TIMES = re.compile(r"\s*+(?:\\cdot|\\times|\*)?\s*+")

Rows = tuple[tuple[Term, ...], ...]


class ShapeError(Exception):
    """The rows are no matrix, or do not fit each other."""


def read(text: str, term: Callable[[str], Term]) -> Matrix:
    """The matrix that ``text`` writes; ``term`` reads one entry. Raises ShapeError or what ``term`` raises."""
    total: Rows | None = None
    product: Rows | None = None
    factor: Term = ()
    sign = "+"
    at = 0
    while match := BEGIN.search(text, at):
        between = _BRACKETS.sub("", text[at : match.start()])
        if product is not None and not _TIMES.fullmatch(between):
            total, product = _add(total, _scaled(product, factor), sign), None
            sign, factor = between[0], ()
            if sign not in "+-":
                raise ShapeError
            between = between[1:]
        elif product is None and between[:1] == "-":
            sign, between = "-", between[1:]
        if product is None:
            factor = term(between) if between.strip() else ()
        close = text.find(f"\\end{{{match[1]}}}", match.end())
        if close < 0:
            raise ShapeError
        rows = _rows(text[match.end() : close], term)
        product = rows if product is None else _multiply(product, rows)
        at = close + len(match[1]) + 6
    if product is None or _BRACKETS.sub("", text[at:]).strip(" ."):
        raise ShapeError
    return Matrix(_add(total, _scaled(product, factor), sign))


def _rows(body: str, term: Callable[[str], Term]) -> Rows:
    lines = [line for line in body.replace("\\hline", " ").split("\\\\") if line.strip()]
    rows = tuple(tuple(term(cell) for cell in line.split("&")) for line in lines)
    if not rows or len({len(row) for row in rows}) > 1 or len(rows) * len(rows[0]) > MAX_ENTRIES:
        raise ShapeError
    return rows


def _scaled(rows: Rows, factor: Term) -> Rows:
    return tuple(tuple((*factor, *entry, "*") for entry in row) for row in rows) if factor else rows


def _add(left: Rows | None, right: Rows, sign: str) -> Rows:
    if left is None:
        return right if sign == "+" else tuple(tuple((*entry, "neg") for entry in row) for row in right)
    if len(left) != len(right) or len(left[0]) != len(right[0]):
        raise ShapeError
    return tuple(
        tuple((*a, *b, sign) for a, b in zip(one, other, strict=True)) for one, other in zip(left, right, strict=True)
    )


def _multiply(left: Rows, right: Rows) -> Rows:
    if len(left[0]) != len(right) or len(left) * len(right[0]) * len(right) > 4 * MAX_ENTRIES:
        raise ShapeError
    return tuple(tuple(_dot(row, tuple(line[at] for line in right)) for at in range(len(right[0]))) for row in left)


def _dot(row: tuple[Term, ...], column: tuple[Term, ...]) -> Term:
    found: Term = ()
    for a, b in zip(row, column, strict=True):
        found = (*found, *a, *b, "*", "+") if found else (*a, *b, "*")
    if len(found) > MAX_TERM:
        raise ShapeError
    return found
