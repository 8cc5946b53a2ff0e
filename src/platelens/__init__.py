"""Reads licence plates in photographs, offline.

from platelens import PlateReader
reader = PlateReader()
reader.read("car.jpg")
"""

from platelens.errors import DeviceError, ImageError, ModelError, PlatelensError
from platelens.pipeline import PlateReader, ReadResult
from platelens.types import (
    Box,
    Candidate,
    Detection,
    Detector,
    Plate,
    Quad,
    Reading,
    Recognizer,
    Region,
    RegionMatcher,
    RgbImage,
)

__all__ = [
    "Box",
    "Candidate",
    "Detection",
    "Detector",
    "DeviceError",
    "ImageError",
    "ModelError",
    "Plate",
    "PlateReader",
    "PlatelensError",
    "Quad",
    "ReadResult",
    "Reading",
    "Recognizer",
    "Region",
    "RegionMatcher",
    "RgbImage",
]
