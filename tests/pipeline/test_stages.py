from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.errors import ImageError
from platelens.geometry import box_to_quad
from platelens.pipeline import find_in_file, read_crop_file
from platelens.types import Box, Candidate, Detection, Reading, RgbImage


class TwoPlates:
    def detect(self, image: RgbImage) -> list[Detection]:
        del image
        boxes = [Box(50, 5, 90, 15), Box(5, 5, 45, 15)]
        return [Detection(b, box_to_quad(b), c) for b, c in zip(boxes, (0.9, 0.4), strict=True)]


class Widths:
    """Reads the width of a crop."""

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        texts = [str(crop.shape[1]) for crop in crops]
        return [Reading(t, 0.9, (0.9,) * len(t), (Candidate(t, 0.9),), rows=1) for t in texts]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    imaging.save(imaging.from_array(np.zeros((20, 100, 3), np.uint8), order="rgb"), path)
    return path


@pytest.mark.parametrize(("least", "lefts"), [(0.0, [5, 50]), (0.5, [50])])
def test_plates_are_found_from_left_to_right(photo: Path, least: float, lefts: list[int]) -> None:
    result = find_in_file(photo, TwoPlates(), min_confidence=least)
    assert [p.detection.box.x1 for p in result.plates] == lefts
    assert all(p.reading is None for p in result.plates)
    assert result.ms_read == 0 < result.ms_detect <= result.ms_total


def test_a_crop_is_read_whole(photo: Path) -> None:
    result = read_crop_file(photo, Widths())
    (plate,) = result.plates
    assert plate.text == "100"
    assert plate.detection.box == Box(0, 0, 100, 20)
    assert result.ms_detect == 0 < result.ms_read <= result.ms_total


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=r"none\.png"):
        find_in_file(tmp_path / "none.png", TwoPlates())
