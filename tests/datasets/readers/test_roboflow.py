from __future__ import annotations

import json
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.roboflow import read_roboflow
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture
from tests.datasets.readers.held import round_trip
from tests.datasets.readers.test_voc import FILE as VOC

NAME = "car_jpg.rf.0a1b2c"
PLATE = LabelledPlate(Box(10, 20, 30, 28), None, None)
HEAD = "filename,width,height,class,xmin,ymin,xmax,ymax"
ROW = f"{NAME}.jpg,64,48,plate,10,20,30,28"
COCO = {
    "categories": [{"id": 0, "name": "things"}, {"id": 1, "name": "Plate"}],
    "images": [{"id": 0, "file_name": f"{NAME}.jpg", "height": 48, "width": 64}],
    "annotations": [{"id": 0, "image_id": 0, "category_id": 1, "bbox": [10, 20, 20, 8]}],
}
YOLO = """train: ../train/images
val: ../valid/images

nc: 1
names: ['Plate']

roboflow:
  license: CC BY 4.0
"""


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def files(form: str) -> dict[str, str]:
    """Give the files of an export, with one picture in each of two splits."""
    found = {"README.roboflow.txt": "An export.\n1 2 3\n", "README.dataset.txt": "# Plates\n"}
    for split in ("train", "valid"):
        found |= {
            "coco": {f"{split}/_annotations.coco.json": json.dumps(COCO)},
            "csv": {f"{split}/_annotations.csv": f"{HEAD}\n{ROW}\n"},
            "voc": {f"{split}/{NAME}.xml": VOC.replace("Cars0.png", f"{NAME}.jpg")},
            "yolo": {f"{split}/labels/{NAME}.txt": "0 0.3125 0.5 0.3125 0.16666666666\n"},
        }[form]
    return found | ({"data.yaml": YOLO} if form == "yolo" else {})


@pytest.mark.parametrize("form", ["coco", "csv", "voc", "yolo"])
def test_every_form_of_export(tmp_path: Path, draw_picture: DrawPicture, form: str) -> None:
    folder = "images/" if form == "yolo" else ""
    for name, text in files(form).items():
        put(tmp_path / name, text)
    pictures = [draw_picture(tmp_path / f"{s}/{folder}{NAME}.jpg") for s in ("train", "valid")]
    loaded = read_roboflow(tmp_path)
    assert loaded.problems == []
    assert [(s.image, s.split) for s in loaded.samples] == [
        (pictures[0], "train"), (pictures[1], "valid"),
    ]  # fmt: skip
    for sample in loaded.samples:
        (plate,) = sample.plates
        found = (plate.box.x1, plate.box.y1, plate.box.x2, plate.box.y2)
        assert found == pytest.approx((10, 20, 30, 28), abs=1e-3)


@pytest.mark.parametrize(
    "line",
    ["0 0.2 0.4 0.5 0.4 0.5 0.6 0.2 0.6", "0 0.35 0.5 0.3 0.2 0.2 0.4 0.5 0.4 0.5 0.6 0.2 0.6",
     "0 0.35 0.5 0.3 0.2 0.2 0.4 2 0.5 0.4 2 0.5 0.6 2 0.2 0.6 2"],
    ids=["obb", "pose", "visible_pose"],
)  # fmt: skip
def test_kinds_of_yolo_are_told_by_their_numbers(
    tmp_path: Path, draw_picture: DrawPicture, line: str
) -> None:
    draw_picture(tmp_path / "train/images/a.jpg", 100, 100)
    draw_picture(tmp_path / "train/images/b.jpg", 100, 100)
    put(tmp_path / "train/labels/a.txt", "\n")
    put(tmp_path / "train/labels/b.txt", f"{line}\n")
    quad = read_roboflow(tmp_path).samples[1].plates[0].quad
    assert quad is not None
    expected = Quad((20, 40), (50, 40), (50, 60), (20, 60))
    for found, point in zip(quad.points, expected.points, strict=True):
        assert found == pytest.approx(point, abs=1e-3)


def test_a_table_with_several_plates_other_classes_and_empty_pictures(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    a, b, c = (draw_picture(tmp_path / f"test/{name}.jpg") for name in "abc")
    rows = [
        "b.jpg,64,48,plate,10,20,30,28", "b.jpg,64,48,KL 01 A 22,1.5,2,9,8",
        "b.jpg,64,48,truck,0,0,9,9", "c.jpg,64,48,truck,0,0,9,9",
    ]  # fmt: skip
    put(tmp_path / "test/_annotations.csv", "\n".join([HEAD, *rows]))
    loaded = read_roboflow(tmp_path)
    named = LabelledPlate(Box(1.5, 2, 9, 8), None, "KL01A22")
    assert loaded.samples == [
        Sample(a, 64, 48, (), split="test"),
        Sample(b, 64, 48, (PLATE, named), split="test"),
        Sample(c, 64, 48, (), split="test"),
    ]
    assert [p.what for p in loaded.problems] == ["class 'truck' is no plate: 2 labels left out"]


def test_problems_of_a_table_are_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / f"{NAME}.jpg", 64, 40)
    rows = [ROW.replace("30,28", "90,28"), ROW.replace(NAME, "gone"), ROW.replace("30,28", "10,28")]
    put(tmp_path / "_annotations.csv", "\n".join([HEAD, *rows]))
    loaded = read_roboflow(tmp_path)
    assert [s.plates for s in loaded.samples] == [(LabelledPlate(Box(10, 20, 64, 28), None, None),)]
    found = [(p.where.rpartition(":")[2], p.dropped) for p in loaded.problems]
    assert found == [("2", False), ("4", True), ("2", False), ("3", True)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}\na.jpg,64,48,plate,1,2,3\n", r"_annotations\.csv:2: expected 8 columns"),
        (f"{HEAD}\n{ROW},9\n", r"_annotations\.csv:2: expected 8 columns"),
        (f"{HEAD}\n{ROW}x\n", r"_annotations\.csv:2: ymax: expected a number, got '28x'"),
        (f"{HEAD}\n{ROW.replace('28', 'nan')}\n", r"_annotations\.csv:2: ymax: expected a number"),
        (f"{HEAD}\n{ROW.replace('64', '')}\n", r"_annotations\.csv:2: width: expected a number"),
        ("filename,xmin\n", r"_annotations\.csv:1: columns are missing: class, ymin, xmax, ymax"),
        ("", r"_annotations\.csv:1: columns are missing: filename"),
        (f'{HEAD}\n"a\n', r"_annotations\.csv:2: is no CSV"),
    ],
    ids=["short", "long", "word", "nan", "no_width", "columns", "empty", "quote"],
)
def test_malformed_tables(
    tmp_path: Path, draw_picture: DrawPicture, text: str, message: str
) -> None:
    draw_picture(tmp_path / f"{NAME}.jpg")
    put(tmp_path / "_annotations.csv", text)
    with pytest.raises(AnnotationError, match=message):
        read_roboflow(tmp_path)


@pytest.mark.parametrize("name", ["readme.txt", "labels/a.txt"])
def test_no_form_that_is_known(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, "1 2 3\n")
    with pytest.raises(AnnotationError, match="no form of Roboflow that is known"):
        read_roboflow(tmp_path)


def test_what_is_written_is_read_again(tmp_path: Path, streets: list[Sample]) -> None:
    round_trip("roboflow", streets, tmp_path / "roboflow")
    for split in ("train", "valid", "test", "all", "night"):
        assert (tmp_path / f"roboflow/{split}/_annotations.coco.json").is_file()
