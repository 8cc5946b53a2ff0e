"""Puts flat plates into pictures, seen from somewhere."""

from __future__ import annotations

import cv2
import numpy as np

from platelens.geometry import picture_corners
from platelens.types import FloatArray, RgbImage


def random_quad(
    rng: np.random.Generator, centre: FloatArray, size_wh: tuple[float, float], bend: float
) -> FloatArray:
    """Give the corners of a plate seen from somewhere: turned, sheared, in perspective.

    Args:
        rng: the source of chance.
        centre: (2,) where, in pixels.
        size_wh: width and height of the plate when seen from straight ahead.
        bend: 0 = straight ahead, 1 = as steep as cameras stand.
    """
    w, h = size_wh
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]], np.float32) / 2
    corners[:, 0] *= 1 - bend * rng.uniform(0, 0.35)  # seen from the side: narrower
    corners[:, 1] += corners[:, 0] * np.float32(bend * rng.normal(0, 0.12))  # shear
    ratio = np.float32(bend * rng.normal(0, 0.07))
    corners[[0, 3], 1] *= 1 + ratio
    corners[[1, 2], 1] *= 1 - ratio
    angle = bend * rng.normal(0, 0.09)
    c, s = np.cos(angle), np.sin(angle)
    turned = corners @ np.array([[c, s], [-s, c]], np.float32)
    return np.asarray(turned + centre, dtype=np.float32)


def paste_plate(
    rng: np.random.Generator, window: RgbImage, plate: RgbImage, corners: FloatArray
) -> RgbImage:
    """Put a flat plate into `window` at `corners`, in the light of the place."""
    height, width = window.shape[:2]
    x1, y1 = np.floor(corners.min(axis=0)).astype(int) - 2
    x2, y2 = np.ceil(corners.max(axis=0)).astype(int) + 2
    x1, y1, x2, y2 = max(0, x1), max(0, y1), min(width, x2), min(height, y2)
    if x2 - x1 < 3 or y2 - y1 < 3:
        return window
    # Shrink first: a warp that shrinks by more than two would alias.
    side = float(np.linalg.norm(corners[1] - corners[0]))
    shrink = side / plate.shape[1]
    if shrink < 0.6:
        new = (max(4, round(plate.shape[1] * shrink)), max(3, round(plate.shape[0] * shrink)))
        plate = RgbImage(
            np.asarray(cv2.resize(plate, new, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        )
    ph, pw = plate.shape[:2]
    source = picture_corners((ph, pw)) - 0.5
    target = corners - np.array([x1, y1], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    size = (int(x2 - x1), int(y2 - y1))
    warped = cv2.warpPerspective(plate, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    solid = np.full((ph, pw), 255, np.uint8)
    mask = cv2.warpPerspective(solid, matrix, size, flags=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        mask = cv2.GaussianBlur(mask, (0, 0), 0.7)
    place = window[y1:y2, x1:x2]
    light = float(np.clip(place.mean() / 110, 0.55, 1.15)) if rng.random() < 0.7 else 1.0
    alpha = cv2.merge([mask, mask, mask])
    kept = cv2.multiply(place, cv2.bitwise_not(alpha), scale=1 / 255)
    result = window.copy()
    result[y1:y2, x1:x2] = cv2.add(kept, cv2.multiply(warped, alpha, scale=light / 255))
    return RgbImage(result)
