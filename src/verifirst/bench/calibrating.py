"""Agreement calibrated on labelled problems, and how far what it states holds on others.

The labels are the generator's oracle's: of the released answer, and of each step of the released derivation.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import comb
from typing import Any

from verifirst.agreement import Calibration, Labelled, answer_score, step_scores
from verifirst.bench.word_problems import Problem, is_correct, judge
from verifirst.consistency import expected_calibration_error, output_threshold, refusal_threshold, reliability
from verifirst.engines.forks import Agreed

SPLITS = 100
ALPHA = 0.02
"""The bound that the conformal check and the catch of wrong quantities are stated at."""
WRONG = 0.05
"""The share of wrong answers that the threshold for answering is stated at."""
MISSED = "wrong_quantity"

Steps = list[tuple[float, bool]]


def labelled(problem: Problem, agreed: Agreed) -> Labelled:
    """What agreement says of its elected derivation, and what is true; a score of 0 where nothing was elected."""
    winner = agreed.election.winner
    if winner is None:
        return Labelled((0.0, False), ())
    steps = _lines(agreed.forks[winner].text)
    scores = step_scores(agreed.voters, agreed.derivations[winner], len(steps))
    valid = [judgement.valid for judgement in judge(problem, steps)]
    known = tuple((score, label) for score, label in zip(scores, valid, strict=True) if score is not None)
    return Labelled((answer_score(agreed.election), is_correct(problem, steps)), known)


def figures(calibration: Calibration, test: Sequence[Labelled], seed: int) -> dict[str, Any]:
    """Calibration errors of answers and steps, and the conformal bound over random splits of ``test``."""
    answers = [(calibration.answers(one.answer[0]), one.answer[1]) for one in test]
    steps = [(calibration.steps(score), label) for one in test for score, label in one.steps]
    return {
        "n": len(test),
        "answers": _reliability(answers),
        "steps": _reliability(steps),
        "conformal": conformal(calibration, test, seed),
        "answering": answering(calibration, answers),
    }


def answering(calibration: Calibration, answers: Sequence[tuple[float, bool]], alpha: float = WRONG) -> dict[str, Any]:
    """What answering above the threshold for at most ``alpha`` wrong answers comes to, of (probability, label)."""
    rule = calibration.answering(alpha)
    given = [label for p, label in answers if rule.answers(p)]
    return {
        "alpha": alpha,
        "threshold": rule.threshold,
        "coverage": len(given) / max(1, len(answers)),
        "wrong": 1 - sum(given) / max(1, len(given)) if given else 0.0,
    }


def _reliability(pairs: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    probabilities, labels = [p for p, _ in pairs], [label for _, label in pairs]
    bins = reliability(probabilities, labels)
    return {
        "n": len(pairs),
        "right": sum(labels) / max(1, len(labels)),
        "ece": expected_calibration_error(probabilities, labels),
        "bins": [(one.count, round(one.probability, 4), round(one.share, 4)) for one in bins],
    }


def conformal(calibration: Calibration, test: Sequence[Labelled], seed: int, alpha: float = ALPHA) -> dict[str, Any]:
    """The bound of ``output_threshold`` over random splits: half of ``test`` labels, the other half is served.

    The loss is 1 for an output with a right step that is refused. ``p_value`` is of the hypothesis that this happens
    to at most ``alpha`` of outputs, from one served output of each split: P(Bin(splits, alpha) >= losses).
    """
    outputs: list[Steps] = [[(calibration.steps(score), label) for score, label in one.steps] for one in test]
    draw = random.Random(seed)
    losses, risks = 0, []
    for _ in range(SPLITS):
        draw.shuffle(outputs)
        half = len(outputs) // 2
        threshold = output_threshold(outputs[:half], alpha, loss="any")
        lost = [any(label and threshold.refuses(p) for p, label in output) for output in outputs[half:]]
        losses += lost[0]
        risks.append(sum(lost) / len(lost))
    return {
        "alpha": alpha,
        "splits": SPLITS,
        "mean_loss": sum(risks) / SPLITS,
        "losses": losses,
        "p_value": sum(comb(SPLITS, k) * alpha**k * (1 - alpha) ** (SPLITS - k) for k in range(losses, SPLITS + 1)),
    }


def caught(
    dev: Sequence[tuple[Problem, Agreed]], test: Sequence[tuple[Problem, Agreed]], alpha: float = ALPHA
) -> dict[str, Any]:
    """Of the first verified fork's first errors that are wrong quantities, which rules passed: the share refused.

    The threshold refuses at most ``alpha`` of right steps by the dev problems' labels (``refusal_threshold`` among
    correct ones); ``false_rejection`` is the share of right steps that it refuses on the others.
    """
    right, _ = _scored(dev)
    threshold = refusal_threshold(right, [True] * len(right), alpha, among="correct")
    right, wrong = _scored(test)
    return {
        "alpha": alpha,
        "threshold": threshold.value,
        "wrong": len(wrong),
        "stopped": sum(map(threshold.refuses, wrong)) / max(1, len(wrong)),
        "right": len(right),
        "false_rejection": sum(map(threshold.refuses, right)) / max(1, len(right)),
    }


def _scored(drawn: Sequence[tuple[Problem, Agreed]]) -> tuple[list[float], list[float]]:
    """Scores of the right steps of first forks, and of their first errors that are wrong quantities."""
    right: list[float] = []
    wrong: list[float] = []
    for problem, agreed in drawn:
        steps = _lines(agreed.forks[0].text)
        for score, judgement in zip(
            step_scores(agreed.voters, agreed.derivations[0], len(steps)), judge(problem, steps), strict=True
        ):
            if judgement.valid and score is not None:
                right.append(score)
            elif judgement.kind == MISSED:
                wrong.append(1.0 if score is None else score)  # a step that establishes nothing is not refused
            if not judgement.valid:
                break
    return right, wrong


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
