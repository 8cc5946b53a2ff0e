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

_EDGE_PX: Final = 2
"""A corner that is nearer to the picture's edge may lie outside."""

_LEAST: Final = 1e-3


def quality(crop: RgbImage, quad: Quad, *, is_whole: bool) -> float:
    """Give how well a plate can be read there, as a weight from 0.001 to 1.

    Args:
        crop: the upright plate.
        quad: its corners in the picture.
        is_whole: as `is_whole` tells.
    """
    gray = crop.mean(axis=2)
    low, high = np.percentile(gray, (5, 95))
    edges = np.percentile(np.abs(np.diff(gray, axis=1, append=gray[:, -1:])), _EDGES)
    sharpness = min(1.0, float(edges) / (_SHARP * max(8.0, float(high - low))))
    top, right, bottom, left = _sides_px(quad)
    size = min(1.0, 0.5 * (top + bottom) / _ENOUGH_PX)
    # Seen from the side, the nearer edge is longer than the farther one.
    straight = min(left, right) / max(left, right, 1e-6)
    weight = size * sharpness * straight * (1.0 if is_whole else _CUT_OFF)
    return max(_LEAST, weight)


def is_whole(quad: Quad, size_hw: tuple[int, int]) -> bool:
    """Tell whether a plate lies inside its picture; one that fills it does, too.

    Args:
        quad: its corners in the picture.
        size_hw: of the picture.
    """
    height, width = size_hw
    inside = [
        _EDGE_PX < x < width - _EDGE_PX and _EDGE_PX < y < height - _EDGE_PX for x, y in quad.points
    ]
    return all(inside) or not any(inside)


def _sides_px(quad: Quad) -> tuple[float, float, float, float]:
    a, b, c, d = quad.points
    return math.dist(a, b), math.dist(b, c), math.dist(c, d), math.dist(d, a)
