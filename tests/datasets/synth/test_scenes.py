from __future__ import annotations

import cv2
import numpy as np
import pytest

from platelens.datasets.synth import FlatPlate
from platelens.datasets.synth.scenes import apart, cover_plate, place_plate
from platelens.types import FloatArray, RgbImage

PLATE = FlatPlate(RgbImage(np.full((80, 300, 3), (250, 250, 0), np.uint8)), "AB12", 1)
SQUARE = FlatPlate(RgbImage(np.full((140, 200, 3), (250, 250, 0), np.uint8)), "AB12", 2)


def street() -> RgbImage:
    return RgbImage(np.full((200, 300, 3), (10, 10, 110), np.uint8))


def corners(x1: float, y1: float, x2: float, y2: float) -> FloatArray:
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)


def test_a_plate_is_where_its_corners_are_and_beside_the_others() -> None:
    taken = [corners(0, 0, 150, 100), corners(200, 120, 300, 200)]
    centres = set()
    for seed in range(60):
        ground = street()
        new = place_plate(np.random.default_rng(seed), ground, PLATE, 14, taken)
        if new is None:
            continue
        picture, placed = new
        quad = placed.corners
        assert quad.min() >= 0
        assert (quad.max(axis=0) <= (300, 200)).all()
        assert all(apart(quad, other) for other in taken)
        inside = np.zeros((200, 300), np.uint8)
        cv2.fillConvexPoly(inside, np.round(quad).astype(np.int32), 1)
        yellow = picture[..., 0] > 70
        assert (yellow != (inside > 0)).mean() < 0.004
        assert (ground == street()).all()
        centres.add(tuple(quad.mean(axis=0).round().tolist()))
    assert len(centres) > 30


def test_where_no_room_is_left_no_plate_is_placed() -> None:
    taken = [corners(0, 0, 300, 200)]
    assert place_plate(np.random.default_rng(0), street(), PLATE, 14, taken) is None
    assert place_plate(np.random.default_rng(0), street(), PLATE, 250, []) is None


@pytest.mark.parametrize("plate", [PLATE, SQUARE], ids=["long", "square"])
@pytest.mark.parametrize(
    "old",
    [
        corners(100, 80, 160, 95),
        corners(140, 60, 160, 100),
        np.array([[100, 80], [150, 100], [150, 115], [100, 95]], np.float32),
        corners(-10, 90, 40, 100),
    ],
    ids=["long", "tall", "slanted", "over the edge"],
)
def test_a_plate_hides_all_of_the_one_that_was_there(plate: FlatPlate, old: FloatArray) -> None:
    for seed in range(25):
        ground = street()
        cv2.fillConvexPoly(ground, old.astype(np.int32), (255, 255, 255))
        picture, placed = cover_plate(np.random.default_rng(seed), ground, plate, old)
        assert picture[..., 2].max() < 120
        span, before = np.ptp(placed.corners, axis=0), np.ptp(old, axis=0)
        assert (span >= before).all()
        assert span.prod() < 40 * before.prod()


@pytest.mark.parametrize(
    ("other", "free"),
    [
        ((10, 0, 20, 10), True),
        ((9, 9, 20, 20), False),
        ((2, 2, 4, 4), False),
        ((0, 10, 9, 12), True),
    ],
    ids=["beside", "corner", "inside", "below"],
)
def test_boxes_that_do_not_overlap_are_apart(
    other: tuple[float, float, float, float], free: bool
) -> None:
    assert apart(corners(0, 0, 10, 10), corners(*other)) == free
    assert apart(corners(*other), corners(0, 0, 10, 10)) == free
