from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Loaded, Sample
from platelens.datasets.readers.labels import LabelLog, RawPlate
from platelens.errors import ImageError
from platelens.types import Box, FloatArray, Quad
from tests.datasets.readers.conftest import DrawPicture

SIZE_HW = (48, 64)
CORNERS = np.array([[10, 20], [30, 21], [30, 28], [10, 27]], dtype=np.float32)
QUAD = Quad((10, 20), (30, 21), (30, 28), (10, 27))


def notes(log: LabelLog) -> list[tuple[str, bool]]:
    assert all(problem.where == "here" for problem in log.problems)
    return [(problem.what, problem.dropped) for problem in log.problems]


@pytest.mark.parametrize(
    ("raw", "text", "strange"),
    [
        (None, None, ""),
        ("", None, ""),
        (" - ", None, ""),
        ("ab-12 cd", "AB12CD", ""),
        ("A·B•1_2/3|4.5\t6\n7\u00a08", "AB12345678", ""),
        ("京A12345", "A12345", "京"),
        ("ÄB12", "B12", "Ä"),
        ("ж", None, "Ж"),
        ("AB*1?", "AB1", "*?"),
    ],
    ids=["none", "empty", "separators", "plain", "more_separators", "chinese", "umlaut", "nothing",
         "signs"],
)  # fmt: skip
def test_texts(raw: str | None, text: str | None, strange: str) -> None:
    log = LabelLog()
    assert log.text(raw, "here") == (text, bool(strange))
    expected = [(f"text {raw!r}: {strange!r} is outside A-Z, 0-9 and left out", False)]
    assert notes(log) == (expected if strange else [])


@pytest.mark.parametrize(
    ("xyxy", "box"),
    [
        ((1, 2, 3.5, 4), Box(1, 2, 3.5, 4)),
        ((0, 0, 64, 48), Box(0, 0, 64, 48)),
        ((-1, -0.5, 65, 49), Box(0, 0, 64, 48)),
    ],
    ids=["inside", "whole", "rounded"],
)
def test_boxes_as_they_should_be(xyxy: tuple[float, float, float, float], box: Box) -> None:
    log = LabelLog()
    assert log.box(xyxy, SIZE_HW, "here") == box
    assert log.problems == []


@pytest.mark.parametrize(
    ("xyxy", "box", "note"),
    [
        ((-2, 4, 70, 8), Box(0, 4, 64, 8), "leaves its picture of 64x48: cut at the edge"),
        ((5, 5, 5, 9), None, "is empty and is left out"),
        ((9, 5, 5, 9), None, "is empty and is left out"),
        ((64, 5, 70, 9), None, "lies outside its picture and is left out"),
        ((5, -9, 9, -1), None, "lies outside its picture and is left out"),
        ((5, 5, float("nan"), 9), None, "is left out"),
        ((5, 5, float("inf"), 9), None, "is left out"),
    ],
    ids=["cut", "empty", "inverted", "right", "above", "nan", "inf"],
)
def test_boxes_with_problems(
    xyxy: tuple[float, float, float, float], box: Box | None, note: str
) -> None:
    log = LabelLog()
    assert log.box(xyxy, SIZE_HW, "here") == box
    ((what, dropped),) = notes(log)
    assert what.endswith(note)
    assert dropped == (box is None)


def test_a_plate_of_corners_has_the_box_around_them() -> None:
    log = LabelLog()
    raw = RawPlate(corners=CORNERS, text="ab", rows=2, region="de")
    plate = log.plate(raw, SIZE_HW, "here")
    assert plate == LabelledPlate(Box(10, 20, 30, 28), QUAD, "AB", 2, "de")
    assert log.problems == []


def test_what_the_source_says_of_the_script_is_kept() -> None:
    raw = RawPlate(xyxy=(1, 2, 3, 4), text="A1", other_script=True)
    plate = LabelLog().plate(raw, SIZE_HW, "here")
    assert plate == LabelledPlate(Box(1, 2, 3, 4), None, "A1", other_script=True)


@pytest.mark.parametrize(
    ("corners", "box", "quad", "note"),
    [
        (CORNERS[[1, 2, 3, 0]], Box(10, 20, 30, 28), QUAD, "put in order: clockwise from top-left"),
        (CORNERS[::-1], Box(10, 20, 30, 28), QUAD, "put in order: clockwise from top-left"),
        (CORNERS[[0, 1, 3, 2]], Box(10, 20, 30, 28), None, "they enclose no plate"),
        (CORNERS[:3], Box(10, 20, 30, 28), None, "four points needed"),
        (CORNERS * 10, None, None, "lies outside its picture and is left out"),
        (CORNERS * np.float32(np.nan), None, None, "is left out"),
    ],
    ids=["first", "reversed", "crossed", "three", "outside", "nan"],
)
def test_corners_with_problems(
    corners: FloatArray, box: Box | None, quad: Quad | None, note: str
) -> None:
    log = LabelLog()
    plate = log.plate(RawPlate(corners=corners), SIZE_HW, "here")
    assert plate == (box and LabelledPlate(box, quad, None))
    ((what, dropped),) = notes(log)
    assert what.endswith(note)
    assert dropped == (box is None)


def test_corners_that_are_no_numbers_do_not_spoil_the_box() -> None:
    log = LabelLog()
    corners = CORNERS.copy()
    corners[2, 1] = np.inf
    raw = RawPlate(xyxy=(1, 2, 3, 4), corners=corners)
    assert log.plate(raw, SIZE_HW, "here") == LabelledPlate(Box(1, 2, 3, 4), None, None)
    assert len(log.problems) == 1


def test_a_plate_that_is_nowhere_is_left_out() -> None:
    log = LabelLog()
    assert log.plate(RawPlate(text="AB"), SIZE_HW, "here") is None
    assert notes(log) == [("a plate without box and corners is left out", True)]


def test_a_plate_may_know_its_line(tmp_path: Path, draw_picture: DrawPicture) -> None:
    log = LabelLog()
    raw = [RawPlate(xyxy=(1, 2, 1, 4), where="a.txt:7"), RawPlate(xyxy=(1, 2, 1, 4))]
    log.sample(draw_picture(tmp_path / "a.png"), raw, "a.txt")
    assert [problem.where for problem in log.problems] == ["a.txt:7", "a.txt"]


def test_a_sample_keeps_what_is_good(tmp_path: Path, draw_picture: DrawPicture) -> None:
    log = LabelLog()
    image = draw_picture(tmp_path / "a.png")
    raw = [RawPlate(xyxy=(1, 2, 9, 9)), RawPlate(xyxy=(70, 2, 90, 9))]
    vehicles = [(0.0, 0.0, 20.0, 20.0), (5.0, 5.0, 5.0, 5.0)]
    sample = log.sample(image, raw, "here", split="test", vehicles=vehicles)
    plate = LabelledPlate(Box(1, 2, 9, 9), None, None)
    assert sample == Sample(image, 64, 48, (plate,), (Box(0, 0, 20, 20),), "test")
    assert [dropped for _, dropped in notes(log)] == [True, True]


@pytest.mark.parametrize("content", [None, b"", b"no picture"], ids=["missing", "empty", "text"])
def test_a_picture_that_cannot_be_read_is_left_out(tmp_path: Path, content: bytes | None) -> None:
    image = tmp_path / "a.png"
    if content is not None:
        image.write_bytes(content)
    log = LabelLog()
    assert log.sample(image, [RawPlate(xyxy=(1, 2, 9, 9))], "here") is None
    assert log.crop_sample(image, RawPlate(text="AB"), "here") is None
    found = notes(log)
    assert len(found) == 2
    assert all(what.startswith("the picture is left out:") and gone for what, gone in found)


def test_a_crop_is_one_plate(tmp_path: Path, draw_picture: DrawPicture) -> None:
    log = LabelLog()
    image = draw_picture(tmp_path / "a.png", 40, 20)
    raw = RawPlate(text="京a1", rows=2, region="cn")
    sample = log.crop_sample(image, raw, "here", split="train")
    plate = LabelledPlate(Box(0, 0, 40, 20), None, "A1", 2, "cn", other_script=True)
    assert sample == Sample(image, 40, 20, (plate,), split="train")
    assert sample is not None
    assert sample.is_crop


@pytest.mark.parametrize(
    ("stated_hw", "noted"),
    [((48, 64), False), ((0, 0), False), ((64, 48), True), ((96, 128), True)],
    ids=["same", "unknown", "turned", "larger"],
)
def test_labels_for_another_size(
    tmp_path: Path, stated_hw: tuple[float, float], noted: bool
) -> None:
    log = LabelLog()
    log.note_size("here", stated_hw, Sample(tmp_path / "a.png", 64, 48, ()))
    assert [dropped for _, dropped in notes(log)] == [False] * noted


def test_a_picture_is_loaded_from_its_file_or_from_where_it_is_kept(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    file, kept = draw_picture(tmp_path / "a.png"), Path("nowhere/0.png")
    pixels = imaging.from_array(np.full((4, 5, 3), 9, np.uint8), order="rgb")
    samples = [Sample(file, 64, 48, ()), Sample(kept, 5, 4, ()), Sample(Path("gone.png"), 1, 1, ())]
    loaded = Loaded(samples, (), {kept: pixels})
    assert loaded.load(samples[0]).shape == (48, 64, 3)
    assert loaded.load(samples[1]) is pixels
    with pytest.raises(ImageError, match=r"gone\.png"):
        loaded.load(samples[2])
