"""Plate crop -> the array that a reader takes. Training uses the same code."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import RgbImage


def fit_crop(crop: RgbImage, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Stretch `crop` to height and width `size_hw`.

    The aspect ratio is given up on purpose: a plate fills the input whatever its proportions,
    which keeps characters as large as can be. Readers are trained on all proportions.
    """
    height, width = size_hw
    shrinks = crop.shape[0] > height or crop.shape[1] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, height), interpolation=method), dtype=np.uint8)
