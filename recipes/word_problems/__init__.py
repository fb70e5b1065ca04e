"""Trains the small models that ship with verifirst. See README.md."""
