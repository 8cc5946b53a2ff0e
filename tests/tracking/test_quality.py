from __future__ import annotations

import cv2
import numpy as np
import pytest

from platelens.tracking import is_whole, quality
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


def weight(crop: RgbImage, where: Quad) -> float:
    return quality(crop, where, is_whole=is_whole(where, SIZE_HW))


BEST = weight(bars(), quad(300, 300, 200))


def test_a_large_sharp_plate_from_straight_ahead_counts_in_full() -> None:
    assert pytest.approx(1, abs=0.4) == BEST
    assert weight(bars(), quad(300, 300, 400)) == BEST  # larger is no better


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
    assert 0 < weight(crop, where) < 0.7 * BEST


@pytest.mark.parametrize("shape", [(1, 1, 3), (20, 1, 3), (1, 50, 3)])
def test_there_is_always_some_weight(shape: tuple[int, int, int]) -> None:
    crop = RgbImage(np.full(shape, 90, np.uint8))
    assert 0 < weight(crop, quad(300, 300, 200)) <= 1


@pytest.mark.parametrize(
    ("where", "whole"),
    [
        (quad(300, 300, 200), True),
        (quad(1, 300, 200), False),
        (quad(300, -5, 200), False),
        (Quad((0, 0), (1280, 0), (1280, 720), (0, 720)), True),
    ],
    ids=["inside", "left edge", "top edge", "the whole picture"],
)
def test_a_plate_at_the_edge_may_be_cut_off(where: Quad, whole: bool) -> None:
    assert is_whole(where, SIZE_HW) is whole
