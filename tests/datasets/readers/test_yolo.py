from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from platelens.datasets import LabelledPlate, Sample
from platelens.datasets.readers.labels import Loaded
from platelens.datasets.readers.yolo import (
    read_yolo,
    read_yolo_obb,
    read_yolo_pose,
    write_yolo,
    write_yolo_obb,
    write_yolo_pose,
)
from platelens.errors import AnnotationError
from platelens.types import Box, Quad
from tests.datasets.readers.conftest import DrawPicture
from tests.datasets.readers.held import round_trip

BOX = "0 0.3125 0.5 0.3125 0.25\n"  # of 64x48
PLATE = LabelledPlate(Box(10, 18, 30, 30), None, None)
QUAD = Quad((10, 18), (30, 19), (30, 30), (10, 29))
POINTS = ["0.15625 0.375", "0.46875 0.3958333333", "0.46875 0.625", "0.15625 0.6041666667"]


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def near(sample: Sample) -> tuple[LabelledPlate, ...]:
    return tuple(
        replace(
            plate,
            box=Box(
                *(round(v, 3) for v in (plate.box.x1, plate.box.y1, plate.box.x2, plate.box.y2))
            ),
            quad=plate.quad and Quad(*((round(x, 3), round(y, 3)) for x, y in plate.quad.points)),
        )
        for plate in sample.plates
    )


@pytest.mark.parametrize(
    ("picture", "labels"),
    [
        ("images/train/a.b.jpg", "labels/train/a.b.txt"),
        ("train/images/a.b.jpg", "train/labels/a.b.txt"),
        ("train/a.b.jpg", "train/a.b.txt"),
        ("images/images/train/a.jpg", "images/labels/train/a.txt"),
        ("images/train/a.jpg", "images/train/a.txt"),
        ("Images/train/a.jpg", "Labels/train/a.txt"),
    ],
    ids=["images_first", "split_first", "beside", "last_images", "beside_in_images", "capitals"],
)
def test_where_labels_lie(
    tmp_path: Path, draw_picture: DrawPicture, picture: str, labels: str
) -> None:
    image = draw_picture(tmp_path / picture)
    put(tmp_path / labels, BOX)
    loaded = read_yolo(tmp_path)
    assert loaded.samples == [Sample(image, 64, 48, (PLATE,), split="train")]
    assert loaded.problems == []


def test_pictures_without_labels_have_no_plates(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in ("a", "b", "c"):
        draw_picture(tmp_path / f"images/{name}.jpg")
    put(tmp_path / "labels/a.txt", f"\n{BOX}\n{BOX}")
    put(tmp_path / "labels/b.txt", "")
    samples = read_yolo(tmp_path).samples
    assert [(s.image.name, len(s.plates)) for s in samples] == [
        ("a.jpg", 2),
        ("b.jpg", 0),
        ("c.jpg", 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "nc: 2\nnames: ['car', \"plate\"]\n",
        "names: {0: car, 1: plate}\n",
        "names:  # of classes\n  0: car\n  1: plate  # ours\nnc: 2\n",
        "train: images\nnames:\n- car\n- 'plate'\n",
    ],
    ids=["list", "braces", "numbers", "dashes"],
)
def test_classes_that_are_no_plates_are_left_out(
    tmp_path: Path, draw_picture: DrawPicture, text: str
) -> None:
    draw_picture(tmp_path / "images/a.jpg")
    put(tmp_path / "labels/a.txt", BOX + BOX.replace("0", "1", 1) + BOX)
    put(tmp_path / "data.yaml", text)
    loaded = read_yolo(tmp_path)
    assert loaded.samples[0].plates == (PLATE,)
    assert [p.what for p in loaded.problems] == ["class 'car' is no plate: 2 labels left out"]


def test_classes_txt(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "images/a.jpg")
    put(tmp_path / "labels/a.txt", BOX + BOX.replace("0", "1", 1))
    put(tmp_path / "labels/classes.txt", "dog\nlicense_plate\n")
    loaded = read_yolo(tmp_path)
    assert loaded.samples[0].plates == (PLATE,)
    assert [p.what for p in loaded.problems] == ["class 'dog' is no plate: 1 labels left out"]


def test_splits_of_data_yaml(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in ("one", "two", "three", "four"):
        draw_picture(tmp_path / f"{name}/images/deep/a.jpg")
    put(tmp_path / "one/labels/deep/a.txt", BOX)
    put(
        tmp_path / "data.yaml",
        "path: .\ntrain: ../one/images\nval: [two/images]\nnight: three/images\nnames: [plate]\n",
    )
    found = {s.image.parts[-4]: s.split for s in read_yolo(tmp_path).samples}
    assert found == {"one": "train", "two": "valid", "three": "night", "four": ""}


@pytest.mark.parametrize("seen", ["", " 2", " 1"], ids=["no_visibility", "visible", "hidden"])
def test_corners_of_pose(tmp_path: Path, draw_picture: DrawPicture, seen: str) -> None:
    draw_picture(tmp_path / "a.jpg")
    words = [BOX.strip(), *(point + seen for point in POINTS)]
    put(tmp_path / "a.txt", " ".join(words))
    loaded = read_yolo_pose(tmp_path)
    assert near(loaded.samples[0]) == (replace(PLATE, quad=QUAD),)
    assert loaded.problems == []


@pytest.mark.parametrize("point", ["0 0 0", "0.4 0.4 0"], ids=["zeros", "anywhere"])
def test_an_unknown_corner_leaves_the_box(
    tmp_path: Path, draw_picture: DrawPicture, point: str
) -> None:
    draw_picture(tmp_path / "a.jpg")
    words = [BOX.strip(), *(f"{p} 2" for p in POINTS[:3]), point]
    put(tmp_path / "a.txt", " ".join(words))
    loaded = read_yolo_pose(tmp_path)
    assert near(loaded.samples[0]) == (PLATE,)
    assert loaded.problems == []


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("step", [1, -1], ids=["clockwise", "against_it"])
def test_corners_of_obb_from_any_corner(
    tmp_path: Path, draw_picture: DrawPicture, first: int, step: int
) -> None:
    draw_picture(tmp_path / "a.jpg")
    ordered = [POINTS[(first + step * n) % 4] for n in range(4)]
    put(tmp_path / "a.txt", " ".join(["0", *ordered]))
    loaded = read_yolo_obb(tmp_path)
    assert near(loaded.samples[0]) == (replace(PLATE, quad=QUAD),)
    assert loaded.problems == []


def test_problems_are_noted(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "images/a.jpg")
    draw_picture(tmp_path / "images/b.jpg")
    (tmp_path / "images/c.jpg").write_bytes(b"no picture")
    put(tmp_path / "labels/a.txt", "0 0.9 0.5 0.4 0.25\n0 1.5 0.5 0.2 0.2\n")
    put(tmp_path / "labels/c.txt", BOX)
    put(tmp_path / "labels/gone.txt", BOX)
    put(tmp_path / "notes.txt", "nothing of account")
    loaded = read_yolo(tmp_path)
    assert [s.image.name for s in loaded.samples] == ["a.jpg", "b.jpg"]
    assert [near(s) for s in loaded.samples] == [
        (LabelledPlate(Box(44.8, 18, 64, 30), None, None),), (),
    ]  # fmt: skip
    found = [(Path(p.where).name, p.dropped) for p in loaded.problems]
    assert found == [("a.txt:1", False), ("a.txt:2", True), ("c.txt", True), ("gone.txt", True)]


def test_a_crossed_order_leaves_the_box(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "a.jpg")
    crossed = [POINTS[n] for n in (0, 1, 3, 2)]
    put(tmp_path / "a.txt", " ".join([BOX.strip(), *crossed]))
    loaded = read_yolo_pose(tmp_path)
    assert near(loaded.samples[0]) == (PLATE,)
    assert ["they enclose no plate" in p.what for p in loaded.problems] == [True]


@pytest.mark.parametrize(
    ("read", "line", "message"),
    [
        (read_yolo, "0 0.5 0.5 0.1", r"a\.txt:2: expected 5 numbers, got 4"),
        (read_yolo, "0 0.5 0.5 0.1 x", r"a\.txt:2: expected a number, got 'x'"),
        (read_yolo, "0 0.5 0.5 0.1 nan", r"a\.txt:2: expected a number, got 'nan'"),
        (read_yolo, "0.5 0.5 0.5 0.1 0.1", r"a\.txt:2: class: expected a whole number"),
        (read_yolo, "-1 0.5 0.5 0.1 0.1", r"a\.txt:2: class: expected a whole number"),
        (read_yolo, "7 0.5 0.5 0.1 0.1", r"a\.txt:2: class 7 has no name in .*data\.yaml"),
        (read_yolo_pose, "0 0.5 0.5 0.1 0.1", r"a\.txt:2: expected 13 or 17 numbers, got 5"),
        (read_yolo_obb, "0 0.5 0.5 0.1 0.1", r"a\.txt:2: expected 9 numbers, got 5"),
    ],
    ids=["short", "word", "nan", "half", "negative", "nameless", "pose", "obb"],
)
def test_malformed_lines(
    tmp_path: Path,
    draw_picture: DrawPicture,
    read: Callable[[Path], Loaded],
    line: str,
    message: str,
) -> None:
    draw_picture(tmp_path / "a.jpg")
    put(tmp_path / "a.txt", f"\n{line}\n")
    put(tmp_path / "data.yaml", "names: [plate]\n")
    with pytest.raises(AnnotationError, match=message):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names:\n  plate\n", r"data\.yaml:2: names: expected '- name' or '0: name', got 'plate'"),
        ("names: [car, bus]\n", r"data\.yaml: no class is named like a plate: 'car'"),
    ],
    ids=["no_list", "no_plates"],
)
def test_malformed_classes(
    tmp_path: Path, draw_picture: DrawPicture, text: str, message: str
) -> None:
    draw_picture(tmp_path / "a.jpg")
    put(tmp_path / "a.txt", BOX)
    put(tmp_path / "data.yaml", text)
    with pytest.raises(AnnotationError, match=message):
        read_yolo(tmp_path)


def test_a_folder_without_labels(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "a.jpg")
    with pytest.raises(AnnotationError, match="no YOLO label file of a picture"):
        read_yolo(tmp_path)


@pytest.mark.parametrize("name", ["yolo", "yolo-pose"])
def test_what_is_written_is_read_again(tmp_path: Path, streets: list[Sample], name: str) -> None:
    round_trip(name, streets, tmp_path / name)


def test_obb_holds_corners_only(tmp_path: Path, streets: list[Sample]) -> None:
    round_trip("yolo-obb", [streets[0], streets[2]], tmp_path / "obb")
    (tmp_path / "box").mkdir()
    write_yolo_obb([streets[1]], tmp_path / "box")
    (sample,) = read_yolo_obb(tmp_path / "box").samples
    assert near(sample)[0].box == Box(2, 4, 20, 10)
    assert near(sample)[0].quad == Quad((2, 4), (20, 4), (20, 10), (2, 10))


def test_the_layout_that_ultralytics_expects(tmp_path: Path, streets: list[Sample]) -> None:
    write_yolo_pose(streets, tmp_path)
    assert (tmp_path / "data.yaml").read_text(encoding="utf-8").splitlines() == [
        "path: .",
        "train: images/train",
        "val: images/valid",
        "test: images/test",
        "all: images/all",
        "night: images/night",
        "kpt_shape: [4, 3]",
        "flip_idx: [1, 0, 3, 2]",
        "names:",
        "  0: plate",
    ]
    assert (tmp_path / "images/train/car.png").is_file()
    words = (tmp_path / "labels/train/car.txt").read_text(encoding="utf-8").split()
    assert len(words) == 17
    assert words[0] == "0"
    assert (tmp_path / "labels/test/car_3.txt").read_text(encoding="utf-8") == ""


def test_without_splits_all_pictures_train_and_validate(
    tmp_path: Path, streets: list[Sample]
) -> None:
    write_yolo([streets[3]], tmp_path)
    lines = (tmp_path / "data.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[1:4] == ["all: images/all", "train: images/all", "val: images/all"]
    assert read_yolo(tmp_path).samples[0].split == ""


def test_a_corner_outside_of_the_picture_is_hidden_at_its_edge(
    tmp_path: Path, streets: list[Sample]
) -> None:
    quad = Quad((-8, 20), (30, 21), (30, 28), (0, 27))
    plate = replace(streets[0].plates[0], quad=quad)
    write_yolo_pose([replace(streets[0], plates=(plate,))], tmp_path)
    words = (tmp_path / "labels/train/car.txt").read_text(encoding="utf-8").split()
    assert words[5:11] == ["0", "0.41666666", "1", "0.46875", "0.4375", "2"]
