"""The dual-stream decoder: token-level state of one request, engine-agnostic.

An engine owns the model and the KV cache; this package owns the protocol: which tokens are
committed, which are pending verification, which continuations are banned, and when a
request must jump back or stop. The token <-> character map lives only here.
"""

from verifirst.decoding.bans import BanTrie
from verifirst.decoding.dual_stream import DualStream
from verifirst.decoding.events import Committed, Event, Finished, Generated, Refuted, RolledBack, Verified
from verifirst.decoding.records import Dropped, FinishReason, Rejection, Submission, Tally
from verifirst.decoding.settings import Release, Settings
from verifirst.decoding.text import Detokenizer, TokenText

__all__ = [
    "BanTrie",
    "Committed",
    "Detokenizer",
    "Dropped",
    "DualStream",
    "Event",
    "FinishReason",
    "Finished",
    "Generated",
    "Refuted",
    "Rejection",
    "Release",
    "RolledBack",
    "Settings",
    "Submission",
    "Tally",
    "TokenText",
    "Verified",
]
