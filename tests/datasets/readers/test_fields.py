from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from platelens.datasets.readers.fields import (
    Field,
    corners_text,
    find_pairs,
    read_fields,
    read_lines,
)
from platelens.datasets.readers.labels import LabelLog
from platelens.errors import AnnotationError
from tests.datasets.readers.conftest import DrawPicture


def field(value: str) -> Field:
    return Field(Path("a.txt"), 3, "spot", value)


def test_lines_of_keys_and_values(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffPlate: ABC: 1\r\n\r\n\tchar 1:  5 6 \r\n".encode())
    found = [(f.line, f.key, f.value) for f in read_fields(path)]
    assert found == [(1, "plate", "ABC: 1"), (3, "char 1", "5 6")]


def test_boxes_and_corners() -> None:
    assert field("1 2 10 20.5").xywh_to_xyxy() == (1, 2, 11, 22.5)
    corners = np.array([[1, 2], [3, 4], [5, 6], [7, 8]], dtype=np.float32)
    assert (field("1,2 3,4 5,6 7,8").corners() == corners).all()
    assert corners_text(corners + 0.4) == "1,2 3,4 5,6 7,8"


@pytest.mark.parametrize("value", ["", "1 2 3", "1 2 3 4 5", "1 2 x 4", "1 2 nan 4", "1 2 3 inf"])
def test_a_box_of_other_things(value: str) -> None:
    with pytest.raises(AnnotationError, match=r"a\.txt:3: spot: expected 'x y width height'"):
        field(value).xywh_to_xyxy()


@pytest.mark.parametrize("value", ["", "1,2 3,4 5,6", "1,2 3,4 5,6 7,y", "1,2 3,4 5,6 7,nan"])
def test_corners_of_other_things(value: str) -> None:
    with pytest.raises(AnnotationError, match=r"a\.txt:3: spot: expected 'x1,y1"):
        field(value).corners()


def test_files_that_are_no_such_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("plate: A\n\nplate B\n", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnnotationError, match=r"a\.txt:3: expected 'key: value'"):
        read_fields(tmp_path / "a.txt")
    with pytest.raises(AnnotationError, match=r"b\.txt: is not UTF-8"):
        read_lines(tmp_path / "b.txt")
    with pytest.raises(AnnotationError, match=r"c\.txt: No such file"):
        read_lines(tmp_path / "c.txt")


def test_pictures_and_their_text_files(tmp_path: Path, draw_picture: DrawPicture) -> None:
    for name in ("b/1.png", "a/2.jpg", "alone.png"):
        draw_picture(tmp_path / name)
    for name in ("b/1.txt", "a/2.txt", "widow.txt", "readme.txt"):
        (tmp_path / name).touch()
    log = LabelLog()
    pairs = find_pairs(tmp_path, log, skip="readme.txt")
    assert [p.relative_to(tmp_path).as_posix() for p, _ in pairs] == ["a/2.jpg", "b/1.png"]
    assert all(text == image.with_suffix(".txt") for image, text in pairs)
    assert [Path(p.where).name for p in log.problems] == ["alone.png", "widow.txt"]
    assert all(p.dropped for p in log.problems)


def test_a_folder_without_any_pair(tmp_path: Path, draw_picture: DrawPicture) -> None:
    draw_picture(tmp_path / "a.png")
    with pytest.raises(AnnotationError, match="no picture with a text file"):
        find_pairs(tmp_path, LabelLog())
    with pytest.raises(AnnotationError, match="nowhere"):
        find_pairs(tmp_path / "nowhere", LabelLog())
