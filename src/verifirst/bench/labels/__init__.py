"""Precision and recall of rules on steps that people labelled (``verifirst bench labels``).

``data`` reads labelled solutions, ``judging`` runs a verifier over one, ``running`` over many,
``tally`` adds up what it said; ``table``, ``flags`` and ``page`` show it, ``results`` keeps it.
"""
