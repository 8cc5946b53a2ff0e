from __future__ import annotations

import numpy as np
import pytest

from platelens import imaging
from platelens.recognition.preprocess import fit_crop


@pytest.mark.parametrize("size_hw", [(1, 1), (64, 160), (200, 30), (3, 900), (40, 160)], ids=str)
def test_any_crop_fills_the_input(size_hw: tuple[int, int]) -> None:
    crop = imaging.from_array(np.full((*size_hw, 3), (10, 20, 30), np.uint8), order="rgb")
    fitted = fit_crop(crop, (64, 160))
    assert fitted.shape == (64, 160, 3)
    assert fitted.dtype == np.uint8
    assert (fitted == (10, 20, 30)).all()


def test_a_crop_of_the_right_size_stays_as_it_is() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(
        fit_crop(imaging.from_array(pixels, order="rgb"), (16, 32)), pixels
    )


def test_places_are_stretched() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:10, 15:] = 255  # the upper right
    fitted = fit_crop(imaging.from_array(pixels, order="rgb"), (40, 160))
    assert (fitted[:19, 125:] == 255).all()
    assert (fitted[21:] == 0).all()
    assert (fitted[:, :115] == 0).all()


def test_shrinking_averages() -> None:
    pixels = np.zeros((64, 320, 3), np.uint8)
    pixels[:, ::2] = 255
    fitted = fit_crop(imaging.from_array(pixels, order="rgb"), (32, 160))
    assert fitted.min() >= 127
    assert fitted.max() <= 128
