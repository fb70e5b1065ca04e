"""The automaton on a GPU, in Triton; needs torch and triton.

``registers`` reads and writes a row held in the registers of one warp; ``terms``, ``equations`` and
``sentences`` are those of the reference, line by line; ``program`` holds the tables on a device;
``advance`` is the kernel.
Everything runs under ``TRITON_INTERPRET=1`` on a CPU, too, slowly.
"""
