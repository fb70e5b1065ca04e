"""Everything here needs TRL; each file says so and is skipped where it is missing."""

import os

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
