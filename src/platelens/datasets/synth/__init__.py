"""Plates drawn by the project itself. Needs Pillow (the extra `train`)."""

from platelens.datasets.synth.camera import CameraSettings, photograph
from platelens.datasets.synth.fonts import FontSet, find_fonts
from platelens.datasets.synth.plate import FlatPlate, draw_flat_plate

__all__ = [
    "CameraSettings",
    "FlatPlate",
    "FontSet",
    "draw_flat_plate",
    "find_fonts",
    "photograph",
]
