from __future__ import annotations

from pathlib import Path

import pytest

from platelens.datasets.readers.yolo_classes import YoloClasses, read_yolo_classes, yaml_text
from platelens.errors import AnnotationError

NAMES = {0: "car", 1: "licence plate"}


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "names: [car, licence plate]",
        "names: ['car', \"licence plate\"]  # two",
        "names: {0: car, 1: 'licence plate'}",
        "names:\n- car\n- licence plate\n",
        "names:\n  - car\n\n  - 'licence plate'\nnc: 2\n",
        "# classes\nnames:\n    1: licence plate\n    0: car # a comment\n",
        "\ufeffnc: 2\r\nnames:\r\n  0: car\r\n  1: licence plate\r\n",
    ],
    ids=["list", "quotes", "braces", "dashes", "indented", "numbers", "windows"],
)
def test_names(tmp_path: Path, text: str) -> None:
    path = put(tmp_path, "data.yaml", text)
    assert read_yolo_classes(tmp_path) == YoloClasses(path, NAMES)


@pytest.mark.parametrize("name", ["classes.txt", "obj.names", "labels/classes.txt"])
def test_a_name_a_line(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, "car\nlicence plate\n\n")
    assert read_yolo_classes(tmp_path) == YoloClasses(path, NAMES)


def test_no_file(tmp_path: Path) -> None:
    assert read_yolo_classes(tmp_path) is None


def test_folders_of_splits(tmp_path: Path) -> None:
    text = "path: ../x\ntrain: a/images\nval:\n  - b/images\n  - c/images\ntest:  # none\nall: d\n"
    put(tmp_path, "data.yaml", text + "train2: a/images\nnc: 1\n")
    found = read_yolo_classes(tmp_path)
    assert found is not None
    folders = {"a/images": "train", "b/images": "valid", "c/images": "valid", "d": ""}
    assert found.splits == folders
    assert found.names == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names: plate", r"data\.yaml:1: names: expected '- name' or '0: name', got 'plate'"),
        ("names:\n  a: plate", r"data\.yaml:2: names: expected"),
        ("nc: 1\nnames:\n-plate", r"data\.yaml:3: names: expected"),
    ],
    ids=["word", "word_as_number", "no_space"],
)
def test_malformed_names(tmp_path: Path, text: str, message: str) -> None:
    put(tmp_path, "data.yaml", text)
    with pytest.raises(AnnotationError, match=message):
        read_yolo_classes(tmp_path)


@pytest.mark.parametrize(
    ("folders", "rows"),
    [
        ({"train": "images/train", "valid": "images/valid"},
         ["train: images/train", "val: images/valid"]),
        ({"test": "images/test"}, ["test: images/test", "train: images/train", "val: images/val"]),
        ({"all": "images/all"}, ["all: images/all", "train: images/all", "val: images/all"]),
    ],
    ids=["both", "neither", "all"],
)  # fmt: skip
def test_what_is_written(tmp_path: Path, folders: dict[str, str], rows: list[str]) -> None:
    text = yaml_text(folders, "plate", "kpt_shape: [4, 3]\n")
    assert text.splitlines() == ["path: .", *rows, "kpt_shape: [4, 3]", "names:", "  0: plate"]
    put(tmp_path, "data.yaml", text)
    found = read_yolo_classes(tmp_path)
    assert found is not None
    assert found.names == {0: "plate"}
