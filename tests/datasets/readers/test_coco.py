from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.coco import read_coco, write_coco
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture
from tests.datasets.readers.held import round_trip

Document = dict[str, Any]

DOCUMENT: Document = {
    "info": {"year": 2024},
    "licenses": [{"id": 1, "name": "x", "url": ""}],
    "categories": [
        {"id": 1, "name": "car", "supercategory": "none"},
        {"id": 3, "name": "License_Plate", "supercategory": "none"},
    ],
    "images": [
        {"id": 7, "file_name": "b.jpg", "width": 64, "height": 48, "license": 1},
        {"id": 5, "file_name": "a.jpg", "width": 64, "height": 48},
    ],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 20, 20, 8.5], "area": 170.0,
         "segmentation": [[10, 20, 30, 21, 30, 28.5, 10, 27]], "iscrowd": 0,
         "attributes": {"occluded": False, "text": "ab-12", "rows": 2, "region": "us-ca"}},
        {"id": 2, "image_id": 7, "category_id": 1, "bbox": [0, 0, 60, 40], "iscrowd": 0},
        {"id": 3, "image_id": 7, "category_id": 3, "bbox": [1, 2, 3, 4], "segmentation": [],
         "iscrowd": 0},
    ],
}  # fmt: skip
BOX = Box(10, 20, 30, 28.5)
QUAD = Quad((10, 20), (30, 21), (30, 28.5), (10, 27))
PLATE = LabelledPlate(BOX, QUAD, "AB12", 2, "us-ca")
SMALL = LabelledPlate(Box(1, 2, 4, 6), None, None)


def put(path: Path, document: object = DOCUMENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def changed(change: Callable[[Document], object]) -> Document:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


@pytest.mark.parametrize(
    ("labels", "pictures", "split"),
    [
        ("annotations/instances_val2017.json", "val2017", "valid"),
        ("annotations/instances_default.json", "images", ""),
        ("labels.json", ".", ""),
        ("train/_annotations.coco.json", "train", "train"),
        ("annotations/train.json", "images/train", "train"),
    ],
    ids=["coco", "cvat", "one_folder", "roboflow", "ours"],
)
def test_where_tools_put_files(
    tmp_path: Path, draw_picture: DrawPicture, labels: str, pictures: str, split: str
) -> None:
    a, b = (draw_picture(tmp_path / pictures / name) for name in ("a.jpg", "b.jpg"))
    draw_picture(tmp_path / "elsewhere/test/b.jpg")
    put(tmp_path / "elsewhere/package.json", {"name": "no labels"})
    put(tmp_path / labels)
    loaded = read_coco(tmp_path)
    samples = [Sample(a, 64, 48, (), split=split), Sample(b, 64, 48, (PLATE, SMALL), split=split)]
    assert loaded.samples == samples
    assert [p.what for p in loaded.problems] == ["class 'car' is no plate: 1 labels left out"]


def test_a_file_in_annotations_finds_pictures_beside_that_folder(
    tmp_path: Path, draw_picture: DrawPicture
) -> None:
    b = draw_picture(tmp_path / "images/b.jpg")
    path = put(tmp_path / "annotations/train.json")
    loaded = read_coco(path)
    assert loaded.samples == [Sample(b, 64, 48, (PLATE, SMALL), split="train")]
    assert "'a.jpg'" in loaded.problems[0].what


@pytest.mark.parametrize(
    "labels",
    [{"text": "AB12"}, {"plate": "AB12"}, {"attributes": {"text": "AB12"}},
     {"attributes": None, "text": "AB12"}, {"attributes": {"plate_number": "AB12", "text": ""}}],
    ids=["text", "plate", "attributes", "null_attributes", "other_name"],
)  # fmt: skip
def test_where_texts_stand(tmp_path: Path, draw_picture: DrawPicture, labels: Document) -> None:
    draw_picture(tmp_path / "b.jpg")
    document = changed(lambda d: d["annotations"][2].update(labels))
    put(tmp_path / "a.json", document)
    assert read_coco(tmp_path).samples[0].plates[1] == replace(SMALL, text="AB12")


def test_numbers_are_texts_too(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "b.jpg")
    put(tmp_path / "a.json", changed(lambda d: d["annotations"][2].update(text=1234)))
    assert read_coco(tmp_path).samples[0].plates[1].text == "1234"


@pytest.mark.parametrize(
    "segmentation",
    [[[10, 20, 30, 21, 30, 28]], {"counts": "abc", "size": [48, 64]}, [[0] * 8, [1] * 8], None],
    ids=["three_points", "mask", "two_parts", "null"],
)
def test_other_segmentations_are_no_corners(
    tmp_path: Path, draw_picture: DrawPicture, segmentation: object
) -> None:
    draw_picture(tmp_path / "b.jpg")
    document = changed(lambda d: d["annotations"][0].update(segmentation=segmentation))
    put(tmp_path / "a.json", document)
    assert read_coco(tmp_path).samples[0].plates[0] == replace(PLATE, quad=None)


def test_problems_are_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    def change(document: Document) -> None:
        document["annotations"][0]["attributes"]["text"] = "京A1"
        document["annotations"][1] |= {"category_id": 3, "bbox": [70, 0, 10, 10]}
        document["annotations"][2]["image_id"] = 99
        document["images"][0]["height"] = 480

    draw_picture(tmp_path / "b.jpg")
    put(tmp_path / "1.json", changed(change))
    put(tmp_path / "2.json")
    loaded = read_coco(tmp_path)
    assert [s.plates for s in loaded.samples] == [(replace(PLATE, text="A1", other_script=True),)]
    found = [(Path(p.where).name, p.what, p.dropped) for p in loaded.problems]
    assert [(where, dropped) for where, _, dropped in found] == [
        ("1.json: annotations[0]", False),
        ("1.json: annotations[1]", True),
        ("1.json: images[0]", False),
        ("1.json: images[1]", True),
        ("1.json: annotations[2]", True),
        ("2.json: images[0]", True),
        ("2.json: images[1]", True),
        (tmp_path.name, False),
    ]
    assert "lies outside its picture" in found[1][1]
    assert "labels are for a picture of 64x480" in found[2][1]
    assert "'a.jpg'" in found[3][1]
    assert "there is no picture 99" in found[4][1]
    assert "labelled twice" in found[5][1]


def drop(table: str, number: int, name: str) -> Callable[[Document], object]:
    return lambda document: document[table][number].pop(name)


def put_in(table: str, number: int, **values: object) -> Callable[[Document], object]:
    return lambda document: document[table][number].update(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop("annotations", 0, "bbox"), r"annotations\[0\]\.bbox: expected 4 numbers, got None"),
        (put_in("annotations", 0, bbox=[1, 2, 3]), r"annotations\[0\]\.bbox: expected 4 numbers"),
        (put_in("annotations", 0, bbox=[1, 2, 3, "x"]), r"annotations\[0\]\.bbox"),
        (put_in("annotations", 0, bbox=[1, 2, 3, float("nan")]), r"annotations\[0\]\.bbox"),
        (put_in("annotations", 0, segmentation=[["x"] * 8]), r"annotations\[0\]\.segmentation"),
        (put_in("annotations", 2, attributes=[]), "no error"),
        (put_in("annotations", 2, attributes=["a"]), r"annotations\[2\]\.attributes: expected an"),
        (put_in("annotations", 2, text=["a"]), r"annotations\[2\]: text: expected a text, got \["),
        (put_in("annotations", 2, rows=0), r"annotations\[2\]: rows: expected 1 or 2, got '0'"),
        (put_in("annotations", 1, category_id=9), r"\[1\]\.category_id: there is no category 9"),
        (drop("annotations", 1, "image_id"), r"annotations\[1\]\.image_id: expected int, got None"),
        (drop("images", 1, "id"), r"images\[1\]\.id: expected int, got None"),
        (put_in("images", 1, file_name=3), r"images\[1\]\.file_name: expected str, got 3"),
        (put_in("images", 1, width="64"), r"images\[1\]\.width: expected int, got '64'"),
        (drop("categories", 0, "name"), r"categories\[0\]\.name: expected str, got None"),
        (put_in("categories", 1, name="bus"), "no class is named like a plate: 'bus', 'car'"),
        (lambda d: d.update(images={}), r"a\.json: images: expected a list of objects"),
        (lambda d: d.update(annotations=[3]), r"a\.json: annotations: expected a list of objects"),
        (lambda d: d.pop("images"), "no COCO JSON, with images, annotations, categories"),
    ],
    ids=["no_bbox", "short_bbox", "word_in_bbox", "nan_in_bbox", "words_in_corners",
         "no_attributes", "attributes", "text", "rows", "category", "no_image", "no_id",
         "file_name", "width", "no_name", "no_plates", "images", "annotations", "no_images"],
)  # fmt: skip
def test_malformed_files(
    tmp_path: Path, draw_picture: DrawPicture, change: Callable[[Document], object], message: str
) -> None:
    draw_picture(tmp_path / "b.jpg")
    put(tmp_path / "a.json", changed(change))
    if message == "no error":  # an empty list stands for no attributes where PHP wrote the file
        assert read_coco(tmp_path).samples[0].plates[1] == SMALL
        return
    with pytest.raises(AnnotationError, match=message):
        read_coco(tmp_path)


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b""], ids=["cut", "no_utf8", "empty"])
def test_no_json(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "a.json").write_bytes(text)
    with pytest.raises(AnnotationError, match=r"a\.json: is not JSON"):
        read_coco(tmp_path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"gone\.json: No such file"):
        read_coco(tmp_path / "gone.json")


def test_what_is_written_is_read_again(tmp_path: Path, streets: list[Sample]) -> None:
    round_trip("coco", streets, tmp_path / "coco")
    names = {path.name for path in (tmp_path / "coco/annotations").iterdir()}
    assert names == {"train.json", "valid.json", "test.json", "all.json", "night.json"}


def test_the_form_of_what_is_written(tmp_path: Path, streets: list[Sample]) -> None:
    write_coco(streets[:1], tmp_path)
    document = json.loads((tmp_path / "annotations/train.json").read_text(encoding="utf-8"))
    assert document["categories"] == [{"id": 1, "name": "plate", "supercategory": ""}]
    assert document["images"] == [
        {"id": 1, "file_name": "train/car.png", "width": 64, "height": 48}
    ]
    assert document["annotations"] == [
        {
            "id": 1,
            "image_id": 1,
            "category_id": 1,
            "bbox": [10, 20, 20, 8],
            "area": 160,
            "segmentation": [[10, 20, 30, 21, 30, 28, 10, 27]],
            "iscrowd": 0,
            "attributes": {
                "text": "AB1234", "rows": "2", "region": "us-ca", "other_script": "true",
            },
        }
    ]  # fmt: skip
