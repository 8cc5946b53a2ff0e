from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.ccpd import read_ccpd, write_ccpd
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture

NAME = "025-95_113-15&38_38&47-38&47_17&45_15&38_36&40-0_0_22_27_27_33_16-37-15.jpg"
GREEN = "010-90_90-2&3_22&9-22&9_2&9_2&3_22&3-10_4_3_33_24_25_26_27-0-0.jpg"
QUAD = Quad((15, 38), (36, 40), (38, 47), (17, 45))
PLATE = LabelledPlate(Box(15, 38, 38, 47), QUAD, "AY339S", 1, "cn-ah", True)


def test_names_as_the_publisher_writes_them(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in (f"ccpd_base/{NAME}", f"ccpd_green/val/{GREEN}", "ccpd_np/17.jpg"):
        draw_picture(tmp_path / name)
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "train.txt").write_text(f"ccpd_base/{NAME}\n\n", encoding="utf-8")
    loaded = read_ccpd(tmp_path)
    base, green, bare = loaded.samples
    assert loaded.problems == []
    assert base == Sample(tmp_path / "ccpd_base" / NAME, 64, 48, (PLATE,), split="train")
    assert (green.plates[0].text, green.plates[0].region) == ("ED90123", "cn-js")
    assert green.split == "valid"
    assert (bare.plates, bare.split) == ((), "")


@pytest.mark.parametrize(
    ("number", "text", "region"),
    [
        ("30_23_0_24_33_8_23", "ZA09JZ", "cn-xj"),
        ("31_0_0_0_0_0_0", "AAAAAA", "cn"),
        ("32_0_0_0_0_0_0", "AAAAAA", "cn"),
        ("33_0_0_0_0_0_34", "AAAAA", "cn"),
        ("0_24_34_34_34_34_34", None, "cn-ah"),
    ],
    ids=["last", "police", "learner", "no province", "nothing"],
)
def test_numbers(
    tmp_path: Path, draw_picture: DrawPicture, number: str, text: str | None, region: str
) -> None:
    draw_picture(tmp_path / NAME.replace("0_0_22_27_27_33_16", number))
    (plate,) = read_ccpd(tmp_path).samples[0].plates
    assert (plate.text, plate.region) == (text, region)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("-15.jpg", ".jpg", "name: expected 7 fields"),
        ("15&38_38&47-", "15&38-", "box"),
        ("15&38_38&47-", "15&38_38&nan-", "box"),
        ("_36&40", "", "vertices"),
        ("17&45", "17", "vertices"),
        ("_33_16", "_16", "number"),
        ("-0_0_", "-34_0_", "number"),
        ("_33_16", "_33_35", "number"),
        ("_33_16", "_33_x", "number"),
    ],
)
def test_malformed_names(
    tmp_path: Path, draw_picture: DrawPicture, old: str, new: str, field: str
) -> None:
    assert old in NAME
    name = NAME.replace(old, new)
    draw_picture(tmp_path / name)
    with pytest.raises(AnnotationError, match=field) as caught:
        read_ccpd(tmp_path)
    assert name in str(caught.value)


def test_a_box_outside_and_a_damaged_picture(tmp_path: Path, draw_picture: DrawPicture) -> None:
    outside = NAME.replace("15&38_38&47", "90&38_99&47")
    cut = NAME.replace("15&38_38&47", "15&38_70&47")
    for name in (outside, cut):
        draw_picture(tmp_path / name)
    (tmp_path / f"1{NAME}").write_bytes(b"no picture")
    loaded = read_ccpd(tmp_path)
    noted = {Path(p.where).name: p.dropped for p in loaded.problems}
    assert noted == {f"1{NAME}": True, outside: True, cut: False}
    assert [len(s.plates) for s in loaded.samples] == [1, 0]
    assert loaded.samples[0].plates[0].box == Box(15, 38, 64, 47)


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    upright = Quad((2, 3), (22, 3), (22, 9), (2, 9))
    samples = [
        Sample(draw_picture(tmp_path / "in/a.jpg"), 64, 48, (PLATE,), split="train"),
        Sample(draw_picture(tmp_path / "in/b.jpg", shade=9), 64, 48, (PLATE,), split="valid"),
        Sample(
            draw_picture(tmp_path / "in/c.png"),
            64, 48, (LabelledPlate(Box(2, 3, 22, 9), upright, "ED90123", 1, "cn", True),),
        ),
        Sample(draw_picture(tmp_path / "in/d.png"), 64, 48, (), split="fold1"),
    ]  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    write_ccpd(samples, out)
    loaded = read_ccpd(out)
    assert loaded.problems == []
    by_content = {s.image.read_bytes(): replace(s, image=Path()) for s in loaded.samples}
    assert by_content == {s.image.read_bytes(): replace(s, image=Path()) for s in samples}
    assert sorted(p.name for p in (out / "splits").iterdir()) == [
        "fold1.txt", "train.txt", "val.txt",
    ]  # fmt: skip
    names = sorted(p.name for p in (out / "ccpd_base").iterdir())
    # 23 x 9 pixels of 64 x 48; the lower edge sinks by 5.4 degrees, the left one leans by 15.9.
    start = "067-95_106-15&38_38&47-38&47_17&45_15&38_36&40-0_0_22_27_27_33_16"
    assert names[1:] == [f"{start}-0-0.jpg", f"{start}-0-1.jpg"]


def test_a_plate_without_corners_gets_those_of_its_box(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    plate = replace(PLATE, quad=None, box=Box(2.4, 3.4, 2.6, 3.6), region=None)
    sample = Sample(draw_picture(tmp_path / "in/a.png"), 64, 48, (plate,))
    (tmp_path / "out").mkdir()
    write_ccpd([sample], tmp_path / "out")
    (found,) = read_ccpd(tmp_path / "out").samples[0].plates
    assert found.box == Box(2, 3, 3, 4)
    assert found.quad == Quad((2, 3), (3, 3), (3, 4), (2, 4))
    assert found.region == "cn"


@pytest.mark.parametrize(
    ("plates", "why"),
    [
        ((PLATE, PLATE), "2 plates"),
        ((replace(PLATE, text=None),), "text None"),
        ((replace(PLATE, text="AB12"),), "AB12"),
        ((replace(PLATE, text="A12345678"),), "A12345678"),
        ((replace(PLATE, text="1B1234"),), "1B1234"),
        ((replace(PLATE, text="OB1234"),), "OB1234"),
        ((replace(PLATE, text="AI1234"),), "AI1234"),
        ((replace(PLATE, region="de"),), "'de'"),
    ],
    ids=["two", "unread", "short", "long", "digit first", "O", "I", "German"],
)
def test_what_it_cannot_hold(
    tmp_path: Path, draw_picture: DrawPicture, plates: tuple[LabelledPlate, ...], why: str
) -> None:
    sample = Sample(draw_picture(tmp_path / "in/a.png"), 64, 48, plates)
    (tmp_path / "out").mkdir()
    with pytest.raises(ValueError, match=rf"a\.png.*{why}"):
        write_ccpd([sample], tmp_path / "out")
