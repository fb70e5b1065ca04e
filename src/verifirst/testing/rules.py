"""Laws of rules. Each takes one rule (an instance of an importable class)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from verifirst.core.report import Report
from verifirst.core.rule import Rule
from verifirst.core.verdict import Reason, Status, Verdict
from verifirst.replay import replay
from verifirst.session import check_steps
from verifirst.solvers.pool import Failure, WorkerPool
from verifirst.testing.strategies import Trace, traces
from verifirst.testing.trial import CASES, same, try_cases
from verifirst.verifier import Verifier

GUARD_S = 10.0  # wall-clock seconds that one trace may take before its rule counts as hanging


def alone(rules: Sequence[Rule]) -> Verifier:
    """A verifier with these rules only, each enforced."""
    return Verifier(list(rules), enforce=[rule.code for rule in rules])


def judged(verifier: Verifier, trace: Trace) -> list[Report]:
    """The reports on a trace's steps."""
    return check_steps(verifier, trace.problem, trace.steps)


def check_total(rule: Rule, *, cases: int = CASES, guard_s: float = GUARD_S) -> None:
    """The rule never raises and never hangs (law 1).

    Runs in a worker process that is killed when one trace takes longer than ``guard_s``
    seconds. What the rule raises shows as UNKNOWN(RULE_ERROR): no refutation, but a bug.
    """
    with WorkerPool(partial(_judge_in_worker, rule), timeout_s=guard_s) as pool:

        def law(trace: Trace) -> None:
            _finished(_ask(pool, trace), rule, trace, guard_s)

        try_cases(traces(rule.examples), law, cases, shrink=False)


def _judge_in_worker(rule: Rule) -> Callable[[Trace], list[Report]]:
    return partial(judged, alone([rule]))


def _ask(pool: WorkerPool, trace: Trace) -> Any:
    pool.submit("", trace)
    pool.wait()
    return pool.drain()[0][1]


def _finished(outcome: Any, rule: Rule, trace: Trace, guard_s: float) -> None:
    if isinstance(outcome, Failure):
        what = f"did not return within {guard_s:g} s" if outcome.reason is Reason.TIMEOUT else outcome.message
        raise AssertionError(f"rule {rule.code} is not total: {what}, on\n{trace}")  # noqa: TRY004  # a law's verdict
    for verdict in _verdicts(outcome):
        if verdict.reason is Reason.RULE_ERROR:
            raise AssertionError(f"rule {rule.code} is not total: it raised {verdict.message}, on\n{trace}")


def check_deterministic(rule: Rule, *, cases: int = CASES) -> None:
    """Same trace, same verdicts: here again, and in another process (law 2)."""
    verifier = alone([rule])
    with WorkerPool(partial(_judge_in_worker, rule), timeout_s=GUARD_S) as pool:

        def law(trace: Trace) -> None:
            first = judged(verifier, trace)
            same(judged(alone([rule]), trace), first, f"rule {rule.code} judges differently the second time\n{trace}")
            same(_ask(pool, trace), first, f"rule {rule.code} judges differently in another process\n{trace}")

        try_cases(traces(rule.examples), law, cases)


def check_no_claim_no_praise(verifier: Verifier, *, cases: int = CASES) -> None:
    """A step without a decided claim is UNKNOWN; a decided verdict has claim, rule and evidence (law 5)."""

    def law(trace: Trace) -> None:
        for report in judged(verifier, trace):
            decided = [verdict for verdict in report.verdicts if verdict.status is not Status.UNKNOWN]
            if not decided and report.status is not Status.UNKNOWN:
                raise AssertionError(f"step {report.step.index} is {report.status} without a decided claim\n{trace}")
            for verdict in decided:
                if verdict.claim is None or not verdict.rule or verdict.evidence is None:
                    raise AssertionError(f"a decided verdict lacks its claim, rule or evidence: {verdict}\n{trace}")

    examples = [example for rule in verifier.rules for example in rule.examples]
    try_cases(traces(examples), law, cases)


def check_evidence_replays(rule: Rule, *, cases: int = CASES) -> None:
    """Each decided verdict is re-derived from its evidence alone, after a trip through JSON (law 6)."""
    verifier = alone([rule])

    def law(trace: Trace) -> None:
        for verdict in _verdicts(judged(verifier, trace)):
            if verdict.status is Status.UNKNOWN:
                continue
            if verdict.evidence is None:
                raise AssertionError(f"a decided verdict of {rule.code} has no evidence\n{trace}")
            data = json.loads(json.dumps(dict(verdict.evidence.data)))
            same(data, dict(verdict.evidence.data), f"evidence of {rule.code} is not JSON-ready\n{trace}")
            evidence = type(verdict.evidence)(verdict.evidence.kind, data)
            same(replay(evidence), verdict.status, f"evidence of {rule.code} does not replay: {evidence}\n{trace}")

    try_cases(traces(rule.examples), law, cases)


def _verdicts(reports: Sequence[Report]) -> list[Verdict]:
    return [verdict for report in reports for verdict in (*report.verdicts, *report.notes)]
