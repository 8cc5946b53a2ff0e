"""The corners of plates as others list them: which one is the plate's own top-left."""

from __future__ import annotations

from typing import Final

import numpy as np

from platelens.types import FloatArray

_LEVEL: Final = 0.87
"""Cosine of 30 degrees: a first edge that leans less is the top edge, however short it is."""

_NOT_LEFT: Final = -0.5
"""Cosine of 120 degrees: a long first edge up to there is the top edge of a turned plate."""

_LONG: Final = 1.2
"""A side that is so many times as long as the next one is the plate's long side."""


def is_plate_shape(corners: FloatArray) -> bool:
    """Tell whether (4, 2) corners enclose a convex area, in either sense of rotation."""
    turns = _turns(corners)
    return bool((turns > 0).all() or (turns < 0).all())


def in_reading_order(corners: FloatArray) -> FloatArray:
    """Give the corners clockwise from the plate's top-left.

    An order that runs against the clock is reversed: nobody sees a plate from behind. The first
    edge is taken for the top one if it is level or long; else the edge is that reaches farthest to
    the right. A plate that hangs upside down is taken for an order that begins elsewhere.

    Args:
        corners: (4, 2), in the order of their polygon, convex.
    """
    if _turns(corners)[0] < 0:
        corners = corners[[0, 3, 2, 1]]
    edges = np.roll(corners, -1, axis=0) - corners  # (4, 2)
    lengths = np.linalg.norm(edges, axis=1)
    right = edges[0, 0] / lengths[0]  # cosine of the first edge with the x axis
    if right > _LEVEL or (right > _NOT_LEFT and lengths[0] > _LONG * lengths[1]):
        return corners
    return np.roll(corners, -int(np.argmax(edges[:, 0])), axis=0)


def _turns(corners: FloatArray) -> FloatArray:
    """Give the cross product at each corner, above 0 where the outline turns clockwise: (4,)."""
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    return np.asarray(edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0])
