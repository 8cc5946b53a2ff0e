from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.recognition.preprocess import (
    enlarge_with_border,
    photograph_ink,
    plate_on_white,
)
from platelens.types import RgbImage


def blocks(*places: tuple[int, int, int, int], ground: int = 230, ink: int = 20) -> RgbImage:
    """Draw a plate of 96 x 300 with blocks for letters: left, top, width, height."""
    pixels = np.full((96, 300), ground, np.uint8)
    for left, top, width, height in places:
        pixels[top : top + height, left : left + width] = ink
    return imaging.from_array(pixels, order="rgb")


ONE_ROW = [(40 + 50 * i, 24, 24, 48) for i in range(5)]


def ink_runs(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> int:
    """Count the letters of a row: runs of columns with ink."""
    inked = np.any(picture < 128, axis=0)
    return int((inked[1:] & ~inked[:-1]).sum())


def test_text_detectors_get_a_border() -> None:
    pixels = np.full((48, 100, 3), (10, 20, 30), np.uint8)
    pixels[:, 80:] = 200
    large = enlarge_with_border(imaging.from_array(pixels, order="rgb"))
    assert large.shape == (96 + 2 * 32, 200 + 2 * 32, 3)
    assert large[0, 0].tolist() == [10, 20, 30]
    assert (large[:, -32:] == 200).all()


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 300), (900, 1), (3, 900), (600, 900)], ids=str)
def test_crops_of_any_size_are_prepared(size_hw: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    crop = imaging.from_array(noise, order="rgb")
    for picture, border in [(enlarge_with_border(crop), 32), (plate_on_white(crop), 20)]:
        height, width = (side - 2 * border for side in picture.shape[:2])
        assert 1 <= height <= 96
        assert 1 <= width <= 1024
        assert height == 96 or width == 1024


@pytest.mark.parametrize(("ground", "ink"), [(230, 20), (20, 230)], ids=["dark", "light"])
def test_a_whole_plate_is_dark_on_white(ground: int, ink: int) -> None:
    picture = plate_on_white(blocks(*ONE_ROW, ground=ground, ink=ink))
    assert picture[0].min() == 255
    assert picture[20:-20, 20:-20].mean() > 128
    assert ink_runs(picture) == 5


def test_ink_shows_in_any_light() -> None:
    slope = np.repeat(np.linspace(60, 250, 300).astype(np.uint8)[None], 96, axis=0)
    slope[40:60, 20:30] -= 40
    slope[40:60, 270:280] -= 40
    ink = photograph_ink(imaging.from_array(slope, order="rgb"))
    assert (ink[42:58, 22:28] == 0).all()
    assert (ink[42:58, 272:278] == 0).all()
    assert (ink[:30] == 255).all()
