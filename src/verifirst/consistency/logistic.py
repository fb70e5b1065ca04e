"""Logistic regression on one variable: all that Platt's calibration needs."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum, log1p

_STEPS = 100  # Newton needs about ten; each step lowers the loss or ends the search
_SLOPE = 1e-10  # mean gradient at which the optimum is reached
_RIDGE = 1e-12  # keeps the curvature positive where all inputs are equal
_SHORTEST = 1e-10  # a step cut further than this is rounding


def sigmoid(logit: float) -> float:
    """``1 / (1 + exp(-logit))`` without overflow."""
    if logit >= 0:
        return 1 / (1 + exp(-logit))
    grown = exp(logit)
    return grown / (1 + grown)


def newton(inputs: Sequence[float], targets: Sequence[float]) -> tuple[float, float]:
    """The (slope, intercept) that minimise the cross-entropy of ``sigmoid(slope * x + intercept)``.

    ``inputs`` lie in [-1, 1], ``targets`` strictly inside (0, 1): the loss is convex and grows
    in every direction but one where all inputs are equal, which the start at slope 0 never enters.
    """
    slope, intercept = 0.0, 0.0
    for _ in range(_STEPS):
        towards = _direction(slope, intercept, inputs, targets)
        if towards is None:
            break
        length = _length(slope, intercept, towards, inputs, targets)
        if length < _SHORTEST:
            break
        slope, intercept = slope + length * towards[0], intercept + length * towards[1]
    return slope, intercept


def _direction(
    slope: float, intercept: float, inputs: Sequence[float], targets: Sequence[float]
) -> tuple[float, float] | None:
    """Newton's step, or None at the optimum."""
    curve = [sigmoid(slope * x + intercept) for x in inputs]
    errors = [value - target for value, target in zip(curve, targets, strict=True)]
    by_slope = fsum(error * x for error, x in zip(errors, inputs, strict=True))
    by_intercept = fsum(errors)
    if max(abs(by_slope), abs(by_intercept)) <= _SLOPE * len(inputs):
        return None
    bends = [value * (1 - value) for value in curve]
    twice = fsum(bend * x * x for bend, x in zip(bends, inputs, strict=True)) + _RIDGE
    mixed = fsum(bend * x for bend, x in zip(bends, inputs, strict=True))
    once = fsum(bends) + _RIDGE
    size = twice * once - mixed * mixed
    return (mixed * by_intercept - once * by_slope) / size, (mixed * by_slope - twice * by_intercept) / size


def _length(
    slope: float, intercept: float, towards: tuple[float, float], inputs: Sequence[float], targets: Sequence[float]
) -> float:
    """The first of 1, 1/2, 1/4, ... that lowers the loss."""
    now = _loss(slope, intercept, inputs, targets)
    length = 1.0
    while length >= _SHORTEST and not (
        _loss(slope + length * towards[0], intercept + length * towards[1], inputs, targets) < now
    ):
        length /= 2
    return length


def _loss(slope: float, intercept: float, inputs: Sequence[float], targets: Sequence[float]) -> float:
    logits = [slope * x + intercept for x in inputs]
    # log(1 + exp(u)) - t u, written so that exp never overflows
    return fsum(
        max(logit, 0.0) + log1p(exp(-abs(logit))) - target * logit
        for logit, target in zip(logits, targets, strict=True)
    )
