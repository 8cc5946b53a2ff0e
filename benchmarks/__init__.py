"""Measurements: accuracy on labelled pictures, and time and memory."""
