from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate
from platelens.errors import UnknownModelError
from platelens.geometry import box_to_quad
from platelens.training.recognition.corners import corner_finder
from platelens.types import Box, Quad, RgbImage

FOUND = Box(36, 12, 100, 44)  # where the tiny detector sees the first plate of a street
LABELLED = Quad((37, 13), (99, 14), (98, 43), (38, 42))


def plate(box: Box, quad: Quad | None = None) -> LabelledPlate:
    return LabelledPlate(box, quad, "A", 1)


def test_without_a_detector_the_box_gives_the_corners(street: Callable[..., RgbImage]) -> None:
    plates = [plate(FOUND), plate(FOUND, LABELLED)]
    assert corner_finder("")(street("A"), plates) == [box_to_quad(FOUND), LABELLED]


def test_a_detector_gives_corners_where_it_agrees(
    detector_folder: Path, street: Callable[..., RgbImage]
) -> None:
    find = corner_finder(f"path:{detector_folder}")
    near, far = Box(34, 10, 98, 46), Box(0, 60, 40, 80)
    quads = find(street("A"), [plate(near), plate(far), plate(near, LABELLED)])
    found, kept, labelled = quads
    assert found.points[0] == pytest.approx((36, 12), abs=0.01)
    assert found.points[2] == pytest.approx((100, 44), abs=0.01)
    assert kept == box_to_quad(far)
    assert labelled == LABELLED


def test_a_detector_that_finds_nothing_leaves_the_box(
    detector_folder: Path, street: Callable[..., RgbImage]
) -> None:
    find = corner_finder(f"path:{detector_folder}")
    assert find(street(), [plate(FOUND)]) == [box_to_quad(FOUND)]


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(UnknownModelError, match="nobody"):
        corner_finder("nobody")
