"""Plate crop -> its text."""

from platelens.recognition.characters import CharacterRecognizer
from platelens.recognition.recognizer import PlateRecognizer

__all__ = ["CharacterRecognizer", "PlateRecognizer"]
