from __future__ import annotations

import cv2
import numpy as np
import pytest

from platelens.tracking import quality
from platelens.types import Quad, RgbImage

SIZE_HW = (720, 1280)


def bars(width: int = 200, blur: int = 0) -> RgbImage:
    pixels = np.full((width // 4, width, 3), 240, np.uint8)
    for x in range(width // 10, width, width // 8):
        pixels[5:-5, x : x + width // 20] = 10
    if blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), blur), np.uint8)
    return RgbImage(pixels)


def quad(x: float, y: float, width: float, left: float = 40, right: float = 40) -> Quad:
    return Quad((x, y), (x + width, y), (x + width, y + right), (x, y + left))


BEST = quality(bars(), quad(300, 300, 200), SIZE_HW)


def test_a_large_sharp_plate_from_straight_ahead_counts_in_full() -> None:
    assert pytest.approx(1, abs=0.4) == BEST
    assert quality(bars(), quad(300, 300, 400), SIZE_HW) == BEST  # larger is no better


@pytest.mark.parametrize(
    ("crop", "where"),
    [
        (bars(), quad(300, 300, 40)),
        (bars(blur=6), quad(300, 300, 200)),
        (bars(), quad(300, 300, 200, left=60, right=30)),
        (bars(), quad(-1, 300, 200)),
        (bars(), quad(1080, 300, 200)),
        (bars(), quad(300, 679, 200)),
    ],
    ids=["small", "blurred", "aslant", "left edge", "right edge", "bottom edge"],
)
def test_what_is_read_worse_counts_less(crop: RgbImage, where: Quad) -> None:
    assert 0 < quality(crop, where, SIZE_HW) < 0.7 * BEST


@pytest.mark.parametrize("shape", [(1, 1, 3), (20, 1, 3), (1, 50, 3)])
def test_there_is_always_some_weight(shape: tuple[int, int, int]) -> None:
    crop = RgbImage(np.full(shape, 90, np.uint8))
    assert 0 < quality(crop, quad(300, 300, 200), SIZE_HW) <= 1
