from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.crop_csv import CSV_NAMES, read_crop_csv, write_crop_csv
from platelens.errors import AnnotationError
from platelens.geometry import box_to_quad
from platelens.types import Box
from tests.datasets.readers.conftest import DrawPicture

SHARED = Path(__file__).parents[4] / "shared" / "data"
WHOLE = LabelledPlate(Box(0, 0, 64, 48), None, "AB12CDE", 1, "us-al")


def put(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def facts(samples: list[Sample]) -> list[tuple[str, str | None, str | None, str]]:
    return [(s.image.name, s.plates[0].text, s.plates[0].region, s.split) for s in samples]


def test_files_of_fast_plate_ocr(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in ("images/a.png", "images/b.png", "c.png"):
        draw_picture(tmp_path / name)
    head = "image_path,plate_text,plate_region"
    put(tmp_path, "train.csv", f"\ufeff{head}", "images/a.png,AB12CDE,Alabama", "", "c.png,,de")
    put(tmp_path, "val.csv", "image_path,plate_text", '"images\\b.png","ab-12"')
    loaded = read_crop_csv(tmp_path)
    assert loaded.problems == []
    assert loaded.samples[0] == Sample(tmp_path / "images/a.png", 64, 48, (WHOLE,), split="train")
    assert facts(list(loaded.samples)) == [
        ("a.png", "AB12CDE", "us-al", "train"),
        ("c.png", None, "de", "train"),
        ("b.png", "AB12", None, "valid"),
    ]
    assert list(read_crop_csv(tmp_path / "val.csv").samples) == list(loaded.samples[2:])


@pytest.mark.parametrize(
    ("head", "line", "fact"),
    [
        ("image,split,state,text", "a.png,test,NEW YORK,X1", ("a.png", "X1", "us-ny", "test")),
        ("filename,label,province", "a.png,X1,皖", ("a.png", "X1", "cn-ah", "")),
        ("Country,Plate, Filename ", "DE,X1, a.png ", ("a.png", "X1", "de", "")),
        ("id,image,text,plate_text", "7,a.png,no,X1", ("a.png", "X1", None, "")),
    ],
)
def test_other_names_of_columns(
    tmp_path: Path, draw_picture: DrawPicture, head: str, line: str, fact: tuple[str, ...]
) -> None:
    draw_picture(tmp_path / "a.png")
    put(tmp_path, "mine.csv", head, line)
    assert facts(list(read_crop_csv(tmp_path / "mine.csv").samples)) == [fact]


def test_what_is_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "a.png")
    draw_picture(tmp_path / "b.png")
    put(
        tmp_path, "train.csv", "image,text,state",
        "a.png,ÜB12,Nowhere", "missing.png,A1,", "b.png,B2,nowhere",
    )  # fmt: skip
    put(tmp_path, "labels.csv", "image,text", "a.png,X", "b.png,B2")
    loaded = read_crop_csv(tmp_path)
    noted = [(Path(p.where).name, p.dropped) for p in loaded.problems]
    assert noted == [
        ("train.csv:2", False), ("train.csv:2", False), ("train.csv:3", True),
        ("labels.csv:2", True), ("labels.csv:3", True),
    ]  # fmt: skip
    assert facts(list(loaded.samples)) == [
        ("a.png", "B12", "nowhere", "train"), ("b.png", "B2", "nowhere", "train"),
    ]  # fmt: skip
    assert loaded.samples[0].plates[0].other_script


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ((), r"test\.csv:1: image_path: no such column"),
        (("image,words",), r"test\.csv:1: plate_text: no such column"),
        (("text,region",), r"test\.csv:1: image_path: no such column"),
        (("image,text", "a.png"), r"test\.csv:2: 1 cells, but 2 columns"),
        (("image,text", '"a\nb.png",X', "a.png,A,B"), r"test\.csv:4: 3 cells, but 2 columns"),
        (("image,text", ",AB"), r"test\.csv:2: image: is empty"),
        (("image,text", 'a.png,"AB"x'), r"test\.csv:2: is not CSV"),
    ],
    ids=["empty", "text", "image", "short", "long", "picture", "quotes"],
)
def test_malformed_files(tmp_path: Path, lines: tuple[str, ...], where: str) -> None:
    put(tmp_path, "test.csv", *lines)
    with pytest.raises(AnnotationError, match=where):
        read_crop_csv(tmp_path)


def test_files_that_are_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=CSV_NAMES[0]):
        read_crop_csv(tmp_path)
    with pytest.raises(AnnotationError, match=r"none\.csv: No such file"):
        read_crop_csv(tmp_path / "none.csv")
    (tmp_path / "train.csv").write_bytes(b"image,text\na.png,\xff\n")
    with pytest.raises(AnnotationError, match=r"train\.csv: is not UTF-8"):
        read_crop_csv(tmp_path)


def test_written_and_read_back(tmp_path: Path, draw_picture: DrawPicture) -> None:
    other = replace(WHOLE, text="X1", region=None)
    samples = [
        Sample(draw_picture(tmp_path / "1/a.jpg"), 64, 48, (WHOLE,), split="train"),
        Sample(draw_picture(tmp_path / "2/A.png"), 64, 48, (other,), split="train"),
        Sample(draw_picture(tmp_path / "3/a.png"), 64, 48, (other,), split="valid"),
        Sample(draw_picture(tmp_path / "4/a.png"), 64, 48, (WHOLE,), split="test"),
        Sample(draw_picture(tmp_path / "5/a.png"), 64, 48, (WHOLE,)),
        Sample(draw_picture(tmp_path / "6/a.png"), 64, 48, (replace(WHOLE, text=None),)),
    ]
    out = tmp_path / "out"
    out.mkdir()
    write_crop_csv(samples, out)
    loaded = read_crop_csv(out)
    assert loaded.problems == []
    by_split = sorted(loaded.samples, key=lambda s: ("train", "valid", "test", "").index(s.split))
    assert [replace(s, image=Path()) for s in by_split] == [
        replace(s, image=Path()) for s in samples[:-1]
    ]
    assert (out / "train.csv").read_text(encoding="utf-8").splitlines() == [
        "image_path,plate_text,plate_region",
        "images/train/a.jpg,AB12CDE,us-al",
        "images/train/A_2.png,X1,",
    ]
    assert (out / "valid.csv").read_text(encoding="utf-8").startswith("image_path,plate_text\n")
    assert (by_split[0].image).read_bytes() == samples[0].image.read_bytes()
    assert len(list(out.rglob("*.??g"))) == 5


def test_plates_of_a_scene_are_cut_out(tmp_path: Path, draw_picture: DrawPicture) -> None:
    box = Box(10, 20, 30, 28)
    plates = (
        LabelledPlate(box, None, "A1"),
        LabelledPlate(box, box_to_quad(box), "B2"),
        LabelledPlate(box, None, None),
    )
    sample = Sample(draw_picture(tmp_path / "a.jpg"), 64, 48, plates)
    (tmp_path / "out").mkdir()
    write_crop_csv([sample], tmp_path / "out")
    loaded = read_crop_csv(tmp_path / "out")
    assert facts(list(loaded.samples)) == [("a.png", "A1", None, ""), ("a_2.png", "B2", None, "")]
    assert {imaging.load(s.image).shape for s in loaded.samples} == {(8, 20, 3)}


@pytest.mark.parametrize(
    ("text", "split", "why"), [(None, "train", "no plate has a text"), ("A1", "fold1", "'fold1'")]
)
def test_what_it_cannot_hold(
    tmp_path: Path, draw_picture: DrawPicture, text: str | None, split: str, why: str
) -> None:
    plate = replace(WHOLE, text=text)
    sample = Sample(draw_picture(tmp_path / "a.png"), 64, 48, (plate,), split=split)
    with pytest.raises(ValueError, match=why):
        write_crop_csv([sample], tmp_path)


@pytest.mark.skipif(not SHARED.exists(), reason="the project's shared data are not here")
@pytest.mark.parametrize(
    ("folder", "count", "regions"), [("us_plates", 8421, 56), ("crops/ccpd", 1000, 11)]
)
def test_shared_data(folder: str, count: int, regions: int) -> None:
    loaded = read_crop_csv(SHARED / folder)
    assert loaded.problems == []
    assert len(loaded.samples) == count
    assert len({sample.plates[0].region for sample in loaded.samples}) == regions
