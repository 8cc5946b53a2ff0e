"""How much the reading of a plate in one picture counts."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from platelens.types import Quad, RgbImage

_ENOUGH_PX: Final = 120.0
"""A plate wider than this is read no better."""

_SHARP: Final = 0.25
"""Steps from pixel to pixel at the edges of letters in focus, as part of the contrast."""

_EDGES: Final = 95
"""Percentile of all steps: one pixel in 20 is at an edge, at least."""

_CUT_OFF: Final = 0.1
"""What a plate that reaches the picture's edge counts, as part of one that does not: some of it
may be outside."""

_LEAST: Final = 1e-3


def quality(crop: RgbImage, quad: Quad, size_hw: tuple[int, int]) -> float:
    """Give how well a plate can be read there, as a weight from 0.001 to 1.

    Args:
        crop: the upright plate.
        quad: its corners in the picture.
        size_hw: of the picture.
    """
    gray = crop.mean(axis=2)
    low, high = np.percentile(gray, (5, 95))
    edges = np.percentile(np.abs(np.diff(gray, axis=1, append=gray[:, -1:])), _EDGES)
    sharpness = min(1.0, float(edges) / (_SHARP * max(8.0, float(high - low))))
    top, right, bottom, left = _sides_px(quad)
    size = min(1.0, 0.5 * (top + bottom) / _ENOUGH_PX)
    # Seen from the side, the nearer edge is longer than the farther one.
    straight = min(left, right) / max(left, right, 1e-6)
    weight = size * sharpness * straight * (_CUT_OFF if _is_cut_off(quad, size_hw) else 1.0)
    return max(_LEAST, weight)


def _sides_px(quad: Quad) -> tuple[float, float, float, float]:
    a, b, c, d = quad.points
    return math.dist(a, b), math.dist(b, c), math.dist(c, d), math.dist(d, a)


def _is_cut_off(quad: Quad, size_hw: tuple[int, int]) -> bool:
    height, width = size_hw
    return any(not (2 < x < width - 2 and 2 < y < height - 2) for x, y in quad.points)
