"""The device-side verifier: explicit arithmetic, byte by byte, in a fixed-size state.

One automaton reads the bytes of sampled tokens and decides equations between plain numbers
while they are written. It is an exact restriction of the host's rules: wherever it decides, the
rules of the family AR decide the same; elsewhere it says UNKNOWN. Its state is one row of
integers, so it can be copied, rolled back and forked like a KV block, and its program is two
tables and a few dozen actions, so that a GPU runs the same ones.

``alphabet`` turns bytes into symbols, ``grammar`` symbols into modes and actions, ``layout``
says where the registers are, ``reference`` is the executor in Python.
"""
