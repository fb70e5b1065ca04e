"""Benchmarks that ship with the package, so that they run where there is no network."""
