"""How rules decide a relation between two numbers, wherever the relation was read (no rules here).

``decide`` evaluates the textbook reading; ``equation`` and ``comparison`` try every other
reading before they refute; ``rounding`` knows what shown digits explain; ``evidence`` writes
what :mod:`verifirst.replay` reads.
"""
