"""The statistics of agreement: calibration, thresholds with stated bounds, stopping, and curves.

Numbers in, numbers out: nothing here knows of models, steps or rules, and none of it makes a
verdict. Which figure is a guarantee and which an estimate is said with each.
"""

from verifirst.consistency.answering import Answering, answering_threshold
from verifirst.consistency.calibration import Isotonic, Platt, pool_adjacent_violators
from verifirst.consistency.conformal import Threshold, output_threshold, refusal_threshold
from verifirst.consistency.curves import CoveragePoint, accuracy_at, aurc, risk_coverage
from verifirst.consistency.reliability import Bin, expected_calibration_error, reliability
from verifirst.consistency.stopping import Fixed, Posterior, Sprt, Stopping, ahead

__all__ = [
    "Answering",
    "Bin",
    "CoveragePoint",
    "Fixed",
    "Isotonic",
    "Platt",
    "Posterior",
    "Sprt",
    "Stopping",
    "Threshold",
    "accuracy_at",
    "ahead",
    "answering_threshold",
    "aurc",
    "expected_calibration_error",
    "output_threshold",
    "pool_adjacent_violators",
    "refusal_threshold",
    "reliability",
    "risk_coverage",
]
