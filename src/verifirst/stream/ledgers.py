"""Ledgers of recent traces, each brought to what a submission says came before."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from verifirst.core.before import Before
from verifirst.core.report import Report
from verifirst.core.step import Step
from verifirst.core.verdict import Reason
from verifirst.errors import ConfigError
from verifirst.solvers.pool import Failure
from verifirst.stream.base import MAX_LEDGERS, failed
from verifirst.verifier import Ledger, Verifier


@dataclass(slots=True)
class _Kept:
    """A ledger, and the chain node of each of its leading steps (the last step's is not known yet)."""

    ledger: Ledger
    nodes: list[Before] = field(default_factory=list)

    def bring(self, before: Before | None) -> None:
        """Make the ledger that of ``before``; costs the steps that the two do not share."""
        fresh: list[Before] = []
        node = before
        while node is not None and not self._has(node):
            fresh.append(node)
            node = node.parent
        shared = 0 if node is None else node.length
        for new in reversed(fresh):
            self._adopt(shared, new)
            shared += 1
        self.ledger.rollback(shared)
        del self.nodes[shared:]

    def _has(self, node: Before) -> bool:
        return node.length <= len(self.nodes) and self.nodes[node.length - 1] is node

    def _adopt(self, index: int, node: Before) -> None:
        """Take ``node`` for step ``index``: judged already where the text is the same."""
        reports = self.ledger.reports
        if index >= len(reports) or reports[index].step.text != node.text:
            self.ledger.rollback(index)
            self.ledger.push(Step(index, 0, len(node.text), len(node.text), node.text))
        self.nodes[index:] = [node]


class LedgerCache:
    """Ledgers of recent traces, the least recently used goes first. Never wrong, at worst cold."""

    def __init__(self, verifier: Verifier, limit: int = MAX_LEDGERS) -> None:
        if limit < 1:
            raise ConfigError(f"the ledger cache must hold at least 1 trace, found {limit}")
        self._verifier = verifier
        self._limit = limit
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def check(self, trace_id: str, problem: str, before: Before | None, step: Step) -> Report:
        """The report on ``step`` after ``before``; UNKNOWN(RULE_ERROR) should checking raise."""
        kept = self._kept.pop(trace_id, None)
        try:
            if kept is None or kept.ledger.problem != problem:
                kept = _Kept(Ledger.open(self._verifier, problem))
            kept.bring(before)
            report = kept.ledger.push(step)
        except Exception as error:  # noqa: BLE001  # a bug in reading must not end the stream
            return failed(step, Failure(Reason.RULE_ERROR, f"{type(error).__name__}: {error}"[:200]))
        self._kept[trace_id] = kept
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return report

    def forget(self, trace_id: str) -> None:
        """Drop the ledger of a trace."""
        self._kept.pop(trace_id, None)
