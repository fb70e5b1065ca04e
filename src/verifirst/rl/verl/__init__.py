"""verl: a reward manager that reads steps, and an agent loop that tells the verifier the problem.

Named in verl's configuration, so that verl imports them in its own processes (see
docs/rl-verl.md). Tested against verl's own classes; not run on GPUs, and so not end to end.
"""
