"""Boxes and quads: overlaps, conversions and the rectification of a plate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from platelens.types import Box, FloatArray, Point, Quad, RgbImage

MAX_PLATE_SIDE: Final = 1024
"""Longer side of a rectified plate, in pixels; more is no gain to a reader and costs memory."""

READING_MARGIN: Final = (0.04, 0.07)
"""Readers see this much around a plate, in shares of its width and of its height: corners that a
detector puts a little too far inside would cut letters off."""


def iou_xyxy(a: FloatArray, b: FloatArray) -> FloatArray:
    """Give the intersection over union of every box of `a` with every box of `b`.

    Args:
        a: (N, 4) boxes as x1, y1, x2, y2.
        b: (M, 4) boxes, same units.

    Returns:
        (N, M) values between 0 and 1.
    """
    top_left = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom_right = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(bottom_right - top_left, 0, None)
    intersection = sides[..., 0] * sides[..., 1]
    area_a = (a[:, 2] - a[:, 0]) * (a[:, 3] - a[:, 1])
    area_b = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    union = area_a[:, None] + area_b[None, :] - intersection
    return np.asarray(intersection / np.maximum(union, 1e-9), dtype=np.float32)


def quad_to_array(quad: Quad) -> FloatArray:
    """Give the corners as a (4, 2) array in the order of `Quad.points`."""
    return np.asarray(quad.points, dtype=np.float32)


def array_to_quad(corners: FloatArray) -> Quad:
    """Make a quad of a (4, 2) array in the order of `Quad.points`."""
    tl, tr, br, bl = ((float(x), float(y)) for x, y in corners)
    return Quad(tl, tr, br, bl)


def box_to_quad(box: Box) -> Quad:
    """Give the corners of an axis-aligned box."""
    return Quad((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))


def picture_corners(size_hw: tuple[int, int]) -> FloatArray:
    """Give the corners of a whole picture as a (4, 2) array in the order of `Quad.points`."""
    height, width = size_hw
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)


def quad_size_hw(quad: Quad) -> tuple[int, int]:
    """Give the (height, width) of the upright picture of a plate, in whole pixels, at least 1.

    The longer of each pair of opposite sides counts, so that no detail is thrown away.
    """
    c = quad_to_array(quad)
    width = max(np.linalg.norm(c[1] - c[0]), np.linalg.norm(c[2] - c[3]))
    height = max(np.linalg.norm(c[3] - c[0]), np.linalg.norm(c[2] - c[1]))
    return max(1, round(float(height))), max(1, round(float(width)))


def rectify(image: RgbImage, quad: Quad, size_hw: tuple[int, int]) -> RgbImage:
    """Give the upright picture of a plate, seen through its four corners.

    Args:
        image: the frame.
        quad: corners in pixels of `image`; they may lie outside it (the edge is repeated).
        size_hw: height and width of the result in pixels.
    """
    height, width = size_hw
    target = picture_corners(size_hw)
    # Pixel centres are at half coordinates for us and at whole ones for OpenCV.
    matrix = cv2.getPerspectiveTransform(quad_to_array(quad) - 0.5, target - 0.5)
    flags = cv2.INTER_LINEAR
    pixels = cv2.warpPerspective(
        image, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return RgbImage(np.asarray(pixels, dtype=np.uint8))


def grow_quad(quad: Quad, share_xy: tuple[float, float]) -> Quad:
    """Move the sides of a quad outwards, by these shares of its width and of its height.

    The corners are moved as points of the plate's plane, so that a grown quad is seen in the same
    perspective. Negative shares move them inwards.
    """
    x, y = share_xy
    unit = np.array([[-x, -y], [1 + x, -y], [1 + x, 1 + y], [-x, 1 + y]], np.float32)
    matrix = cv2.getPerspectiveTransform(picture_corners((1, 1)), quad_to_array(quad))
    return array_to_quad(np.asarray(cv2.perspectiveTransform(unit[None], matrix)[0]))


def cut_for_reading(
    image: RgbImage, quad: Quad, margin: tuple[float, float] = READING_MARGIN
) -> RgbImage:
    """Give the upright plate as `cut_plate` does, with a margin around it.

    Args:
        image: the frame.
        quad: corners of the plate in pixels of `image`.
        margin: in shares of the plate's width and height. Where the picture ends, it ends too.
    """
    corners, grown = quad_to_array(quad), quad_to_array(grow_quad(quad, margin))
    end = np.array([image.shape[1], image.shape[0]], np.float32)
    kept = np.clip(grown, np.minimum(corners, 0), np.maximum(corners, end))
    return cut_plate(image, array_to_quad(kept))


def cut_plate(image: RgbImage, quad: Quad) -> RgbImage:
    """Give the upright plate in its natural size, the longer side at most MAX_PLATE_SIDE."""
    height, width = quad_size_hw(quad)
    shrink = min(1.0, MAX_PLATE_SIDE / max(height, width))
    size_hw = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    return rectify(image, quad, size_hw)


def fit_crop(crop: RgbImage, size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """Stretch `crop` to height and width `size_hw`.

    The aspect ratio is given up on purpose: a plate fills the input whatever its proportions,
    which keeps characters as large as can be. Models are trained on all proportions.
    """
    height, width = size_hw
    shrinks = crop.shape[0] > height or crop.shape[1] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, height), interpolation=method), dtype=np.uint8)


def contains_point(polygon: Sequence[Point], point: Point) -> bool:
    """Whether `point` lies in `polygon` or on its edge; both in the same units."""
    corners = np.array(polygon, np.float32)
    return cv2.pointPolygonTest(corners, point, measureDist=False) >= 0
