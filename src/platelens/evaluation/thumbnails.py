"""Pictures small enough to be shown, many at a time, inside a page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from platelens import imaging
from platelens.geometry import quad_to_array
from platelens.types import Box, Quad, RgbImage

Colour = tuple[int, int, int]
"""R, G, B, each 0..255."""

LABEL_COLOUR: Final[Colour] = (255, 200, 0)
"""Outline of what is labelled."""

MAX_SIDE: Final = 320
"""Longest side of a thumbnail in pixels."""

_MAX_ENLARGEMENT: Final = 4.0
"""A plate of few pixels is shown so many times as large at most: more shows nothing more."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A quadrilateral to be drawn. Pixels of the whole picture."""

    quad: Quad
    colour: Colour = LABEL_COLOUR


def data_uri(image: RgbImage, max_side: int = MAX_SIDE) -> str:
    """Give a picture as the `src` of an <img>, made smaller if a side is above `max_side`."""
    small = _scaled(image, min(1.0, max_side / max(image.shape[:2])))
    encoded = base64.b64encode(imaging.encode(small, ".webp")).decode("ascii")
    return f"data:image/webp;base64,{encoded}"


def plate_picture(
    image: RgbImage,
    box: Box,
    outlines: Sequence[Outline] = (),
    *,
    margin: float = 0.5,
    max_side: int = MAX_SIDE,
) -> RgbImage:
    """Give a part of a picture with its surroundings, outlines drawn on it.

    Args:
        image: the whole picture.
        box: the part to show; it may leave the picture, which is then its edge.
        outlines: drawn after scaling, one pixel wide, so that no character is hidden.
        margin: what to show on every side, as a part of the longer side of `box`.
        max_side: longest side of the result; a small part is enlarged, up to four times.

    Raises:
        ImageError: the part lies wholly outside the picture.
    """
    around = margin * max(box.width, box.height)
    height, width = image.shape[:2]
    left, top = max(0.0, box.x1 - around), max(0.0, box.y1 - around)
    right, bottom = min(float(width), box.x2 + around), min(float(height), box.y2 + around)
    if left >= right or top >= bottom:
        return imaging.crop(image, box)  # raises the error that says so
    part = imaging.crop(image, Box(left, top, right, bottom))
    factor = min(_MAX_ENLARGEMENT, max_side / max(part.shape[:2]))
    canvas = _scaled(part, factor)
    origin = np.array([np.floor(left), np.floor(top)], np.float32)
    for outline in outlines:
        corners = (quad_to_array(outline.quad) - origin) * factor  # (4, 2)
        points = np.rint(corners - 0.5).astype(np.int32)
        cv2.polylines(canvas, [points], True, outline.colour, 1, cv2.LINE_AA)
    return canvas


def _scaled(image: RgbImage, factor: float) -> RgbImage:
    """Give a picture `factor` times as large; a copy where the size stays."""
    height, width = image.shape[:2]
    size_wh = max(1, round(width * factor)), max(1, round(height * factor))
    if size_wh == (width, height):
        return RgbImage(image.copy())
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return RgbImage(np.asarray(cv2.resize(image, size_wh, interpolation=how), dtype=np.uint8))
