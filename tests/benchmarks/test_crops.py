"""Tests of the scores on crops."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.crops import LabelledCrop, ccpd_crops, score_crops, us_crops
from platelens import Box, Detection, PlatelensError, PlateReader, Quad, Reading, RgbImage, imaging


class _TwoPlates:
    """Finds a sure plate on the right and a doubtful one on the left."""

    def detect(self, image: RgbImage) -> list[Detection]:
        height, width = image.shape[:2]
        return [_detection(width / 2, width, height, 0.9), _detection(0, width / 2, height, 0.5)]


class _WidthReader:
    """Reads a crop as its width in pixels."""

    def read(self, crops: Sequence[RgbImage]) -> list[Reading]:
        texts = [str(crop.shape[1]) for crop in crops]
        return [Reading(t, 1.0, (1.0,) * len(t), (), 1) for t in texts]


def _detection(x1: float, x2: float, height: float, confidence: float) -> Detection:
    quad = Quad((x1, 0), (x2, 0), (x2, height), (x1, height))
    return Detection(Box(x1, 0, x2, height), quad, confidence)


def _crop(path: Path, text: str) -> LabelledCrop:
    pixels = np.zeros((32, 100, 3), dtype=np.uint8)
    imaging.save(imaging.from_array(pixels, order="rgb"), path)
    return LabelledCrop(path, text)


def test_both_ways(tmp_path: Path) -> None:
    crops = [_crop(tmp_path / "a.png", "100"), _crop(tmp_path / "b.png", "5O")]
    alone, whole = score_crops(crops, PlateReader(_TwoPlates(), _WidthReader()))
    assert (alone.exact.value, alone.folded.value) == (0.5, 0.5)
    assert alone.char_errors == pytest.approx(3 / 5)  # 100 for 5O: three edits; 3 + 2 characters
    assert (whole.exact.value, whole.folded.value) == (0.0, 0.5)  # 50, of the surest plate


def test_no_crops() -> None:
    with pytest.raises(PlatelensError, match="no crop"):
        score_crops([], PlateReader(_TwoPlates(), _WidthReader()))


def test_us_crops_are_the_readable_valid_ones(tmp_path: Path) -> None:
    (tmp_path / "us_plates").mkdir()
    table = "image,split,state,text\na.jpg,valid,X,AB1\nb.jpg,train,X,AB2\nc.jpg,valid,X,\n"
    (tmp_path / "us_plates" / "plates.csv").write_text(table)
    assert us_crops(tmp_path) == [LabelledCrop(tmp_path / "us_plates" / "a.jpg", "AB1")]


def test_ccpd_crops_are_about_a_quarter(tmp_path: Path) -> None:
    folder = tmp_path / "crops" / "ccpd"
    folder.mkdir(parents=True)
    rows = "".join(f"{i}.jpg,A{i},X\n" for i in range(400))
    (folder / "labels.csv").write_text("image,text,province\n" + rows)
    assert 70 < len(ccpd_crops(tmp_path)) < 130


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(PlatelensError, match=r"plates\.csv"):
        us_crops(tmp_path)
