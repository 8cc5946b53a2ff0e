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


class MotionGate:
    """Remembers the last picture that was worth looking at. Not to be shared between threads."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None

    def has_moved(self, image: RgbImage) -> bool:
        """Tell whether `image` differs from the last one of which this was told.

        A change of brightness of the whole picture, as of the camera's exposure, does not count.
        """
        height, width = image.shape[:2]
        size = (_WIDTH_PX, max(1, round(height * _WIDTH_PX / width)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        gray = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
        last = self._last
        if last is not None and last.shape == gray.shape:
            change = gray - last
            change -= np.median(change)
            if np.count_nonzero(np.abs(change) > _STEP) < _CHANGED:
                return False
        self._last = gray
        return True
