"""A second look at plates that were not read surely: from near, where their corners are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from platelens.geometry import array_to_quad, quad_to_array
from platelens.recognition.views import Margin, cut_views
from platelens.types import Box, Detection, Locator, RgbImage

_REACH: Final = 3.0
"""What is seen at the second look is so many times as wide and as high as the plate is wide."""


class Surroundings:
    """A plate that was found and what is around it: a copy, so that the picture itself may go.

    Args:
        detector: finds it again.
        image: the picture.
        detection: where it was found.
    """

    def __init__(self, detector: Locator, image: RgbImage, detection: Detection) -> None:
        box = detection.box
        half = 0.5 * _REACH * box.width
        x, y = 0.5 * (box.x1 + box.x2), 0.5 * (box.y1 + box.y2)
        self._left, self._top = max(0, math.floor(x - half)), max(0, math.floor(y - half))
        cut = image[self._top : math.ceil(y + half), self._left : math.ceil(x + half)]
        self._pixels = RgbImage(np.array(cut))
        self._detector = detector
        self._detection = detection

    def look(self, views: Sequence[Margin]) -> tuple[Detection, list[RgbImage]] | None:
        """Find the plate again and cut it out; None where it is not found again.

        Args:
            views: margins to cut it out with.

        Returns:
            Where it is, in pixels of the picture and as sure as it was, and its views.
        """
        before = _move(self._detection, -self._left, -self._top)
        found = self._detector.locate(self._pixels, before.box)
        if found is None:
            return None
        moved = replace(_move(found, self._left, self._top), confidence=before.confidence)
        return moved, cut_views(self._pixels, [found.quad], views)


def _move(detection: Detection, x: int, y: int) -> Detection:
    box = detection.box
    return replace(
        detection,
        box=Box(box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y),
        quad=array_to_quad(quad_to_array(detection.quad) + np.array([x, y], np.float32)),
    )
