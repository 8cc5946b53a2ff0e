from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.cut import cut_plates, free_path
from platelens.errors import ImageError
from platelens.geometry import box_to_quad
from platelens.types import Box, Quad


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Draw a picture of 60 x 40 pixels, red where x is 10 to 29 and y is 5 to 14."""
    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[5:15, 10:30, 0] = 200
    path = tmp_path / "scene.png"
    imaging.save(imaging.from_array(pixels, order="rgb"), path)
    return path


def test_a_picture_that_is_a_plate_is_copied_byte_by_byte(picture: Path, tmp_path: Path) -> None:
    plate = LabelledPlate(Box(0, 0, 60, 40), None, "A")
    (cut,) = cut_plates([Sample(picture, 60, 40, (plate,))])
    cut.save(tmp_path / "new" / "a.png")
    assert cut.suffix == ".png"
    assert (tmp_path / "new" / "a.png").read_bytes() == picture.read_bytes()
    assert cut.load().shape == (40, 60, 3)


RED = Box(10, 5, 30, 15)
HALF_TURN = Quad((30, 15), (10, 15), (10, 5), (30, 5))


@pytest.mark.parametrize("quad", [None, box_to_quad(RED), HALF_TURN], ids=["box", "corners", "up"])
def test_a_plate_is_cut_out_of_its_scene(picture: Path, tmp_path: Path, quad: Quad | None) -> None:
    plates = (LabelledPlate(RED, quad, "A"), LabelledPlate(Box(40, 20, 50, 30), None, "B"))
    first, second = cut_plates([Sample(picture, 60, 40, plates)])
    first.save(tmp_path / "a.png")
    cut = imaging.load(tmp_path / "a.png")
    assert cut.shape == (10, 20, 3)
    assert (cut == (200, 0, 0)).all()
    assert not second.load().any()
    assert [c.plate.text for c in (first, second)] == ["A", "B"]


def test_a_picture_without_plates_is_not_even_read(tmp_path: Path) -> None:
    assert list(cut_plates([Sample(tmp_path / "missing.jpg", 60, 40, ())])) == []


def test_a_picture_that_cannot_be_read(tmp_path: Path) -> None:
    plate = LabelledPlate(RED, None, "A")
    with pytest.raises(ImageError, match=r"missing\.jpg"):
        list(cut_plates([Sample(tmp_path / "missing.jpg", 60, 40, (plate,))]))


def test_places_that_differ_whatever_the_file_system() -> None:
    taken: set[str] = set()
    wanted = ["a/x.jpg", "a/x.jpg", "a/X.png", "b/x.jpg", "a/x_2.jpg"]
    given = [free_path(Path(path), taken).as_posix() for path in wanted]
    assert given == ["a/x.jpg", "a/x_2.jpg", "a/X_3.png", "b/x.jpg", "a/x_2_2.jpg"]
