"""Boxes and quads: overlaps, conversions and the rectification of a plate."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from platelens.types import Box, FloatArray, Quad, RgbImage

MAX_PLATE_SIDE: Final = 1024
"""Longer side of a rectified plate, in pixels; more is no gain to a reader and costs memory."""


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


def cut_plate(image: RgbImage, quad: Quad) -> RgbImage:
    """Give the upright plate in its natural size, the longer side at most MAX_PLATE_SIDE."""
    height, width = quad_size_hw(quad)
    shrink = min(1.0, MAX_PLATE_SIDE / max(height, width))
    size_hw = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    return rectify(image, quad, size_hw)
