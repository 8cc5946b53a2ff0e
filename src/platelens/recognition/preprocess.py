"""Plate crop -> the array that a reader takes, ours (training uses the same code) or another."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import RgbImage

GreyImage = NDArray[np.uint8]
"""uint8, shape (H, W)."""

_PLATE_PX: Final = 96
"""Height at which plates are looked at for readers of others."""

_WIDEST_PX: Final = 1024
"""Crops that would be wider at that height are no plates, and more than some readers can bear."""

_BORDER_PX: Final = 32
"""Text detectors miss what touches the edge."""

_MARGIN_PX: Final = 20
"""Letters stand so far from the edge: readers miss what is closer."""

_PHOTOGRAPH_AROUND_PX: Final = 60
"""Letters of photographs are compared with this much of what is around them."""

_CONTRAST: Final = 12
"""Ink is so much darker than what surrounds it."""


def enlarge_with_border(crop: RgbImage) -> RgbImage:
    """Scale a plate to a height at which text is found, and repeat its edge around it."""
    scaled = scale_by(crop, plate_scale(crop))
    border = (_BORDER_PX, _BORDER_PX)
    return RgbImage(np.pad(scaled, (border, border, (0, 0)), mode="edge"))


def plate_on_white(crop: RgbImage) -> GreyImage:
    """Give a plate in grey on a white ground, its letters the darker part."""
    grey = plate_grey(crop)
    height, width = grey.shape
    edge_y, edge_x = height // 5, width // 10
    middle = global_ink(grey)[edge_y : height - edge_y, edge_x : width - edge_x]
    return _on_white(255 - grey if middle.mean() > 127 else grey)


def photograph_ink(image: RgbImage) -> GreyImage:
    """Give what is darker than its surroundings in black on white, whatever the light."""
    return 255 - local_ink(_uint8(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)), _PHOTOGRAPH_AROUND_PX)


def plate_grey(crop: RgbImage) -> GreyImage:
    """Give a plate in grey at the height at which plates are looked at."""
    return scale_by(_uint8(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)), plate_scale(crop))


def plate_scale(crop: RgbImage) -> float:
    """Give the factor that brings a plate to the height at which plates are looked at."""
    height, width = crop.shape[:2]
    return min(_PLATE_PX / int(height), _WIDEST_PX / int(width))


def scale_by(pixels: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Scale (H, W) or (H, W, 3) pixels; no side gets shorter than one."""
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    height, width = (max(1, round(side * factor)) for side in pixels.shape[:2])
    return _uint8(cv2.resize(pixels, (width, height), interpolation=method))


def global_ink(grey: GreyImage) -> GreyImage:
    """Give 255 where it is dark by the threshold of Otsu (1979), else 0."""
    return _uint8(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)[1])


def local_ink(grey: GreyImage, around_px: int, contrast: float = _CONTRAST) -> GreyImage:
    """Give 255 where it is darker than the mean around, which uneven light asks for, else 0.

    Args:
        grey: of any size.
        around_px: side of the square whose mean counts.
        contrast: how much darker, in greys.
    """
    method, kind = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    # OpenCV wants an odd size, so that there is a middle.
    return _uint8(cv2.adaptiveThreshold(grey, 255, method, kind, around_px | 1, contrast))


def _on_white(grey: GreyImage) -> GreyImage:
    return np.pad(grey, _MARGIN_PX, constant_values=255)


def _uint8(pixels: object) -> NDArray[np.uint8]:
    return np.asarray(pixels, dtype=np.uint8)
