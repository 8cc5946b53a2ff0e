from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.ufpr import read_ufpr, write_ufpr
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture

OLD = """camera: GoPro Hero4 Silver
position_vehicle: 4 6 40 30
\ttype: car
\tmake: Fiat
\tmodel: Uno
\tyear: 2009
plate: ABC-1234
position_plate: 10 20 20 8
\tchar 1: 11 21 2 6
\tchar 2: 14 21 2 6
"""
NEW = OLD.replace("position_plate: 10 20 20 8", "corners: 10,20 30,21 30,28 10,27")
QUAD = Quad((10, 20), (30, 21), (30, 28), (10, 27))
PLATE = LabelledPlate(Box(10, 20, 30, 28), None, "ABC1234")
VEHICLE = Box(4, 6, 44, 36)


def put(draw_picture: DrawPicture, path: Path, text: str) -> Path:
    draw_picture(path)
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return path


def test_files_as_the_publisher_writes_them(tmp_path: Path, draw_picture: DrawPicture) -> None:
    first = put(draw_picture, tmp_path / "testing/track0091/a[01].png", OLD)
    second = put(draw_picture, tmp_path / "training/track0001/a[01].png", NEW)
    third = put(draw_picture, tmp_path / "validation/a.png", OLD.replace("car", "motorcycle"))
    loaded = read_ufpr(tmp_path)
    two_rows = replace(PLATE, rows=2)
    assert loaded.problems == []
    assert loaded.samples == [
        Sample(first, 64, 48, (PLATE,), (VEHICLE,), "test"),
        Sample(second, 64, 48, (replace(PLATE, quad=QUAD),), (VEHICLE,), "train"),
        Sample(third, 64, 48, (two_rows,), (VEHICLE,), "valid"),
    ]


def test_several_vehicles_and_an_unread_plate(tmp_path: Path, draw_picture: DrawPicture) -> None:
    second = "position_vehicle: 0 0 9 9\n\ttype: motorcycle\nplate:\nposition_plate: 1 1 4 4\n"
    put(draw_picture, tmp_path / "a.png", f"vehicles: 2\n{OLD}\n{second}")
    (sample,) = read_ufpr(tmp_path).samples
    assert sample.plates == (PLATE, LabelledPlate(Box(1, 1, 5, 5), None, None, 2))
    assert sample.vehicles == (VEHICLE, Box(0, 0, 9, 9))
    assert sample.split == ""


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("plate: ABC-1234\n", "", r"a\.txt:7: position_plate"),
        ("plate: ABC-1234\nposition_plate: 10 20 20 8\n", "", r"a\.txt: plate: is missing"),
        ("position_plate: 10 20 20 8\n", "", r"a\.txt:7: plate: neither"),
        ("10 20 20 8", "10 20 20", r"a\.txt:8: position_plate: expected"),
        ("4 6 40 30", "4 6 40 wide", r"a\.txt:2: position_vehicle: expected"),
        ("position_plate: 10 20 20 8", "corners: 1,2 3,4", r"a\.txt:8: corners: expected"),
        ("\tmake: Fiat", "\tmake Fiat", r"a\.txt:4: expected 'key: value'"),
    ],
    ids=["text", "plate", "position", "box", "vehicle", "corners", "colon"],
)
def test_malformed_files(
    tmp_path: Path, draw_picture: DrawPicture, old: str, new: str, where: str
) -> None:
    assert old in OLD
    put(draw_picture, tmp_path / "a.png", OLD.replace(old, new))
    with pytest.raises(AnnotationError, match=where):
        read_ufpr(tmp_path)


def test_what_is_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    put(draw_picture, tmp_path / "a.png", OLD.replace("10 20 20 8", "90 20 20 8"))
    put(draw_picture, tmp_path / "b.png", OLD.replace("ABC-1234", "ÄBC-1234"))
    put(draw_picture, tmp_path / "c.png", OLD).unlink()
    loaded = read_ufpr(tmp_path)
    noted = {Path(p.where).name: p.dropped for p in loaded.problems}
    assert noted == {"a.txt": True, "b.txt": False, "c.txt": True}
    assert [s.image.name for s in loaded.samples] == ["a.png", "b.png"]
    assert loaded.samples[0].plates == ()
    assert loaded.samples[1].plates == (replace(PLATE, text="BC1234", other_script=True),)


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    cycle = LabelledPlate(Box(45, 2, 55, 12), None, None, 2)
    far = Box(44, 1, 60, 30)
    samples = [
        Sample(draw_picture(tmp_path / "1/a.png"), 64, 48, (PLATE,), (VEHICLE,), "test"),
        Sample(
            draw_picture(tmp_path / "2/a.png"),
            64, 48, (replace(PLATE, quad=QUAD), cycle), (VEHICLE, far, Box(0, 0, 3, 3)), "train",
        ),
        Sample(draw_picture(tmp_path / "3/a.png"), 64, 48, (cycle,), (VEHICLE,), "train"),
        Sample(draw_picture(tmp_path / "4/a.jpg"), 64, 48, (PLATE,), (), "valid"),
    ]  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    write_ufpr(samples, out)
    loaded = read_ufpr(out)
    assert loaded.problems == []
    assert [replace(s, image=Path()) for s in loaded.samples] == [
        replace(s, image=Path()) for s in samples
    ]
    text = loaded.samples[1].image.with_suffix(".txt").read_text(encoding="utf-8")
    assert text.splitlines()[6:10] == [
        "plate: ABC1234",
        "position_plate: 10 20 20 8",
        "corners: 10,20 30,21 30,28 10,27",
        "position_vehicle: 44 1 16 29",
    ]


@pytest.mark.parametrize(
    ("plates", "split", "why"),
    [((), "train", "no plate"), ((PLATE,), "fold1", "'fold1'")],
)
def test_what_it_cannot_hold(
    tmp_path: Path,
    draw_picture: DrawPicture,
    plates: tuple[LabelledPlate, ...],
    split: str,
    why: str,
) -> None:
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, plates, (), split)
    with pytest.raises(ValueError, match=rf"a\.png.*{why}"):
        write_ufpr([sample], tmp_path)
