"""Plates drawn by the project itself. Needs Pillow (the extra `data` or `train`)."""

from platelens.datasets.synth.camera import CameraSettings, photograph
from platelens.datasets.synth.catalogue import Catalogue, Serial
from platelens.datasets.synth.crops import least_width_px, miss_corners, put_before, serial_corners
from platelens.datasets.synth.fonts import FontSet, find_fonts, save_builtin_font
from platelens.datasets.synth.paste import paste_plate, random_quad
from platelens.datasets.synth.plate import FlatPlate, draw_flat_plate

__all__ = [
    "CameraSettings",
    "Catalogue",
    "FlatPlate",
    "FontSet",
    "Serial",
    "draw_flat_plate",
    "find_fonts",
    "least_width_px",
    "miss_corners",
    "paste_plate",
    "photograph",
    "put_before",
    "random_quad",
    "save_builtin_font",
    "serial_corners",
]
