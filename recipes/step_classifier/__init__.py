"""Trains the small step classifier that ships with verifirst. See README.md."""
