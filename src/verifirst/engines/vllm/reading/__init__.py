"""The reading half of enforcement: text, steps and verdicts, in processes of their own.

The engine's thread sends tokens and gets back how many of them stand. ``reader`` is what
runs over there: each request's ``DualStream`` and its ledger. ``lane`` is one such process as
the engine sees it: guarded, killable, and rebuilt from what it was sent. ``desk`` is all of
them together. Nothing here knows vLLM.
"""

from verifirst.engines.vllm.reading.desk import Desk
from verifirst.engines.vllm.reading.lane import Broken, Reading
from verifirst.engines.vllm.reading.messages import Answer, Counts, Finish, News, Opening

__all__ = ["Answer", "Broken", "Counts", "Desk", "Finish", "News", "Opening", "Reading"]
