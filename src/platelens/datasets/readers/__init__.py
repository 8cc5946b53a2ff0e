"""Readers and writers of the formats of others."""
