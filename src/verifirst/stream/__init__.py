"""Stream 2: steps go in, reports come out, and decoding never waits in between.

A stream is stateless from outside: each submission names the steps before it. Inside, a
ledger per trace is kept and rolled back to what the submission shares with it, so
rollbacks and killed workers need no message.
"""

from verifirst.stream.base import MAX_LEDGERS, Result, VerifierSpec, VerifierStream, failed
from verifirst.stream.inline import InlineStream
from verifirst.stream.ledgers import LedgerCache
from verifirst.stream.process import ProcessStream

__all__ = [
    "MAX_LEDGERS",
    "InlineStream",
    "LedgerCache",
    "ProcessStream",
    "Result",
    "VerifierSpec",
    "VerifierStream",
    "failed",
]
