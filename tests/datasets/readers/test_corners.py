from __future__ import annotations

import numpy as np
import pytest

from platelens.datasets.readers.corners import in_reading_order, is_plate_shape
from platelens.types import FloatArray

PLATE = np.array([[10, 20], [50, 22], [50, 34], [10, 32]], dtype=np.float32)


def turned(corners: FloatArray, degrees: float) -> FloatArray:
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(corners @ matrix, dtype=np.float32)


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("step", [1, -1], ids=["clockwise", "against_it"])
@pytest.mark.parametrize("degrees", [-40, 0, 40])
def test_any_order_is_put_right(first: int, step: int, degrees: float) -> None:
    plate = turned(PLATE, degrees)
    listed = plate[[(first + step * n) % 4 for n in range(4)]]
    assert np.array_equal(in_reading_order(listed), plate)


@pytest.mark.parametrize("degrees", [-90, -55, 55, 90])
def test_a_plate_on_its_short_side_stays(degrees: float) -> None:
    plate = turned(PLATE, degrees)
    assert np.array_equal(in_reading_order(plate), plate)


@pytest.mark.parametrize("height", [8, 20, 60], ids=["long", "square", "foreshortened"])
@pytest.mark.parametrize("lean", [-20, 0, 20])
def test_a_level_top_edge_stays(height: int, lean: int) -> None:
    points = [[40, 40], [60, 42], [60 + lean, 42 + height], [40 + lean, 40 + height]]
    plate = np.array(points, dtype=np.float32)
    assert np.array_equal(in_reading_order(plate), plate)


def test_upside_down_is_taken_for_a_wrong_first_corner() -> None:
    plate = turned(PLATE, 180)
    assert np.array_equal(in_reading_order(plate), plate[[2, 3, 0, 1]])


@pytest.mark.parametrize(
    ("order", "is_shape"),
    [([0, 1, 2, 3], True), ([3, 2, 1, 0], True), ([0, 1, 3, 2], False), ([0, 0, 2, 3], False),
     ([0, 0, 0, 0], False)],
    ids=["clockwise", "against_it", "crossed", "three_points", "one_point"],
)  # fmt: skip
def test_what_encloses_a_plate(order: list[int], is_shape: bool) -> None:
    assert is_plate_shape(PLATE[order]) == is_shape


def test_a_dent_encloses_no_plate() -> None:
    dented = np.array([[0, 0], [40, 0], [10, 5], [0, 20]], dtype=np.float32)
    assert not is_plate_shape(dented)
