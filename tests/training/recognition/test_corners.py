from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.errors import UnknownModelError
from platelens.geometry import box_to_quad
from platelens.training.recognition.corners import corner_finder, cut_places, open_detector
from platelens.types import Box, Quad, RgbImage

FOUND = Box(36, 12, 100, 44)  # where the tiny detector sees the first plate of a street
LABELLED = Quad((37, 13), (99, 14), (98, 43), (38, 42))


def plate(box: Box, quad: Quad | None = None) -> LabelledPlate:
    return LabelledPlate(box, quad, "A", 1)


def test_without_a_detector_the_box_gives_the_corners(street: Callable[..., RgbImage]) -> None:
    plates = [plate(FOUND), plate(FOUND, LABELLED)]
    assert corner_finder(None)(street("A"), plates) == [box_to_quad(FOUND), LABELLED]


def test_a_detector_gives_corners_where_it_agrees(
    detector_folder: Path, street: Callable[..., RgbImage]
) -> None:
    find = corner_finder(open_detector(f"path:{detector_folder}"))
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
    find = corner_finder(open_detector(f"path:{detector_folder}"))
    assert find(street(), [plate(FOUND)]) == [box_to_quad(FOUND)]


def test_an_unknown_detector_is_refused() -> None:
    with pytest.raises(UnknownModelError, match="nobody"):
        open_detector("nobody")


def test_places_show_no_plate_and_nothing_like_one(
    detector_folder: Path, street: Callable[..., RgbImage], tmp_path: Path
) -> None:
    imaging.save(street("A"), tmp_path / "a.png")
    sample = Sample(tmp_path / "a.png", 128, 96, (plate(Box(0, 60, 40, 90)),))
    detector = open_detector(f"path:{detector_folder}")
    places = [p for seed in range(60) for p in cut_places([sample], detector, seed)]
    assert len(places) > 10
    # Neither the labelled plate, which is elsewhere, nor the white one that is found here.
    assert {(p.text, p.rows) for p in places} == {("", 1)}
    assert max(int(p.pixels.max()) for p in places) == 10  # what is behind all plates
    for place in places:
        height, width = place.pixels.shape[:2]
        assert (place.corners >= -0.01).all()
        assert (place.corners <= [width + 1, height + 1]).all()
    assert cut_places([sample], None, 0) == []
