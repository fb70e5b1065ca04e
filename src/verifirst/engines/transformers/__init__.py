"""The local engine: any causal language model that Transformers loads, batched, on one device."""

from verifirst.engines.base import Output, Request
from verifirst.engines.transformers.engine import LocalEngine

__all__ = ["LocalEngine", "Output", "Request"]
