"""Settings that hold for every test.

Property tests try the same examples in each run, so that a red run means a change, not luck. New
examples are for exploring: ``make test ARGS=--hypothesis-profile=explore``; what that finds becomes
an ``@example`` or a test of its own. No test is timed: a busy machine is no failure.
"""

from hypothesis import settings

settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("reproducible")
