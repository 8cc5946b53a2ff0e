"""What files do to pictures: JPEG, and the blocks of a film."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.datasets.synth.paint import Pixels, between, pick

_SIDE: Final = 8  # of a transform block, pixels
_MACRO: Final = 16  # of a macroblock, pixels


Codec = Callable[[np.random.Generator, Pixels], Pixels]


def compress_jpeg(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    """Give the picture after JPEG of quality 30 to 91."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(between(rng, 30, 92))]
    # The channel order does not matter here: it goes in and comes out the same.
    packed = cv2.imencode(".jpg", pixels, quality)[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)


def compress_film(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    """Give the picture as a frame of a strongly compressed film, as H.264 has them.

    The transform of each 8 x 8 block is quantised coarsely, colours more than brightness. Some
    macroblocks are those of the frame before, a pixel or two aside, with nothing to correct them.
    """
    height, width = pixels.shape[:2]
    below, beside = -height % _MACRO, -width % _MACRO
    edge = cv2.BORDER_REPLICATE
    whole = cv2.copyMakeBorder(pixels, 0, below, 0, beside, edge)
    planes = np.asarray(cv2.cvtColor(whole, cv2.COLOR_RGB2YCrCb), dtype=np.uint8)
    step = between(rng, 8, 34)
    coarse = [_quantise(planes[..., i], step * wider) for i, wider in enumerate((1, 1.8, 1.8))]
    coded = np.asarray(cv2.cvtColor(cv2.merge(coarse), cv2.COLOR_YCrCb2RGB), dtype=np.uint8)
    _predict(rng, coded)
    return np.ascontiguousarray(coded[:height, :width])


def _quantise(plane: NDArray[np.uint8], step: float) -> NDArray[np.uint8]:
    """Round the transform of each block to whole steps, to wider ones where detail is finer."""
    height, width = plane.shape
    blocks = plane.reshape(height // _SIDE, _SIDE, width // _SIDE, _SIDE).swapaxes(1, 2)
    spectrum = _DCT @ blocks.astype(np.float32) @ _DCT.T
    steps = np.float32(step) * _WEIGHTS
    rounded = np.round(spectrum / steps) * steps
    values = (_DCT.T @ rounded @ _DCT).swapaxes(1, 2).reshape(height, width)
    return np.asarray(np.clip(values + 0.5, 0, 255), dtype=np.uint8)


def _predict(rng: np.random.Generator, coded: Pixels) -> None:
    """Replace some macroblocks by what the frame before, a little shifted, shows there."""
    height, width = coded.shape[:2]
    wide = cv2.copyMakeBorder(coded, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
    x, y = (int(rng.integers(5)) for _ in range(2))
    before = wide[y : y + height, x : x + width]
    skipped = rng.random((height // _MACRO, width // _MACRO)) < pick(rng, (0.0, 0.2, 0.4))
    for row, column in np.argwhere(skipped) * _MACRO:
        block = slice(row, row + _MACRO), slice(column, column + _MACRO)
        coded[block] = before[block]


def _cosines() -> NDArray[np.float32]:
    """Give the matrix of the orthonormal DCT-II: (8, 8), one frequency a row."""
    n = np.arange(_SIDE)
    rows = np.cos(np.pi * (2 * n[None] + 1) * n[:, None] / (2 * _SIDE)) * np.sqrt(2 / _SIDE)
    rows[0] /= np.sqrt(2)
    return np.asarray(rows, dtype=np.float32)


_DCT: Final = _cosines()
_WEIGHTS: Final = (0.6 + 0.2 * np.add.outer(np.arange(_SIDE), np.arange(_SIDE))).astype(np.float32)
