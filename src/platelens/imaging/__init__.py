"""Pixels in and out; the only place that knows BGR."""

from platelens.imaging.cover import Cover, cover_quads
from platelens.imaging.decode import IMAGE_SUFFIXES, MAX_PIXELS, decode, load, read_size_hw
from platelens.imaging.draw import draw_plate
from platelens.imaging.encode import encode, save
from platelens.imaging.motion import MotionGate
from platelens.imaging.pixels import crop, from_array, limit_threads

__all__ = [
    "IMAGE_SUFFIXES",
    "MAX_PIXELS",
    "Cover",
    "MotionGate",
    "cover_quads",
    "crop",
    "decode",
    "draw_plate",
    "encode",
    "from_array",
    "limit_threads",
    "load",
    "read_size_hw",
    "save",
]
