"""Picture -> the array that a plate detector takes. Training uses the same code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import RgbImage

PAD_MULTIPLE: Final = 32
"""Sides of the network's input are multiples of this, its coarsest stride."""

PAD_VALUE: Final = 114
"""Grey of the padding, the field's usual one."""

MAX_ENLARGEMENT: Final = 1.5
"""Small pictures are enlarged at most so much: more adds work and no detail."""


@dataclass(frozen=True, slots=True)
class Letterboxed:
    """A picture fitted into a network's input: top left, padded at the right and bottom."""

    pixels: NDArray[np.uint8]  # (H, W, 3), H and W multiples of PAD_MULTIPLE
    scale_xy: tuple[float, float]  # input pixels per picture pixel


def letterbox(image: RgbImage, long_side: int) -> Letterboxed:
    """Scale `image` so that its longer side is at most `long_side`, and pad it.

    The aspect ratio is kept but for rounding to whole pixels; no side gets shorter than one.
    """
    height, width = image.shape[:2]
    scale = min(long_side / max(height, width), MAX_ENLARGEMENT)
    new_h, new_w = max(1, round(height * scale)), max(1, round(width * scale))
    # INTER_AREA is what avoids aliasing when shrinking; it is no good for enlarging.
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(image, (new_w, new_h), interpolation=method)
    shape = (_round_up(new_h), _round_up(new_w), 3)
    pixels = np.full(shape, PAD_VALUE, dtype=np.uint8)
    pixels[:new_h, :new_w] = resized
    return Letterboxed(pixels, (new_w / width, new_h / height))


def _round_up(length: int) -> int:
    return -(-length // PAD_MULTIPLE) * PAD_MULTIPLE
