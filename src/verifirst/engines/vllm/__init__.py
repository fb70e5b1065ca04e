"""The dual-stream decoder inside stock vLLM V1, as a plugin.

``plugin.register`` is vLLM's entry point; ``compat`` is the one file that knows vLLM's
internals; ``scheduler`` holds the protocol's engine side, ``bans_*`` its worker side,
``frontend`` and ``http`` what clients see. Nothing here is imported by the core.
"""
