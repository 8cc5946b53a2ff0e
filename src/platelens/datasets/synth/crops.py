"""One plate in a small picture, and the cut that a detector would make of it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from platelens.datasets.synth.paint import pick
from platelens.datasets.synth.paste import paste_plate, random_quad
from platelens.datasets.synth.plate import FlatPlate
from platelens.geometry import (
    READING_MARGIN,
    array_to_quad,
    grow_quad,
    picture_corners,
    quad_to_array,
)
from platelens.types import FloatArray, RgbImage

Ground = Callable[[np.random.Generator, tuple[int, int]], RgbImage]
"""Gives something of (height, width) to stand behind a plate."""


def put_before(
    rng: np.random.Generator,
    ground: Ground,
    plate: RgbImage,
    size_wh: tuple[float, float],
    least_px: float,
) -> tuple[RgbImage, FloatArray]:
    """Put a flat plate before a ground, seen from somewhere.

    Args:
        rng: the source of chance.
        ground: what stands behind.
        plate: fills its picture.
        size_wh: of the plate when seen from straight ahead, pixels.
        least_px: width that it has even when seen from the side.

    Returns:
        The picture, a little larger than the plate, and the plate's corners in it, (4, 2).
    """
    margin = 0.35 * size_wh[1] + 4
    bend = pick(rng, (0.0, 0.4, 1.0, 1.6))
    quad = random_quad(rng, np.zeros(2, np.float32), size_wh, bend)
    quad *= max(1.0, least_px / float(np.linalg.norm(quad[1] - quad[0])))
    low, high = quad.min(axis=0), quad.max(axis=0)
    width, height = (int(v + 2 * margin) for v in high - low)
    corners = np.asarray(quad - low + margin, dtype=np.float32)
    return paste_plate(rng, ground(rng, (height, width)), plate, corners), corners


def miss_corners(rng: np.random.Generator, corners: FloatArray) -> FloatArray:
    """Give corners as a reader gets them: with more or less margin, and a little off.

    One in five times they are those of the box. The margin is from none, as in pictures that are
    cut by hand, to twice `geometry.READING_MARGIN`.
    """
    height = float(np.linalg.norm(corners[3] - corners[0]))
    width = float(np.linalg.norm(corners[1] - corners[0]))
    if rng.random() < 0.2:
        x1, y1 = corners.min(axis=0)
        x2, y2 = corners.max(axis=0)
        corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    roomy = float(rng.uniform(-0.1, 2) if rng.random() < 0.65 else rng.uniform(-0.1, 0.15))
    margin = (roomy * READING_MARGIN[0], roomy * READING_MARGIN[1])
    grown = quad_to_array(grow_quad(array_to_quad(corners), margin))
    # What is missed eats from the margin: a crop that cuts letters off is not one to learn from.
    shift = np.clip(rng.normal(0, 1, 2), -1.5, 1.5)
    wobble = np.clip(rng.normal(0, 1, (4, 2)), -1.5, 1.5)
    unit = (0.025 + 0.02 * max(0.0, roomy)) * min(height, width / 3)
    return np.asarray(grown + unit * (shift + wobble), dtype=np.float32)


def least_width_px(text: str, rows: int) -> int:
    """Give the width of a plate under which nobody could read it."""
    if rows == 2:
        return 48 if len(text) < 8 else 84
    return 36 if len(text) < 9 else 48


def map_points(points: FloatArray, source: FloatArray, target: FloatArray) -> FloatArray:
    """Give where (N, 2) points lie when the (4, 2) corners `source` become `target`."""
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    moved = cv2.perspectiveTransform(points.astype(np.float32)[None], matrix)
    return np.asarray(moved[0], dtype=np.float32)


def serial_corners(plate: FlatPlate, corners: FloatArray) -> FloatArray | None:
    """Give the (4, 2) corners of the serial of a plate that stands at `corners`."""
    if plate.serial is None:
        return None
    box = plate.serial
    serial = np.array([[box.x1, box.y1], [box.x2, box.y1], [box.x2, box.y2], [box.x1, box.y2]])
    return map_points(serial, picture_corners(plate.pixels.shape[:2]), corners)
