"""The corners of plates as others list them: which one is the plate's own top-left."""

from __future__ import annotations

from typing import Final

import numpy as np

from platelens.types import FloatArray

_LEVEL: Final = 0.5
"""Cosine of 60 degrees: a top edge that leans less from the horizontal is taken as it is."""


def is_plate_shape(corners: FloatArray) -> bool:
    """Tell whether (4, 2) corners enclose a convex area, in either sense of rotation."""
    turns = _turns(corners)
    return bool((turns > 0).all() or (turns < 0).all())


def in_reading_order(corners: FloatArray) -> FloatArray:
    """Give the corners clockwise from the plate's top-left.

    An order that runs against the clock is reversed: nobody sees a plate from behind. An order
    whose first edge does not point to the right begins elsewhere, unless the plate stands upright
    on its short side; a plate that hangs upside down is taken for one of these mistakes.

    Args:
        corners: (4, 2), in the order of their polygon, convex.
    """
    if _turns(corners)[0] < 0:
        corners = corners[[0, 3, 2, 1]]
    edges = np.roll(corners, -1, axis=0) - corners  # (4, 2)
    lengths = np.linalg.norm(edges, axis=1)
    right = edges[:, 0] / lengths  # cosine of each edge with the x axis
    upright = abs(right[0]) <= _LEVEL and lengths[0] > lengths[1]
    if right[0] > _LEVEL or upright:
        return corners
    return np.roll(corners, -int(np.argmax(right)), axis=0)


def _turns(corners: FloatArray) -> FloatArray:
    """Give the cross product at each corner, above 0 where the outline turns clockwise: (4,)."""
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    return np.asarray(edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0])
