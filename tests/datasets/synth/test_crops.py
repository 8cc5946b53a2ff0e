from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.synth import FlatPlate, miss_corners, put_before, serial_corners
from platelens.datasets.synth.crops import map_points
from platelens.types import Box, FloatArray, RgbImage

CORNERS = np.array([[30, 20], [110, 20], [110, 40], [30, 40]], np.float32)


def dark(rng: np.random.Generator, size_hw: tuple[int, int]) -> RgbImage:
    del rng
    return RgbImage(np.zeros((*size_hw, 3), np.uint8))


def area(quad: FloatArray) -> float:
    x, y = quad.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def test_corners_are_missed_by_a_little() -> None:
    missed = [miss_corners(np.random.default_rng(seed), CORNERS) for seed in range(200)]
    distances = np.array([np.linalg.norm(m - CORNERS, axis=1) for m in missed])
    assert 0.3 < np.median(distances) < 4
    assert distances.max() < 12  # the plate is 80 x 20
    areas = np.array([area(m) for m in missed]) / area(CORNERS)
    assert areas.min() > 0.7  # never turned over
    assert 1.1 < areas.mean() < 1.3  # a margin on all sides


def test_sometimes_only_the_box_is_known() -> None:
    slanted = np.array([[0, 0], [80, 40], [80, 60], [0, 20]], np.float32)
    areas = np.array([area(miss_corners(np.random.default_rng(s), slanted)) for s in range(200)])
    boxed = (areas > 3000).mean()  # 80 x 60 instead of 80 x 20
    assert boxed == pytest.approx(0.2, abs=0.08)


@pytest.mark.parametrize("size_wh", [(36, 10), (200, 40), (60, 80)], ids=str)
def test_a_plate_stands_whole_in_its_picture_at_its_corners(size_wh: tuple[int, int]) -> None:
    plate = RgbImage(np.full((80, 300, 3), 240, np.uint8))
    for seed in range(40):
        picture, corners = put_before(np.random.default_rng(seed), dark, plate, size_wh, 30)
        rows, columns = np.nonzero(picture[..., 0] > 60)
        x1, y1 = corners.min(axis=0)
        x2, y2 = corners.max(axis=0)
        assert (columns.min(), columns.max() + 1) == pytest.approx((x1, x2), abs=2.5)
        assert (rows.min(), rows.max() + 1) == pytest.approx((y1, y2), abs=2.5)
        height, width = picture.shape[:2]
        assert np.linalg.norm(corners[1] - corners[0]) > 29.9
        assert min(x1, y1) > 0
        assert x2 < width
        assert y2 < height


def test_the_serial_is_found_in_the_picture() -> None:
    pixels = RgbImage(np.zeros((100, 200, 3), np.uint8))
    plate = FlatPlate(pixels, "A", 1, serial=Box(20, 25, 180, 75))
    corners = np.array([[10, 10], [110, 10], [110, 60], [10, 60]], np.float32)
    found = serial_corners(plate, corners)
    assert found is not None
    np.testing.assert_allclose(found, [[20, 22.5], [100, 22.5], [100, 47.5], [20, 47.5]], atol=1e-3)
    assert serial_corners(FlatPlate(pixels, "A", 1), corners) is None


def test_points_follow_the_corners_into_perspective() -> None:
    bent = np.array([[0, 0], [100, 20], [100, 60], [0, 100]], np.float32)
    np.testing.assert_allclose(map_points(CORNERS, CORNERS, bent), bent, atol=1e-3)
    ((x, y),) = map_points(CORNERS.mean(axis=0, keepdims=True), CORNERS, bent)
    assert x > 50  # the far half of it is the narrower one
    assert 0 < y < 100
