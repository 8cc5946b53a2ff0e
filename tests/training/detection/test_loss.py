from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from platelens.detection.postprocess import CORNER_BASE, decode_map
from platelens.training.detection.data import Window, encode_targets
from platelens.training.detection.loss import _overlaps, detection_loss
from platelens.types import RgbImage

SLANTED = ((16, 24), (48, 28), (46, 40), (18, 36))
IGNORED = (3, 2)  # a cell of the plate that is not its middle
GROUND = (0, 0)


def target_of(*quads: object, exact: bool = True) -> Tensor:
    corners = np.array(quads, np.float32).reshape(-1, 4, 2)
    pixels = RgbImage(np.zeros((64, 64, 3), np.uint8))
    window = Window(pixels, corners, np.full(len(corners), exact))
    return torch.from_numpy(encode_targets(window, 64))[None]


def perfect(target: Tensor) -> Tensor:
    """Give the map that says exactly what `target` wants."""
    cells = torch.zeros(len(target), 13, 8, 8)
    cells[:, 0] = torch.where(target[:, 0] > 0, 20.0, -20.0)
    for n, row, column in torch.nonzero(target[:, 0] > 0):
        centre = torch.tensor([column, row]) * 8 + 4.0
        box = target[n, 2:6, row, column]
        cells[n, 1:3, row, column] = ((centre - box[:2]) / 8).log()
        cells[n, 3:5, row, column] = ((box[2:] - centre) / 8).log()
        cells[n, 5:, row, column] = target[n, 6:14, row, column] - torch.tensor(CORNER_BASE)
    return cells


def cost(cells: Tensor, target: Tensor) -> float:
    return float(detection_loss(cells, target)[0])


def test_a_perfect_map_costs_nothing_and_decodes_to_the_plate() -> None:
    target = target_of(SLANTED)
    cells = perfect(target)
    loss, parts = detection_loss(cells, target)
    assert float(loss) == pytest.approx(0, abs=1e-4)
    assert set(parts) == {"class", "box", "corner"}
    boxes, corners = decode_map(cells[0].numpy(), 0.5)
    for box, quad in zip(boxes, corners, strict=True):
        np.testing.assert_allclose(box[:4], (16, 24, 48, 40), atol=1e-3)
        np.testing.assert_allclose(quad, SLANTED, atol=1e-3)


def test_a_worse_box_costs_more() -> None:
    target = target_of(SLANTED)
    losses = []
    for stretch in (0.0, 0.2, 0.5, 1.0, 3.0):
        cells = perfect(target)
        cells[:, 3] += stretch  # to the right
        losses.append(detection_loss(cells, target)[1]["box"])
    assert losses == sorted(losses)
    assert losses[1] > 0.05
    assert losses[-1] > 2 * losses[1]


def test_a_plate_that_is_missed_or_imagined_costs() -> None:
    target = target_of(SLANTED)
    missed, imagined = perfect(target), perfect(target)
    missed[0, 0, 3, 3] = -5
    imagined[(0, 0, *GROUND)] = 5
    assert cost(missed, target) > 0.5
    assert cost(imagined, target) > 0.5


def test_the_score_of_a_crooked_box_should_be_its_overlap() -> None:
    """Varifocal: a sure cell with half a box costs more than one that is half sure."""
    target = target_of(SLANTED)
    sure, honest = perfect(target), perfect(target)
    for cells in (sure, honest):
        cells[:, 3] += 1.0
    honest[:, 0][target[:, 0] > 0] = 0.0
    assert detection_loss(honest, target)[1]["class"] < detection_loss(sure, target)[1]["class"]


def test_ignored_cells_cost_nothing() -> None:
    target = target_of(SLANTED)
    cells = perfect(target)
    assert float(target[(0, 1, *IGNORED)]) == 0
    cells[(0, slice(None), *IGNORED)] = 30
    assert cost(cells, target) == pytest.approx(0, abs=1e-4)


def test_ground_by_hand() -> None:
    """64 cells at 50 %: 0.75 * 0.5 ** 2 * ln 2 each, divided by at least 1."""
    target = target_of()
    loss, parts = detection_loss(torch.zeros(1, 13, 8, 8), target)
    assert float(loss) == pytest.approx(64 * 0.75 * 0.25 * math.log(2), rel=1e-5)
    assert parts["box"] == parts["corner"] == 0


def test_every_plate_weighs_the_same_whatever_its_size() -> None:
    big = target_of(((2, 2), (62, 2), (62, 62), (2, 62)))
    small = target_of(((26, 28), (38, 28), (38, 36), (26, 36)))
    assert (big[:, 0] > 0).sum() > 4 * (small[:, 0] > 0).sum()
    for target in (big, small):
        cells = perfect(target)
        cells[:, 1:5] += math.log(2)  # twice as large around nearly the same middle
        assert detection_loss(cells, target)[1]["box"] == pytest.approx(0.75, abs=0.05)


def test_labelled_corners_are_held_to_the_pixel() -> None:
    target = target_of(SLANTED)
    losses = []
    for shift in (0.0, 0.05, 0.2):
        cells = perfect(target)
        cells[:, 5] += shift
        losses.append(detection_loss(cells, target)[1]["corner"])
    assert losses[0] == pytest.approx(0, abs=1e-6)
    assert 0 < losses[1] < losses[2]


def test_of_corners_that_are_not_labelled_only_the_bounding_box_counts() -> None:
    target = target_of(((16, 24), (48, 24), (48, 40), (16, 40)), exact=False)
    slanted, large = perfect(target), perfect(target)
    positive = (target[0, 0] > 0).nonzero()
    for row, column in positive:
        slanted[0, 5:, row, column] = torch.tensor([0, 0.3, 0, 0, 0, 0, 0, -0.3])
        slanted[0, 10, row, column] = 0.0
        large[0, 5:7, row, column] = -0.3  # the top-left corner beyond the box
    slanted[0, 6] = torch.where(target[0, 0] > 0, 0.3, 0.0)
    assert detection_loss(slanted, target)[1]["corner"] == pytest.approx(0, abs=1e-6)
    assert detection_loss(large, target)[1]["corner"] > 0.01


def test_corners_of_a_plate_that_is_cut_cost_nothing() -> None:
    target = target_of(np.array(SLANTED) + np.array([28, 0]))
    cells = perfect(target)
    cells[:, 5:] += 0.7
    assert detection_loss(cells, target)[1]["corner"] == 0


def test_a_batch_is_judged_together() -> None:
    target = torch.cat([target_of(SLANTED), target_of()])
    cells = perfect(target)
    assert cost(cells, target) == pytest.approx(0, abs=1e-4)
    cells[(1, 0, *GROUND)] = 5
    assert cost(cells, target) > 0.5


def test_overlaps_by_hand() -> None:
    a = torch.tensor([[0, 0, 1, 1], [0, 0, 2, 2], [0, 0, 4, 4.0]])
    b = torch.tensor([[2, 0, 3, 1], [1, 1, 3, 3], [0, 0, 4, 4.0]])
    iou, giou = _overlaps(a, b)
    np.testing.assert_allclose(iou, (0, 1 / 7, 1))
    np.testing.assert_allclose(giou, (-1 / 3, 1 / 7 - 2 / 9, 1), rtol=1e-6)


def test_gradients_are_finite_for_a_wild_map() -> None:
    target = target_of(SLANTED)
    cells = torch.full((1, 13, 8, 8), 50.0, requires_grad=True)
    detection_loss(cells, target)[0].backward()  # type: ignore[no-untyped-call]  # torch's own
    assert cells.grad is not None
    assert torch.isfinite(cells.grad).all()
