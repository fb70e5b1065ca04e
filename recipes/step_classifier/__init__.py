"""Trains a small step classifier on the generator's labelled steps. See README.md."""
