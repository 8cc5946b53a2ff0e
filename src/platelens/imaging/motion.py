"""Whether anything moved between two pictures of a camera that stands still."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import RgbImage

_WIDTH_PX: Final = 160
"""Pictures are compared at this width: a plate of 60 px in 1280 is 7 px wide there."""

_STEP: Final = 10.0
"""Gray levels by which a pixel has changed. The means of 64 pixels hardly tremble."""

_CHANGED: Final = 4
"""So many pixels are something that moves; fewer are noise."""


GrayImage = NDArray[np.float32]
"""A small gray copy of a picture, (H, 160)."""


def small_gray(image: RgbImage) -> GrayImage:
    """Give the copy by which pictures are compared."""
    height, width = image.shape[:2]
    size = (_WIDTH_PX, max(1, round(height * _WIDTH_PX / width)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)


def has_changed(before: GrayImage, after: GrayImage) -> bool:
    """Tell whether anything moved between two pictures; those of different shapes have changed.

    A change of brightness of the whole picture, as of the camera's exposure, does not count.
    """
    if before.shape != after.shape:
        return True
    change = after - before
    change -= np.median(change)
    return int(np.count_nonzero(np.abs(change) > _STEP)) >= _CHANGED


class MotionGate:
    """Remembers the last picture that was worth looking at. Not to be shared between threads."""

    def __init__(self) -> None:
        self._last: GrayImage | None = None

    def has_moved(self, image: RgbImage) -> bool:
        """Tell whether `image` differs, as `has_changed`, from the last one that did."""
        gray = small_gray(image)
        if self._last is not None and not has_changed(self._last, gray):
            return False
        self._last = gray
        return True
