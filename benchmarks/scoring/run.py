"""What the recipe's step classifier is worth on held-out problems, behind the rules.

    python -m benchmarks.scoring.run [--n 750] [--judge build/step_judge] [--out FILE.json]

``first_light`` writes one solution at temperature 1 for each of ``n`` problems of each held-out split. The oracle
labels the steps; what counts are the steps up to the first error that the default rules let stand, since a decoder
that rolls back scores no others. The threshold was made on dev problems for a stated share of right
steps.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from recipes.step_classifier.calibrate import let_stand, traced
from recipes.step_classifier.data import Labelled, sampled

from verifirst.consistency import expected_calibration_error
from verifirst.engines.transformers.scorer import CALIBRATION, TransformersScorer
from verifirst.models import path
from verifirst.scoring import Calibrated, Likelihood, Unscored
from verifirst.verifier import Verifier

SPLITS = ("heldout-numbers", "heldout-templates")


@dataclass(frozen=True, slots=True)
class Row:
    """One step that the rules let stand."""

    kind: str
    likelihood: Likelihood

    @property
    def right(self) -> bool:
        """By the oracle."""
        return self.kind == "valid"


def auroc(rows: Sequence[Row]) -> float:
    """P(a right step has a higher p than a wrong one), ties half: from ranks, as Mann and Whitney do."""
    ordered = sorted(rows, key=lambda row: row.likelihood.p)
    ranks, start = 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end].likelihood.p == ordered[start].likelihood.p:
            end += 1
        ranks += sum(row.right for row in ordered[start:end]) * (start + end + 1) / 2
        start = end
    right = sum(row.right for row in rows)
    return (ranks - right * (right + 1) / 2) / (right * (len(rows) - right))


def scored(judge: Calibrated, outputs: Sequence[Labelled]) -> list[list[Row]]:
    """The rows of each output that has any."""
    verifier = Verifier()
    stand = [kept for output in outputs if (kept := let_stand(output, verifier)).steps]
    found = judge.likelihoods([traced(output) for output in stand])
    return [
        [Row(kind, one) for kind, one in zip(output.kinds, likelihoods, strict=True)]
        for output, likelihoods in zip(stand, found, strict=True)
        if not isinstance(likelihoods, Unscored)
    ]


def figures(outputs: Sequence[Sequence[Row]], all_errors: Counter[str]) -> dict[str, Any]:
    """What one split shows. ``all_errors``: first errors by kind, those that rules refute included."""
    rows = [row for output in outputs for row in output]
    wrong = [row for row in rows if not row.right]
    lost = [
        sum(row.likelihood.refuses for row in right) / len(right) if right else 0.0
        for right in ([row for row in output if row.right] for output in outputs)
    ]
    passed = Counter(row.kind for row in wrong)
    stopped = Counter(row.kind for row in wrong if row.likelihood.refuses)
    return {
        "outputs": len(outputs),
        "steps": len(rows),
        "right_steps": len(rows) - len(wrong),
        "auroc": round(auroc(rows), 4),
        "ece": round(expected_calibration_error([r.likelihood.p for r in rows], [r.right for r in rows]), 4),
        "right_steps_refused": round(sum(lost) / len(outputs), 4),
        "first_errors": {
            kind: {"all": count, "pass_the_rules": passed[kind], "stopped": stopped[kind]}
            for kind, count in all_errors.most_common()
        },
    }


def main() -> None:
    """Sample, score, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=750, help="problems of each split")
    parser.add_argument("--seed", type=int, default=43)
    parser.add_argument("--model", default="first_light", help="who writes: a shipped language model, or a folder")
    parser.add_argument("--judge", type=Path, default=Path("build/step_judge"), help="a folder that the recipe wrote")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    judge = Calibrated.load(
        options.judge / CALIBRATION, TransformersScorer(options.judge, name="step_judge", batch_size=64)
    )
    writer = Path(options.model) if Path(options.model).is_dir() else path(options.model)
    record: dict[str, Any] = {
        "command": f"python -m benchmarks.scoring.run --n {options.n} --seed {options.seed}",
        "writer": writer.name,
        "judge": {"digest": judge.scorer.digest, "alpha": judge.threshold.alpha, "threshold": judge.threshold.value},
        "calibrated_on_outputs": judge.threshold.n,
    }
    for split in SPLITS:
        outputs = sampled(writer, split, options.n, options.seed)
        cut = [output.to_first_error for output in outputs]
        errors = Counter(output.kinds[-1] for output in cut if output.kinds and output.kinds[-1] != "valid")
        record[split] = figures(scored(judge, outputs), errors)
    print(json.dumps(record, indent=1))
    if options.out:
        options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
