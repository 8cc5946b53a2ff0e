from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platelens.datasets import LabelledPlate, load_samples
from platelens.datasets.index import enumerate_records, write_records
from platelens.errors import AnnotationError
from platelens.types import Box, Quad

CORNERS = [[1, 2], [11, 3], [11, 8], [1, 7]]
PLATE: dict[str, Any] = {"box": [1, 2, 11.5, 8], "text": "AB12", "rows": 2}
RECORD: dict[str, Any] = {"image": "images/a.jpg", "width": 64, "height": 48, "plates": [PLATE]}


def write(folder: Path, *records: Any) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    (folder / "annotations.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_picture_and_its_plate(tmp_path: Path) -> None:
    (sample,) = load_samples(write(tmp_path, RECORD))
    assert sample.image == tmp_path / "images" / "a.jpg"
    assert (sample.width, sample.height) == (64, 48)
    assert sample.plates == (LabelledPlate(Box(1, 2, 11.5, 8), None, "AB12", 2),)
    assert sample.vehicles == ()


def test_corners_vehicles_and_texts_that_nobody_could_read(tmp_path: Path) -> None:
    plate = {"box": [1, 2, 11, 8], "corners": CORNERS, "text": None, "other_script": True}
    (sample,) = load_samples(
        write(tmp_path, RECORD | {"plates": [plate], "vehicles": [[0, 0, 5, 5], [1, 1, 9, 9]]})
    )
    (found,) = sample.plates
    assert found.quad == Quad((1, 2), (11, 3), (11, 8), (1, 7))
    assert found.text is None
    assert found.rows == 1
    assert sample.vehicles == (Box(0, 0, 5, 5), Box(1, 1, 9, 9))


def test_what_is_not_a_plate_is_left_out(tmp_path: Path) -> None:
    plates = [PLATE | {"not_a_plate": True}, PLATE | {"not_a_plate": False, "text": "OK"}]
    (sample,) = load_samples(write(tmp_path, RECORD | {"plates": plates}))
    assert [p.text for p in sample.plates] == ["OK"]


def test_pictures_keep_their_order_and_empty_lines_count_for_nothing(tmp_path: Path) -> None:
    second = RECORD | {"image": "images/b.jpg", "plates": []}
    samples = load_samples(write(tmp_path, RECORD, "", second, "  "))
    assert [s.image.name for s in samples] == ["a.jpg", "b.jpg"]
    assert samples[1].plates == ()


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        "7",
        {"image": "a.jpg"},
        RECORD | {"width": "wide"},
        RECORD | {"plates": None},
        RECORD | {"plates": [7]},
        RECORD | {"plates": [{"box": [1, 2, 3], "text": None}]},
        RECORD | {"plates": [{"box": [5, 2, 3, 4], "text": None}]},
        RECORD | {"plates": [{"box": [1, 2, 3, 4]}]},
        RECORD | {"plates": [PLATE | {"corners": CORNERS[:3]}]},
        RECORD | {"plates": [PLATE | {"corners": 4}]},
        RECORD | {"vehicles": [[1, 2, 3]]},
        "[" * 100_000,
    ],
    ids=lambda bad: str(bad)[:80],
)
def test_a_malformed_line_is_named_with_its_file(tmp_path: Path, bad: Any) -> None:
    folder = write(tmp_path, RECORD, "", bad)
    with pytest.raises(AnnotationError, match=r"annotations\.jsonl:3: \w") as caught:
        load_samples(folder)
    assert str(folder) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"annotations\.jsonl: No such file"):
        load_samples(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "annotations.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnnotationError, match=r"annotations\.jsonl: is not UTF-8"):
        load_samples(tmp_path)


def plate_with(**fields: Any) -> dict[str, Any]:
    return RECORD | {"plates": [PLATE | fields]}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (plate_with(box=[1, 2, 10**400, 8]), r"plates\[0\]\.box"),
        (plate_with(box=[1, 2, float("inf"), 8]), r"plates\[0\]\.box"),
        (plate_with(box=[float("nan"), 2, 11, 8]), r"plates\[0\]\.box"),
        (plate_with(box="1299"), r"plates\[0\]\.box"),
        (plate_with(box=["1", "2", "9", "9"]), r"plates\[0\]\.box"),
        (plate_with(box=[False, 2, 11, 8]), r"plates\[0\]\.box"),
        (plate_with(corners=[[1, 2], [float("inf"), 3], [11, 8], [1, 7]]), r".*\.corners"),
        (plate_with(corners=[[1, 2], [1e300, 3], [11, 8], [1, 7]]), r".*\.corners"),
        (plate_with(corners=["12", "34", "56", "78"]), r".*\.corners"),
        (plate_with(corners=False), r".*\.corners"),
        (RECORD | {"vehicles": [[0, 0, float("inf"), 1]]}, r"vehicles\[0\]"),
        (RECORD | {"width": True}, "width"),
        (RECORD | {"width": 0}, "width"),
        (RECORD | {"height": -4}, "height"),
        (RECORD | {"height": 10**400}, "height"),
        (plate_with(rows=True), r"plates\[0\]\.rows"),
        (plate_with(not_a_plate=1), r"plates\[0\]\.not_a_plate"),
        (plate_with(not_a_plate="no"), r"plates\[0\]\.not_a_plate"),
        (plate_with(other_script=0), r"plates\[0\]\.other_script"),
        (plate_with(region="\ud800"), r"plates\[0\]\.region"),
        (RECORD | {"image": ""}, "image"),
        (RECORD | {"image": "a\0.jpg"}, "image"),
        (RECORD | {"image": "\udcff.jpg"}, "image"),
        (RECORD | {"split": "\ud800"}, "split"),
    ],
    ids=lambda value: str(value)[-60:],
)
def test_a_field_of_another_kind_is_named(tmp_path: Path, bad: Any, field: str) -> None:
    with pytest.raises(AnnotationError, match=rf"annotations\.jsonl:2: {field}: ") as caught:
        load_samples(write(tmp_path, RECORD, bad))
    str(caught.value).encode()


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\u2029"], ids=ascii)
def test_line_separators_may_stand_in_strings(tmp_path: Path, sign: str) -> None:
    write_records([RECORD | {"image": f"a{sign}b.jpg"}, RECORD], tmp_path)
    assert sign in (tmp_path / "annotations.jsonl").read_text("utf-8")
    assert [s.image.name for s in load_samples(tmp_path)] == [f"a{sign}b.jpg", "a.jpg"]


@pytest.mark.parametrize(
    "bad",
    [RECORD | {"image": "\udcff.jpg"}, RECORD | {"note": float("nan")}],
    ids=["name", "number"],
)
def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path, bad: Any) -> None:
    write(tmp_path, RECORD)
    with pytest.raises(AnnotationError, match=r"annotations\.jsonl: .*jpg'.* cannot be written"):
        write_records([RECORD, bad], tmp_path)
    assert [record for _, record in enumerate_records(tmp_path)] == [RECORD]
    assert [path.name for path in tmp_path.iterdir()] == ["annotations.jsonl"]


def test_a_full_disk_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_records([RECORD], tmp_path)
    assert caught.value.filename == str(tmp_path / "annotations.jsonl")
    assert list(tmp_path.iterdir()) == []
