from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.voc import read_voc, write_voc
from platelens.errors import AnnotationError
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture
from tests.datasets.readers.held import round_trip

OBJECT = """\t<object>
\t\t<name>licence</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>0</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>10</xmin>
\t\t\t<ymin>20</ymin>
\t\t\t<xmax>30</xmax>
\t\t\t<ymax>28</ymax>
\t\t</bndbox>
\t</object>
"""
FILE = f"""<annotation>
\t<folder>images</folder>
\t<filename>Cars0.png</filename>
\t<path>C:\\somewhere\\else\\Cars0.png</path>
\t<source><database>Unknown</database></source>
\t<size><width>64</width><height>48</height><depth>3</depth></size>
\t<segmented>0</segmented>
{OBJECT}</annotation>
"""
PLATE = LabelledPlate(Box(10, 20, 30, 28), None, None)
VALUES = "<attributes><attribute><name>{}</name><value>{}</value></attribute></attributes>"


def put(path: Path, text: str = FILE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_as_labelimg_writes_it(tmp_path: Path, draw_picture: DrawPicture) -> None:
    image = draw_picture(tmp_path / "images/Cars0.png")
    draw_picture(tmp_path / "images/not_labelled_yet.png")
    put(tmp_path / "annotations/Cars0.xml")
    loaded = read_voc(tmp_path)
    assert loaded.samples == [Sample(image, 64, 48, (PLATE,))]
    assert loaded.problems == []


@pytest.mark.parametrize(
    ("old", "new", "plate"),
    [
        ("</bndbox>", "</bndbox><text>ab 12</text>", replace(PLATE, text="AB12")),
        ("</bndbox>", "</bndbox><plate>AB12</plate>", replace(PLATE, text="AB12")),
        ("</bndbox>", "</bndbox>" + VALUES.format("text", "AB12"), replace(PLATE, text="AB12")),
        ("</bndbox>", "</bndbox>" + VALUES.format("rows", "2"), replace(PLATE, rows=2)),
        ("</bndbox>", "</bndbox>" + VALUES.format("Region", "DE"), replace(PLATE, region="de")),
        (">licence<", ">KA-01 AB 1234<", replace(PLATE, text="KA01AB1234")),
        (">licence<", ">number_plate<", PLATE),
        (">licence<", ">something<", PLATE),
    ],
    ids=["text", "plate", "attribute", "rows", "region", "number_as_name", "class", "only_class"],
)
def test_what_is_said_of_a_plate(
    tmp_path: Path, draw_picture: DrawPicture, old: str, new: str, plate: LabelledPlate
) -> None:
    draw_picture(tmp_path / "Cars0.png")
    put(tmp_path / "Cars0.xml", FILE.replace(old, new))
    loaded = read_voc(tmp_path)
    assert loaded.samples[0].plates == (plate,)
    assert loaded.problems == []


def test_other_classes_and_deleted_objects_are_left_out(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    draw_picture(tmp_path / "Cars0.png")
    car = OBJECT.replace("licence", "car")
    deleted = OBJECT.replace("</bndbox>", "</bndbox><deleted>1</deleted>")
    put(tmp_path / "Cars0.xml", FILE.replace(OBJECT, OBJECT + car + car + deleted))
    loaded = read_voc(tmp_path)
    assert loaded.samples[0].plates == (PLATE,)
    (problem,) = loaded.problems
    assert problem.what == "class 'car' is no plate: 2 labels left out"


def test_splits_of_lists_and_of_folders(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in ("a", "b", "c", "train/d"):
        draw_picture(tmp_path / f"JPEGImages/{name}.png")
        put(tmp_path / f"Annotations/{name}.xml")
    for name, lines in {
        "train": "a\n",
        "val": "b\n",
        "trainval": "c\n",
        "car_val": "c 1\n",
    }.items():
        put(tmp_path / f"ImageSets/Main/{name}.txt", lines)
    found = {s.image.stem: s.split for s in read_voc(tmp_path).samples}
    assert found == {"a": "train", "b": "valid", "c": "", "d": "train"}


def test_a_picture_that_was_renamed_with_its_file(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    image = draw_picture(tmp_path / "new.png")
    put(tmp_path / "new.xml")
    assert [s.image for s in read_voc(tmp_path).samples] == [image]


def test_a_picture_named_in_the_file_only(tmp_path: Path, draw_picture: DrawPicture) -> None:
    image = draw_picture(tmp_path / "Cars0.png")
    put(tmp_path / "000001.xml")
    assert [s.image for s in read_voc(tmp_path).samples] == [image]


def test_problems_are_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "a.png", 32, 48)
    put(tmp_path / "a.xml", FILE.replace("<xmax>30", "<text>Ж12</text><xmax>99", 1))
    put(tmp_path / "b.xml", FILE.replace("</bndbox>", "</bndbox><text>Ж12</text>"))
    draw_picture(tmp_path / "b.png")
    put(tmp_path / "gone.xml", FILE.replace("Cars0", "gone"))
    (tmp_path / "damaged.png").write_bytes(b"\x89PNG")
    put(tmp_path / "damaged.xml")
    loaded = read_voc(tmp_path)
    assert [s.image.name for s in loaded.samples] == ["a.png", "b.png"]
    assert loaded.samples[0].plates == (LabelledPlate(Box(10, 20, 32, 28), None, None),)
    assert loaded.samples[1].plates == (replace(PLATE, text="12", other_script=True),)
    found = [(Path(p.where.split(":")[0]).name, p.dropped) for p in loaded.problems]
    assert found == [
        ("a.xml", False),
        ("a.xml", False),
        ("b.xml", False),
        ("damaged.xml", True),
        ("gone.xml", True),
    ]
    assert "cut at the edge" in loaded.problems[0].what
    assert "labels are for a picture of 64x48, it has 32x48" in loaded.problems[1].what
    assert "'Ж' is outside A-Z, 0-9" in loaded.problems[2].what
    assert "'gone'" in loaded.problems[4].what


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<annotation>\n<object>", r"a\.xml:2: is not well-formed XML"),
        ("", r"a\.xml:1: is not well-formed XML"),
        (FILE.replace("<ymin>20", "<ymin>up"), r"a\.xml:15: <ymin>: expected a number, got 'up'"),
        (FILE.replace("<ymin>20", "<ymin>nan"), r"a\.xml:15: <ymin>: expected a number, got 'nan'"),
        (FILE.replace("<ymin>20</ymin>", ""), r"a\.xml:13: <bndbox> has no <ymin>"),
        (FILE.replace("bndbox", "polygon"), r"a\.xml:8: <object> has no <bndbox>"),
        (FILE.replace("<name>licence</name>", ""), r"a\.xml:8: <object> has no <name>"),
        (FILE.replace("<width>64</width>", ""), r"a\.xml:6: <size> has no <width>"),
        (FILE.replace("</bndbox>", "</bndbox><rows>3</rows>"), r"a\.xml:8: rows: expected 1 or 2"),
        (FILE.replace("licence", "car"), "no class is named like a plate: 'car'"),
        ("<html/>", "no XML file with an <annotation>"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>\n<annotation/>', r"a\.xml:1: declares an entity"),
    ],
    ids=["cut", "empty", "word", "nan", "no_ymin", "no_box", "no_name", "no_width", "rows", "car",
         "html", "entity"],
)  # fmt: skip
def test_malformed_files(
    tmp_path: Path, draw_picture: DrawPicture, text: str, message: str
) -> None:
    draw_picture(tmp_path / "a.png")
    put(tmp_path / "a.xml", text)
    with pytest.raises(AnnotationError, match=message):
        read_voc(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no such folder"):
        read_voc(tmp_path / "gone")


def test_what_is_written_is_read_again(tmp_path: Path, streets: list[Sample]) -> None:
    round_trip("voc", streets, tmp_path / "voc")
    written = (tmp_path / "voc/Annotations/car.xml").read_text(encoding="utf-8")
    assert "<filename>car.png</filename>" in written
    assert "<name>plate</name>" in written
    assert (tmp_path / "voc/ImageSets/Main/val.txt").read_text(encoding="utf-8") == "Car_2\n"


def test_boxes_are_written_in_whole_pixels_and_never_empty(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    box = Box(10.6, 20.1, 10.9, 28.4)
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (replace(PLATE, box=box),))
    write_voc([sample], tmp_path / "voc")
    (found,) = read_voc(tmp_path / "voc").samples
    assert found.plates[0].box == Box(11, 20, 12, 28)


def test_a_split_that_leads_elsewhere_is_refused(tmp_path: Path, draw_picture: DrawPicture) -> None:
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (PLATE,), split="../up")
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        write_voc([sample], tmp_path / "voc")
