from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.rodosol import read_rodosol, write_rodosol
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture

LABELS = "type: car\nplate: ABC1234\nlayout: Brazilian\ncorners: 10,20 30,21 30,28 10,27\n"
QUAD = Quad((10, 20), (30, 21), (30, 28), (10, 27))
PLATE = LabelledPlate(Box(10, 20, 30, 28), QUAD, "ABC1234")


def put(draw_picture: DrawPicture, path: Path, text: str = LABELS) -> Path:
    draw_picture(path)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return path


def test_files_as_the_publisher_writes_them(tmp_path: Path, draw_picture: DrawPicture) -> None:
    car = put(draw_picture, tmp_path / "images/cars-br/img_000001.jpg")
    text = LABELS.replace("car", "motorcycle").replace("ABC1234", "ABC1D23")
    cycle = put(draw_picture, tmp_path / "images/motorcycles-me/img_015001.jpg", text)
    lines = "./images/cars-br/img_000001.jpg;validation\r\n"
    (tmp_path / "split.txt").write_text(lines, encoding="utf-8")
    loaded = read_rodosol(tmp_path)
    assert loaded.problems == []
    assert loaded.samples == [
        Sample(car, 64, 48, (PLATE,), split="valid"),
        Sample(cycle, 64, 48, (replace(PLATE, text="ABC1D23", rows=2),)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("type: car\n", "", r"a\.txt: type: is missing"),
        ("plate: ABC1234\n", "", r"a\.txt: plate: is missing"),
        ("corners: ", "corner: ", r"a\.txt: corners: is missing"),
        ("10,27", "10,", r"a\.txt:4: corners: expected"),
        ("layout:", "layout", r"a\.txt:3: expected 'key: value'"),
    ],
)
def test_malformed_files(
    tmp_path: Path, draw_picture: DrawPicture, old: str, new: str, where: str
) -> None:
    assert old in LABELS
    put(draw_picture, tmp_path / "a.png", LABELS.replace(old, new))
    with pytest.raises(AnnotationError, match=where):
        read_rodosol(tmp_path)


@pytest.mark.parametrize("line", ["./a.png", "./a.png;"])
def test_malformed_splits(tmp_path: Path, draw_picture: DrawPicture, line: str) -> None:
    put(draw_picture, tmp_path / "a.png")
    (tmp_path / "split.txt").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"split\.txt:2: expected 'picture;part'"):
        read_rodosol(tmp_path)


def test_what_is_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    outside = LABELS.replace("10,20 30,21 30,28 10,27", "90,20 99,20 99,28 90,28")
    put(draw_picture, tmp_path / "a.png", outside)
    put(draw_picture, tmp_path / "b.png", LABELS.replace("ABC1234", "ЖBC1234"))
    put(draw_picture, tmp_path / "c.png").unlink()
    loaded = read_rodosol(tmp_path)
    noted = {Path(p.where).name: p.dropped for p in loaded.problems}
    assert noted == {"a.txt": True, "b.txt": False, "c.txt": True}
    assert [len(s.plates) for s in loaded.samples] == [0, 1]


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    samples = [
        Sample(draw_picture(tmp_path / "1/a.jpg"), 64, 48, (PLATE,), split="train"),
        Sample(draw_picture(tmp_path / "2/a.jpg"), 64, 48, (PLATE,), split="fold1"),
        Sample(draw_picture(tmp_path / "c.png"), 64, 48, (replace(PLATE, text="ABC1D23"),)),
        Sample(draw_picture(tmp_path / "d.png"), 64, 48, (replace(PLATE, text="K9", rows=2),)),
        Sample(draw_picture(tmp_path / "e.png"), 64, 48, (replace(PLATE, text=None, rows=2),)),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_rodosol(samples, out)
    loaded = read_rodosol(out)
    assert loaded.problems == []
    assert [replace(s, image=Path()) for s in loaded.samples] == [
        replace(s, image=Path()) for s in samples
    ]
    assert [s.image.parent.name for s in loaded.samples] == [
        "cars-br", "cars-br", "cars-me", "motorcycles", "motorcycles",
    ]  # fmt: skip
    assert (out / "split.txt").read_text(encoding="utf-8").splitlines()[0] == (
        "./images/cars-br/a.jpg;training"
    )


def test_a_plate_without_corners_gets_those_of_its_box(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (replace(PLATE, quad=None),))
    (tmp_path / "out").mkdir()
    write_rodosol([sample], tmp_path / "out")
    (found,) = read_rodosol(tmp_path / "out").samples[0].plates
    assert found.quad == Quad((10, 20), (30, 20), (30, 28), (10, 28))


@pytest.mark.parametrize("count", [0, 2])
def test_other_than_one_plate(tmp_path: Path, draw_picture: DrawPicture, count: int) -> None:
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (PLATE,) * count)
    with pytest.raises(ValueError, match=rf"a\.png: has {count} plates"):
        write_rodosol([sample], tmp_path)
