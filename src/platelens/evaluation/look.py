"""How a labelled plate looks: what makes it easy or hard to read, apart from its size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from platelens.datasets import LabelledPlate
from platelens.geometry import rectify
from platelens.types import RgbImage

_HEIGHT_PX: Final = 32
"""Plates are compared at this height for a row, so that blur does not depend on their size."""

_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R BT.601."""


@dataclass(frozen=True, slots=True)
class PlateLook:
    """Two numbers of a plate's pixels."""

    brightness: float  # mean luma, 0..255
    sharpness: float  # variance of the Laplacian over the variance of the luma, 0 = flat


def look_at(image: RgbImage, plate: LabelledPlate) -> PlateLook:
    """Measure a labelled plate of a picture.

    Sharpness is the variance of the Laplacian (Pech-Pacheco et al., 2000) of the plate at a
    height of 32 pixels for each row, divided by the variance of its luma, so that contrast does
    not count as sharpness.
    """
    quad = plate.outline
    height = _HEIGHT_PX * plate.rows
    width = max(8, round(height * plate.box.width / plate.box.height))
    luma = rectify(image, quad, (height, width)).astype(np.float32) @ _LUMA  # (H, W)
    inner = luma[1:-1, 1:-1]
    laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    return PlateLook(float(luma.mean()), float(laplacian.var() / max(1.0, float(luma.var()))))
