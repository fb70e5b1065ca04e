"""Other people's checkers on the same steps, used as their own users would use them.

Each reads ``left = right`` in a step (``equations``), compares the sides its own way
(``checkers``), and runs in a process that is killed at a deadline (``running``).
"""
