"""Plates made unreadable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import cv2
import numpy as np

from platelens.types import Quad, RgbImage

Cover = Literal["blur", "black"]

_CELLS: Final = 4
"""A blurred plate keeps so many colours along its longer side: too few for a character."""


def cover_quads(image: RgbImage, quads: Iterable[Quad], how: Cover) -> RgbImage:
    """Give a copy of `image` in which nobody can read what is inside the quads.

    Args:
        image: the picture.
        quads: corners in its pixels; they may lie outside it.
        how: "black" fills them; "blur" leaves a few blurred colours of what was there.
    """
    canvas = image.copy()
    for quad in quads:
        corners = np.rint(np.asarray(quad.points)).astype(np.int32)  # (4, 2)
        if how == "black":
            cv2.fillConvexPoly(canvas, corners, (0, 0, 0))
        else:
            _blur(canvas, corners)
    return RgbImage(canvas)


def _blur(canvas: RgbImage, corners: np.ndarray) -> None:
    height, width = canvas.shape[:2]
    left, top = np.clip(corners.min(axis=0), 0, (width, height))
    right, bottom = np.clip(corners.max(axis=0) + 1, 0, (width, height))
    if left >= right or top >= bottom:
        return
    part = canvas[top:bottom, left:right]
    inside = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, corners - (left, top), 1)
    size = (int(right - left), int(bottom - top))
    cell = max(1, -(-max(size) // _CELLS))
    few = cv2.resize(part, (-(-size[0] // cell), -(-size[1] // cell)), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(few, size, interpolation=cv2.INTER_CUBIC)
    part[inside == 1] = soft[inside == 1]
