"""A canvas and the few ways to put colour on it. Colours are R, G, B, 0..1."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Colour = tuple[float, float, float]
Points = Sequence[tuple[float, float]]


class Canvas:
    """A picture in the making: colour and coverage, in units of its own (y up or down alike)."""

    def __init__(self, size_hw: tuple[int, int], to_pixels: Floats) -> None:
        """Make it empty; `to_pixels` is the (3, 3) map from the drawing's units to pixels."""
        self.rgb: Floats = np.zeros((*size_hw, 3), dtype=np.float32)
        self.alpha: Floats = np.zeros(size_hw, dtype=np.float32)
        self.to_pixels = to_pixels

    def pixels(self, points: Points) -> Floats:
        """Give points of the drawing as (N, 2) pixels."""
        array = np.asarray(points, dtype=np.float32)[None]
        return np.asarray(cv2.perspectiveTransform(array, self.to_pixels)[0], dtype=np.float32)

    def mask(self, outline: Points, *, round_off: int = 0, feather_px: float = 0) -> Floats:
        """Give the coverage, 0..1, of a closed outline, with rounded corners and a soft edge."""
        points = self.pixels(chaikin(outline, round_off))
        cover = np.zeros(self.alpha.shape, dtype=np.uint8)
        cv2.fillPoly(cover, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        mask = _as_cover(cover)
        return blur(mask, feather_px) if feather_px else mask

    def fill(
        self,
        outline: Points,
        colour: Colour,
        *,
        opacity: float = 1.0,
        round_off: int = 0,
        feather_px: float = 0,
    ) -> Floats:
        """Paint a closed outline in one colour; give its mask."""
        mask = self.mask(outline, round_off=round_off, feather_px=feather_px)
        self.lay(np.asarray(colour, dtype=np.float32), mask * np.float32(opacity))
        return mask

    def stroke(
        self, points: Points, colour: Colour, width_px: float, *, opacity: float = 1.0
    ) -> None:
        """Paint a line through points, with soft edges and smoothed corners."""
        cover = np.zeros(self.alpha.shape, dtype=np.uint8)
        line = np.round(self.pixels(chaikin(points, 2, closed=False)) * 16).astype(np.int32)
        thickness = max(1, round(width_px))
        cv2.polylines(cover, [line], isClosed=False, color=255, thickness=thickness, shift=4)
        mask = blur(_as_cover(cover), 0.35 * thickness)
        self.lay(np.asarray(colour, dtype=np.float32), mask * np.float32(opacity))

    def lay(self, rgb: Floats, mask: Floats) -> None:
        """Lay colour (one, or one a pixel) over what is there, where `mask` says so."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not rows.size:
            return
        part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cover = mask[part]
        paint = rgb[part] if rgb.ndim == 3 else rgb
        self.rgb[part] += (paint - self.rgb[part]) * cover[..., None]
        self.alpha[part] += (1 - self.alpha[part]) * cover

    def light(self, mask: Floats, gain: Floats | float) -> None:
        """Multiply the colour by `gain` where `mask` says so."""
        self.rgb = self.rgb * (1 + mask * (np.asarray(gain, dtype=np.float32) - 1))[..., None]


def _as_cover(grey: NDArray[np.uint8]) -> Floats:
    """Give 0..255 as 0..1."""
    return np.divide(grey, 255, dtype=np.float32)


def chaikin(points: Points, rounds: int, *, closed: bool = True) -> Points:
    """Round off the corners of a line by cutting them, again and again (Chaikin, 1974)."""
    array = np.asarray(points, dtype=np.float32)
    for _ in range(rounds):
        after = np.roll(array, -1, axis=0) if closed else array[1:]
        before = array if closed else array[:-1]
        cut = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1)
        cut = cut.reshape(-1, 2)
        array = cut if closed else np.concatenate([array[:1], cut, array[-1:]])
    return [(float(x), float(y)) for x, y in array]


def shade(colour: Colour, gain: float) -> Colour:
    """Give a colour that much brighter; darker below 1."""
    return (gain * colour[0], gain * colour[1], gain * colour[2])


def mirrored(points: Points) -> Points:
    """Give the right half of an outline (top first) and its mirror image, as one outline."""
    return [*points, *((-x, y) for x, y in reversed(points))]


def flipped(points: Points) -> Points:
    """Give the mirror image of an outline."""
    return [(-x, y) for x, y in points]


def blur(picture: Floats, sigma_px: float) -> Floats:
    """Blur a picture."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), dtype=np.float32)


def cloudiness(
    draw: np.random.Generator, size_hw: tuple[int, int], *, coarsest: int, finest: int
) -> Floats:
    """Give smooth noise, about -1..1: octaves from `coarsest` to `finest` pixels a cell."""
    height, width = size_hw
    total = np.zeros(size_hw, dtype=np.float32)
    cell, weight, weights = coarsest, 1.0, 0.0
    while cell >= finest:
        grid = draw.standard_normal((height // cell + 3, width // cell + 3)).astype(np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weights += weight
        cell, weight = cell // 2, weight * 0.6
    return np.asarray(total / weights, dtype=np.float32)


def warp_over(scene: Floats, picture: Canvas, matrix: Floats) -> Floats:
    """Lay a canvas over a scene through a (3, 3) map from its pixels to those of the scene."""
    height, width = scene.shape[:2]
    stacked = np.dstack([picture.rgb * picture.alpha[..., None], picture.alpha])
    # Blur first by as much as the map shrinks, or edges would break into stairs.
    shrink = 1 / max(1e-3, float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))))
    if shrink > 1:
        stacked = cv2.GaussianBlur(stacked, (0, 0), 0.35 * shrink)
    warped = cv2.warpPerspective(stacked, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(scene * (1 - warped[..., 3:]) + warped[..., :3], dtype=np.float32)
