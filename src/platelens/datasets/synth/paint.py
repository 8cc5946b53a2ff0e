"""Colours and the one way in which ink comes onto a plate. All pictures are uint8, for speed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(H, W, 3) R, G, B while a plate is drawn; changed in place."""

Mask = NDArray[np.uint8]
"""(H, W), 255 = all ink."""

Colour = tuple[int, int, int]
"""R, G, B, 0 to 255."""

Area = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels."""

_Item = TypeVar("_Item")


def parse_colour(code: str) -> Colour:
    """Give the colour of "#rrggbb"."""
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def jitter(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """Give a colour near another, `spread` = standard deviation of each channel."""
    r, g, b = (np.asarray(colour) + rng.normal(0, spread, 3)).clip(0, 255).astype(int).tolist()
    return r, g, b


def any_colour(rng: np.random.Generator) -> Colour:
    """Give any colour at all."""
    r, g, b = rng.integers(0, 256, 3).tolist()
    return r, g, b


def brightness(colour: Colour) -> float:
    """Give how bright a colour looks, 0 to 255 (the luma of ITU-R BT.601)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def plain(size_hw: tuple[int, int], colour: Colour) -> Pixels:
    """Give a picture of one colour; OpenCV fills it ten times as fast as NumPy."""
    pixels = np.empty((*size_hw, 3), np.uint8)
    cv2.rectangle(pixels, (0, 0), (size_hw[1], size_hw[0]), colour, -1)
    return pixels


def blend(pixels: Pixels, mask: Mask, colour: Colour) -> None:
    """Lay `colour` over `pixels` where `mask` says so; both of one size."""
    if pixels.size == 0:
        return
    three = cv2.merge([mask, mask, mask])
    paint = cv2.merge([cv2.convertScaleAbs(mask, alpha=value / 255) for value in colour])
    kept = cv2.multiply(pixels, cv2.bitwise_not(three), scale=1 / 255)
    pixels[:] = cv2.add(kept, paint)


def stamp(ink: Mask, shape: Mask, x: int, y: int) -> None:
    """Add the ink of `shape` with its top left corner at x, y; what lies outside is cut."""
    left, top = max(0, -x), max(0, -y)
    part = ink[y + top : y + shape.shape[0], x + left : x + shape.shape[1]]
    if part.size:
        cut = shape[top : top + part.shape[0], left : left + part.shape[1]]
        np.maximum(part, cut, out=part)


def pick(rng: np.random.Generator, items: Sequence[_Item]) -> _Item:
    """Choose one of `items`, each as often; ten times as fast as `rng.choice`."""
    return items[int(rng.random() * len(items))]


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Give a number from `low` to `high`; `high` below `low` gives `low`."""
    return low + max(0.0, high - low) * float(rng.random())
