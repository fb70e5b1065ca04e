"""The laws of verifirst as functions that anybody can run on their own rules and engines.

Each ``check_*`` raises AssertionError with a readable counterexample, and returns None
where the law held on every case tried. They draw their cases with Hypothesis
(``pip install hypothesis``), reproducibly: the same code fails or passes every time.

A pack's whole test file can be::

    from verifirst.testing import check_pack

    def test_pack():
        check_pack("my_company.rules")
"""

from verifirst.testing.engines import EngineAnswer, EngineCase, check_engine, check_engines_agree, engine_cases
from verifirst.testing.packs import check_examples, check_pack, check_rule
from verifirst.testing.rules import check_deterministic, check_evidence_replays, check_no_claim_no_praise, check_total
from verifirst.testing.segments import check_segmenter_rollback, check_steps_tile
from verifirst.testing.sessions import check_chunk_invariant, check_fork_independent, check_rollback_exact
from verifirst.testing.strategies import Trace

__all__ = [
    "EngineAnswer",
    "EngineCase",
    "Trace",
    "check_chunk_invariant",
    "check_deterministic",
    "check_engine",
    "check_engines_agree",
    "check_evidence_replays",
    "check_examples",
    "check_fork_independent",
    "check_no_claim_no_praise",
    "check_pack",
    "check_rollback_exact",
    "check_rule",
    "check_segmenter_rollback",
    "check_steps_tile",
    "check_total",
    "engine_cases",
]
