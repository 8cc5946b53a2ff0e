from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from platelens.datasets.audit import write_splits
from platelens.errors import AnnotationError
from tests.datasets.audit.pictures import (
    draw_plate,
    read_index,
    record,
    recut,
    write_index,
    write_picture,
)

PARTS = {"train": 0.5, "valid": 0.25, "test": 0.25}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixteen pictures: 4 of a plate, 2 of a ride, 2 of one photograph, 8 others."""
    lines: list[Any] = []

    def add(name: str, text: str | None, image: Any, **more: Any) -> None:
        write_picture(tmp_path, name, image)
        lines.append(record(name, text, image.shape[:2], **more))

    for n in range(4):
        add(f"same{n}.png", "AB123", draw_plate("AB 123", n))
    for n in range(2):
        add(f"xride_1_t_{n}.png", None, draw_plate("R", 10 + n))
    add("photo.png", None, draw_plate("CD 456", 20), mood="blue")
    add("again.jpg", None, recut(draw_plate("CD 456", 20), border=2))
    for n in range(8):
        add(f"other{n}.png", f"XY{n}", draw_plate(f"XY {n}", 30 + n))
    return write_index(tmp_path, *lines)


def parts(folder: Path) -> dict[str, str]:
    return {line["image"].removeprefix("images/"): line["split"] for line in read_index(folder)}


def test_the_parts_are_as_asked_and_nothing_is_separated(folder: Path) -> None:
    before = read_index(folder)
    groups = write_splits(folder, PARTS, 0)
    found = parts(folder)
    assert Counter(found.values()) == {"train": 8, "valid": 4, "test": 4}
    assert len({found[f"same{n}.png"] for n in range(4)}) == 1
    assert found["xride_1_t_0.png"] == found["xride_1_t_1.png"]
    assert found["photo.png"] == found["again.jpg"]
    assert [line | {"split": ""} for line in read_index(folder)] == [
        line | {"split": ""} for line in before
    ]
    assert sorted(len(samples) for _, samples in groups) == [1] * 8 + [2, 2, 4]
    assert {s.image.name: part for part, group in groups for s in group} == found


def test_the_same_seed_gives_the_same_parts_whatever_the_order(folder: Path) -> None:
    write_splits(folder, PARTS, 3)
    first = parts(folder)
    write_index(folder, *reversed(read_index(folder)))
    write_splits(folder, PARTS, 3, force=True)
    assert parts(folder) == first
    write_splits(folder, PARTS, 4, force=True)
    assert parts(folder) != first


def test_splits_that_are_there_are_not_replaced_unasked(folder: Path) -> None:
    write_splits(folder, {"train": 0.5, "val": 0.5}, 0)
    before = read_index(folder)
    with pytest.raises(AnnotationError, match=r"split already \(train, val\); see --force"):
        write_splits(folder, PARTS, 0)
    assert read_index(folder) == before


def test_pictures_that_cannot_be_read_get_a_part_too(folder: Path) -> None:
    (folder / "images/other0.png").unlink()
    write_splits(folder, PARTS, 0)
    assert parts(folder)["other0.png"] in PARTS


def test_what_cannot_be_split(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="platelens data import"):
        write_splits(tmp_path, PARTS, 0)
    with pytest.raises(AnnotationError, match="no picture to split"):
        write_splits(write_index(tmp_path), PARTS, 0)
