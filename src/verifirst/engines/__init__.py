"""Engines: each owns a model and a KV cache, and drives the dual-stream decoder."""
