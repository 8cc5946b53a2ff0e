"""The Python API from end to end, with tiny models whose answers are known."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platelens import ImageError, PlateReader, imaging
from platelens.errors import PlanError
from platelens.pipeline import Plan
from platelens.types import RgbImage

Street = Callable[..., RgbImage]


@pytest.fixture
def reader(detector_folder: Path, reader_folder: Path) -> PlateReader:
    return PlateReader(f"path:{detector_folder}", f"path:{reader_folder}", threads=1)


@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_a_file_is_read_in_its_colours(
    tmp_path: Path, reader: PlateReader, street: Street, letter: str
) -> None:
    path = tmp_path / "car.png"
    imaging.save(street(letter), path)
    for source in (path, str(path), path.read_bytes()):
        (plate,) = reader.read(source)
        assert plate.text == letter
        box = plate.detection.box
        assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((36, 12, 100, 44))
        assert plate.reading is not None
        assert len(plate.reading.char_confidences) == 1


def test_arrays_are_read_in_the_order_that_is_said(reader: PlateReader, street: Street) -> None:
    pixels = street("A")
    assert [p.text for p in reader.read(pixels, order="rgb")] == ["A"]
    assert [p.text for p in reader.read(pixels, order="bgr")] == ["C"]
    assert [p.text for p in reader.read(pixels[..., ::-1], order="bgr")] == ["A"]


def test_arrays_need_an_order(reader: PlateReader, street: Street) -> None:
    unsafe: Any = reader
    with pytest.raises(TypeError, match='order="rgb" or order="bgr"'):
        unsafe.read(street("A"))
    with pytest.raises(TypeError, match="order"):
        reader.read_batch([street("A")])


@pytest.mark.parametrize("source", [None, ["car.png"], bytearray(b"car")])
def test_what_is_no_picture_is_named(reader: PlateReader, source: Any) -> None:
    with pytest.raises(TypeError, match=f"expected a path.*, got {type(source).__name__}"):
        reader.read(source)


@pytest.mark.parametrize("one", ["car.png", Path("car.png"), b"car", np.zeros((9, 9, 3), np.uint8)])
def test_a_single_picture_is_no_batch(reader: PlateReader, one: Any) -> None:
    with pytest.raises(TypeError, match="read_batch takes several pictures"):
        reader.read_batch(one, order="rgb")


def test_a_batch_may_be_one_array(reader: PlateReader, street: Street) -> None:
    stack: Any = np.stack([street("A"), street("B")])
    batch = reader.read_batch(stack, order="rgb")
    assert [[p.text for p in plates] for plates in batch] == [["A"], ["B"]]


def test_a_batch_gives_what_single_reads_give(
    tmp_path: Path, reader: PlateReader, street: Street
) -> None:
    path = tmp_path / "car.png"
    imaging.save(street("C"), path)
    arrays = [street("A"), street(), street("B")]
    batch = reader.read_batch([*arrays, path], order="rgb")
    assert batch == [*(reader.read(a, order="rgb") for a in arrays), reader.read(path)]
    assert [[p.text for p in plates] for plates in batch] == [["A"], [], ["B"], ["C"]]
    assert reader.read_batch([]) == []


def test_candidates_are_as_many_as_asked_for(
    detector_folder: Path, reader_folder: Path, street: Street
) -> None:
    names = f"path:{detector_folder}", f"path:{reader_folder}"
    for top_n in (1, 3):
        (plate,) = PlateReader(*names, top_n=top_n).read(street("A"), order="rgb")
        assert plate.reading is not None
        assert len(plate.reading.candidates) <= top_n
        assert plate.reading.candidates[0].text == plate.text


def test_unsure_plates_are_left_out(
    detector_folder: Path, reader_folder: Path, street: Street
) -> None:
    names = f"path:{detector_folder}", f"path:{reader_folder}"
    (plate,) = PlateReader(*names).read(street("A"), order="rgb")
    assert plate.confidence < 1
    strict = PlateReader(*names, min_confidence=1.0)
    assert strict.read(street("A"), order="rgb") == []


def test_the_time_of_loading_counts(tmp_path: Path, reader: PlateReader, street: Street) -> None:
    path = tmp_path / "car.png"
    imaging.save(street("A"), path)
    result = reader.read_timed(path)
    assert result.plates == tuple(reader.read(path))
    assert (result.width, result.height) == (128, 128)
    assert result.ms_total > result.ms_detect + result.ms_read


def test_a_bad_picture_is_an_image_error(tmp_path: Path, reader: PlateReader) -> None:
    with pytest.raises(ImageError, match=r"missing\.jpg"):
        reader.read(tmp_path / "missing.jpg")
    with pytest.raises(ImageError):
        reader.read(b"")
    with pytest.raises(ImageError):
        reader.read(np.zeros((0, 5, 3), dtype=np.uint8), order="rgb")


def test_one_pixel_is_a_picture_without_a_plate(reader: PlateReader) -> None:
    assert reader.read(np.zeros((1, 1, 3), dtype=np.uint8), order="rgb") == []


def test_many_threads_share_one_reader(reader: PlateReader, street: Street) -> None:
    images = [street(letter, width=width) for letter in "ABC" for width in (112, 120, 128)] * 8
    alone = [reader.read(image, order="rgb") for image in images]
    with ThreadPoolExecutor(max_workers=8) as pool:
        together = list(pool.map(lambda image: reader.read(image, order="rgb"), images))
    assert together == alone
    assert [p.text for plates in alone for p in plates]


def test_nothing_touches_the_network(
    monkeypatch: pytest.MonkeyPatch, detector_folder: Path, reader_folder: Path, street: Street
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network access")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    reader = PlateReader(f"path:{detector_folder}", f"path:{reader_folder}")
    assert [p.text for p in reader.read(street("B"), order="rgb")] == ["B"]


def test_a_whole_picture_is_read_once(reader_folder: Path, street: Street) -> None:
    reader = PlateReader("whole", f"path:{reader_folder}", "none", threads=1)
    (plate,) = reader.read(street("A"), order="rgb")
    assert (plate.detection.box.width, plate.detection.confidence) == (128, 1)
    assert len(reader.pipeline.settings.views) == 1


def test_a_pipeline_is_opened_by_its_plan(
    detector_folder: Path, reader_folder: Path, street: Street
) -> None:
    names = f"path:{detector_folder}", f"path:{reader_folder}"
    plan = Plan("own", "Ours.", *names, "none", min_char_confidence=1)
    reader = PlateReader.from_plan(plan, threads=1, top_n=1, min_confidence=0.5)
    (plate,) = reader.read(street("B"), order="rgb")
    assert (plate.text, plate.failed_positions, plate.region) == ("B", (0,), None)
    with pytest.raises(PlanError, match="unknown pipeline 'nobody'"):
        PlateReader.from_plan("nobody")
