"""Readers of others behind the same face as ours. Import the modules: each wants its own extra."""
