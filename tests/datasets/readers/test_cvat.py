from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.cvat import read_cvat, write_cvat
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture
from tests.datasets.readers.held import round_trip

FILE = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><job><id>1</id></job></meta>
  <image id="0" name="b.jpg" subset="Validation" task_id="1" width="64" height="48">
    <box label="plate" source="manual" occluded="0" xtl="10.00" ytl="20.00" xbr="30.00" ybr="28.50" z_order="0">
      <attribute name="text">ab 12</attribute>
      <attribute name="rows">2</attribute>
      <attribute name="region">Texas</attribute>
    </box>
    <polygon label="plate" source="manual" occluded="0" points="10.00,20.00;30.00,21.00;30.00,28.00;10.00,27.00" z_order="0">
      <attribute name="text"></attribute>
    </polygon>
    <box label="car" source="manual" occluded="0" xtl="0" ytl="0" xbr="60" ybr="40" z_order="0">
    </box>
    <tag label="night" source="manual"></tag>
  </image>
  <image id="1" name="deep/a.jpg" width="64" height="48">
  </image>
</annotations>
"""  # noqa: E501  # as the tool writes it
PLATE = LabelledPlate(Box(10, 20, 30, 28.5), None, "AB12", 2, "us-tx")
QUAD = Quad((10, 20), (30, 21), (30, 28), (10, 27))
CORNERS = LabelledPlate(Box(10, 20, 30, 28), QUAD, None)


def put(path: Path, text: str = FILE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_as_cvat_writes_it(tmp_path: Path, draw_picture: DrawPicture) -> None:
    b = draw_picture(tmp_path / "images/Validation/b.jpg")
    draw_picture(tmp_path / "images/Train/b.jpg")
    a = draw_picture(tmp_path / "images/deep/a.jpg")
    path = put(tmp_path / "annotations.xml")
    samples = [Sample(b, 64, 48, (PLATE, CORNERS), split="valid"), Sample(a, 64, 48, ())]
    for source in (tmp_path, path):
        loaded = read_cvat(source)
        assert loaded.samples == samples
        assert [p.what for p in loaded.problems] == ["class 'car' is no plate: 1 labels left out"]


def test_a_turned_box_has_corners(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "b.jpg")
    put(tmp_path / "a.xml", FILE.replace('label="plate"', 'label="plate" rotation="30.0"', 1))
    quad = read_cvat(tmp_path).samples[0].plates[0].quad
    assert quad is not None
    # 30 degrees clockwise around (20, 24.25): cos 0.8660, sin 0.5
    expected = [(13.4647, 15.5694), (30.7853, 25.5694), (26.5353, 32.9306), (9.2147, 22.9306)]
    assert [pytest.approx(p, abs=1e-3) for p in expected] == list(quad.points)


def test_a_polygon_of_other_points_gives_its_box(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "b.jpg")
    put(tmp_path / "a.xml", FILE.replace(";30.00,21.00", ";20.00,19.00;30.00,21.00"))
    loaded = read_cvat(tmp_path)
    assert loaded.samples[0].plates[1] == replace(CORNERS, box=Box(10, 19, 30, 28), quad=None)
    assert any("four points needed" in p.what for p in loaded.problems)


def test_problems_are_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "b.jpg", 32, 48)
    text = FILE.replace("ab 12", "Ö12").replace('xbr="30.00"', 'xbr="40"')
    put(
        tmp_path / "1.xml",
        text.replace('<tag label="night"', '<mask label="plate"').replace("</tag>", "</mask>"),
    )
    put(tmp_path / "2.xml", text)
    loaded = read_cvat(tmp_path)
    (sample,) = loaded.samples
    assert sample.plates[0] == replace(
        PLATE, box=Box(10, 20, 32, 28.5), text="12", other_script=True
    )
    found = [(p.where.removeprefix(f"{tmp_path}/"), p.dropped) for p in loaded.problems]
    assert found == [
        ("1.xml:16", True),  # the mask
        ("1.xml:6", False),  # cut at the edge
        ("1.xml:6", False),  # the letter
        ("1.xml:5", False),  # the size
        ("1.xml:18", True),  # no picture
        ("2.xml:5", True),  # labelled twice
        ("2.xml:18", True),
        (str(tmp_path), False),  # cars
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</annotations>", "", r"a\.xml:\d+: is not well-formed XML"),
        ('xtl="10.00"', "", r"a\.xml:6: <box> has no attribute 'xtl'"),
        ('xtl="10.00"', 'xtl="inf"', r"a\.xml:6: <box> xtl: expected a number, got 'inf'"),
        ("10.00,20.00;", "10.00;", r"a\.xml:11: points: expected 'x,y;x,y\.\.\.', got"),
        ("10.00,20.00;", "nan,1;", r"a\.xml:11: points: expected"),
        ("10.00,20.00;", ";", r"a\.xml:11: points: expected"),
        (">2<", ">two<", r"a\.xml:6: rows: expected 1 or 2, got 'two'"),
        ('name="text"', "", r"a\.xml:7: <attribute> has no attribute 'name'"),
        ('name="b.jpg"', "", r"a\.xml:5: <image> has no attribute 'name'"),
        ('width="64"', 'width="w"', r"a\.xml:5: <image> width: expected a number"),
        ('label="plate"', 'label="dog"', "no class is named like a plate: 'car', 'dog'"),
        ("<version>", '<track id="0"/><version>', r"a\.xml:2: tracks of a video"),
        ("annotations>", "other>", "no XML file with <annotations>"),
        ("<annotations>", '<!DOCTYPE x [<!ENTITY a "b">]><annotations>', r"a\.xml:2: declares an"),
    ],
    ids=["cut", "no_side", "inf", "one_number", "nan", "no_number", "rows", "nameless", "no_image",
         "width", "no_plates", "video", "other_root", "entity"],
)  # fmt: skip
def test_malformed_files(
    tmp_path: Path, draw_picture: DrawPicture, old: str, new: str, message: str
) -> None:
    draw_picture(tmp_path / "b.jpg")
    put(tmp_path / "a.xml", FILE.replace(old, new))
    with pytest.raises(AnnotationError, match=message):
        read_cvat(tmp_path)


def test_what_is_written_is_read_again(tmp_path: Path, streets: list[Sample]) -> None:
    round_trip("cvat", streets, tmp_path / "cvat")
    text = (tmp_path / "cvat/annotations.xml").read_text(encoding="utf-8")
    assert '<image id="0" name="car.png" subset="train" width="64" height="48">' in text
    assert 'points="10.0,20.0;30.0,21.0;30.0,28.0;10.0,27.0"' in text
    assert (tmp_path / "cvat/images/train/car.png").is_file()


def test_names_that_xml_must_escape(tmp_path: Path, draw_picture: DrawPicture) -> None:
    sample = Sample(draw_picture(tmp_path / 'a & "b" <é>.png'), 64, 48, (CORNERS,))
    write_cvat([sample], tmp_path / "cvat")
    (found,) = read_cvat(tmp_path / "cvat").samples
    assert found.image.name == 'a & "b" <é>.png'
    assert found.plates == (CORNERS,)
