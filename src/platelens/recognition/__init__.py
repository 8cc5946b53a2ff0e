"""Plate crop -> its text."""

from platelens.recognition.recognizer import PlateRecognizer

__all__ = ["PlateRecognizer"]
