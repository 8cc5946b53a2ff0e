"""Tests of the demo picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from examples.draw_street import CARS, SIZE_HW, DrawnPlate, draw_scene
from platelens import imaging

_SHIPPED = Path(__file__).parents[2] / "examples" / "street.jpg"


@pytest.fixture(scope="module")
def drawn() -> tuple[NDArray[np.uint8], list[DrawnPlate]]:
    return draw_scene()


def test_shipped_picture_is_what_the_code_draws(
    drawn: tuple[NDArray[np.uint8], list[DrawnPlate]],
) -> None:
    shipped = imaging.load(_SHIPPED)
    assert shipped.shape == (*SIZE_HW, 3)
    difference = np.abs(shipped.astype(np.int16) - drawn[0].astype(np.int16))
    assert difference.mean() < 4  # what JPEG does


def test_shipped_picture_is_small() -> None:
    assert _SHIPPED.stat().st_size < 200_000


def test_plates(
    drawn: tuple[NDArray[np.uint8], list[DrawnPlate]],
) -> None:
    pixels, plates = drawn
    assert [plate.text for plate in plates] == ["LEN5813", "PL24ENS"]
    assert len(plates) == len(CARS)
    for plate in plates:
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = plate.corners
        assert 80 < x2 - x1 < 220
        assert x2 > x4
        assert y3 > y2
        assert y4 > y1
        middle = pixels[round(y1) : round(y4), round(max(x1, x4)) : round(min(x2, x3))]
        assert np.percentile(middle, 90) - np.percentile(middle, 5) > 110  # dark on light
