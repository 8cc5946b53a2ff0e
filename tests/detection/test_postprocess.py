from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from platelens.detection.postprocess import (
    CHANNELS,
    CORNER_BASE,
    decode_map,
    suppress,
    to_detections,
)
from platelens.types import Box, Quad

FloatArray = NDArray[np.float32]
NOTHING = -20.0


def empty_map(height: int = 4, width: int = 6) -> FloatArray:
    cells = np.zeros((CHANNELS, height, width), np.float32)
    cells[0] = NOTHING
    return cells


def fire(cells: FloatArray, row: int, column: int, logit: float = 2.0) -> None:
    """A plate 6 strides wide and 3 high: 4 left, 1 up, 2 right, 2 down of the cell's centre."""
    cells[0, row, column] = logit
    cells[1:5, row, column] = np.log([4, 1, 2, 2])


def test_a_cell_worked_out_by_hand() -> None:
    cells = empty_map()
    fire(cells, 2, 5)
    boxes, corners = decode_map(cells, 0.5)
    # The centre of the cell in row 2, column 5 is at x = 44, y = 20.
    assert boxes.shape == (1, 5)
    assert boxes[0] == pytest.approx([44 - 32, 20 - 8, 44 + 16, 20 + 16, 1 / (1 + math.exp(-2))])
    assert corners[0] == pytest.approx(np.array([[12, 12], [60, 12], [60, 36], [12, 36]]))
    assert boxes.dtype == corners.dtype == np.float32


def test_corners_are_differences_from_those_of_the_box() -> None:
    cells = empty_map()
    fire(cells, 2, 5)
    cells[5:13, 2, 5] = (0.5, 0.25, 0, -0.25, -0.5, 0, 0.125, 0.5)
    _, corners = decode_map(cells, 0.5)
    expected = [[12 + 24, 12 + 6], [60, 12 - 6], [60 - 24, 36], [12 + 6, 36 + 12]]
    assert corners[0] == pytest.approx(np.array(expected))
    assert len(CORNER_BASE) == 8


def test_a_map_of_nothing_gives_nothing() -> None:
    boxes, corners = decode_map(empty_map(), 0.1)
    assert boxes.shape == (0, 5)
    assert corners.shape == (0, 4, 2)
    assert suppress(boxes, 0.5) == []
    assert to_detections(boxes, corners, (1, 1), (10, 10)) == []


def test_best_first_and_only_what_is_sure_enough() -> None:
    cells = empty_map()
    logits = {(0, 0): 0.0, (1, 1): 3.0, (2, 2): -0.1, (3, 3): 1.0, (3, 5): 0.1}
    for (row, column), logit in logits.items():
        fire(cells, row, column, logit)
    scores = decode_map(cells, 0.5)[0][:, 4]
    expected = [1 / (1 + math.exp(-logit)) for logit in (3.0, 1.0, 0.1, 0.0)]
    assert scores == pytest.approx(expected)


@pytest.mark.parametrize(("threshold", "count"), [(0.0, 24), (1.0, 0)])
def test_the_ends_of_the_threshold_take_everything_and_nothing(
    threshold: float, count: int
) -> None:
    cells = empty_map()
    cells[0, 0, 0] = -200
    fire(cells, 2, 5, 14.0)
    assert len(decode_map(cells, threshold)[0]) == count


def test_a_wild_map_stays_finite_and_bounded() -> None:
    cells = np.full((CHANNELS, 40, 40), 1000, np.float32)
    boxes, corners = decode_map(cells, 0.5)
    assert len(boxes) == len(corners) == 1000
    assert np.isfinite(boxes).all()
    assert np.isfinite(corners).all()


def brute_force(boxes: FloatArray, threshold: float) -> list[int]:
    """Take the best box, drop what overlaps it, and so on; boxes of whole pixels are counted."""
    masks = np.zeros((len(boxes), 60, 60), bool)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes[:, :4].astype(int), strict=True):
        mask[y1:y2, x1:x2] = True
    left, kept = list(range(len(boxes))), []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [
            i
            for i in left
            if (masks[i] & masks[best]).sum() / (masks[i] | masks[best]).sum() < threshold
        ]
    return kept


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.45, 0.9])
@pytest.mark.parametrize("seed", range(8))
def test_suppression_against_brute_force(seed: int, threshold: float) -> None:
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, 35, (40, 2))
    sides = rng.integers(3, 25, (40, 2))
    scores = np.sort(rng.random((40, 1)))[::-1]
    boxes = np.hstack([starts, starts + sides, scores]).astype(np.float32)
    kept = suppress(boxes, threshold)
    assert kept == brute_force(boxes, threshold)
    assert 1 < len(kept) < 40 or threshold == 0.9


def test_a_suppressed_box_suppresses_nothing() -> None:
    chain = np.array([[x, 0, x + 10, 10, 0.9] for x in (0, 5, 10)], np.float32)  # IoU 1/3 each
    assert suppress(chain, 0.3) == [0, 2]


def rows(*boxes: tuple[float, float, float, float, float]) -> tuple[FloatArray, FloatArray]:
    table = np.array(boxes, np.float32)
    corners = table[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    return table, corners


def test_detections_are_in_pixels_of_the_picture() -> None:
    boxes, corners = rows((10, 20, 50, 40, 0.75))
    (found,) = to_detections(boxes, corners, (0.5, 0.25), (200, 300))
    assert found.box == Box(20, 80, 100, 160)
    assert found.quad == Quad((20, 80), (100, 80), (100, 160), (20, 160))
    assert found.confidence == 0.75


def test_boxes_are_cut_at_the_border_and_corners_are_not() -> None:
    boxes, corners = rows((-10, -5, 50, 90, 0.5))
    (found,) = to_detections(boxes, corners, (1, 1), (60, 40))
    assert found.box == Box(0, 0, 40, 60)
    assert found.quad == Quad((-10, -5), (50, -5), (50, 90), (-10, 90))


def test_what_is_left_with_less_than_a_pixel_is_dropped() -> None:
    outside, sliver, fine = (60, 0, 90, 20, 0.9), (39.5, 0, 90, 20, 0.8), (38.5, 0, 90, 20, 0.7)
    boxes, corners = rows(outside, sliver, fine)
    found = to_detections(boxes, corners, (1, 1), (60, 40))
    assert [d.confidence for d in found] == pytest.approx([0.7])
