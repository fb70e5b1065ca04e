"""The automaton on a GPU, in Triton; needs torch and triton.

``registers`` reads and writes a row held in the registers of a program; ``terms``, ``equations`` and
``sentences`` are those of the reference, joined where a function would be compiled twice; ``program`` holds
the tables on a device; ``advance`` is the kernel. ``attention`` is paged decode attention, which takes the
verifier into its launch, ``decode`` its kernels, ``attention_reference`` what it should give. ``masking``
forbids tokens.
Everything runs under ``TRITON_INTERPRET=1`` on a CPU, too, slowly.
"""
