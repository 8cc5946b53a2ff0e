from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from platelens.datasets.audit import Audit, Doubt, open_source, run_audit
from platelens.errors import AnnotationError
from platelens.types import Reading
from tests.datasets.audit.pictures import draw_plate, record, recut, write_index, write_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three different plates and a copy of the first, cut and coded again."""
    folder = tmp_path / "plates"
    write_picture(folder, "a.png", draw_plate("AB 123"))
    write_picture(folder, "b.png", draw_plate("CD 456"))
    write_picture(folder, "c.png", draw_plate("EF 789", 3))
    write_picture(folder, "d.jpg", recut(draw_plate("AB 123")))
    return write_index(
        folder,
        record("a.png", "AB123"),
        record("b.png", "CD456"),
        record("c.png", "EF789"),
        record("d.jpg", "AB123", (150, 260)),
    )


def kinds(audit: Audit) -> list[tuple[str, list[str]]]:
    return [(f.kind, [s.image.name for s in f.samples]) for f in audit.findings]


def test_what_is_found_in_one_data_set(folder: Path) -> None:
    audit = run_audit([open_source(folder)])
    assert kinds(audit) == [("near_duplicates", ["a.png", "d.jpg"])]
    assert audit.near == [(0, 3)]
    assert len(audit.samples) == len(audit.prints) == 4


def test_pictures_that_cannot_be_read_or_have_another_size(folder: Path) -> None:
    (folder / "images/b.png").write_text("no picture")
    (folder / "images/c.png").unlink()
    write_picture(folder, "d.jpg", draw_plate("AB 123"))
    audit = run_audit([open_source(folder)])
    assert kinds(audit)[:3] == [
        ("unreadable", ["b.png"]),
        ("unreadable", ["c.png"]),
        ("size_differs", ["d.jpg"]),
    ]
    assert audit.findings[2].message == "224x128, labelled as 260x150"


def test_what_is_marked_as_no_plate_is_noted(folder: Path) -> None:
    marked: Any = record("a.png", "AB123")
    marked["plates"].append({"not_a_plate": True})
    write_index(folder, marked)
    (note,) = run_audit([open_source(folder)]).findings
    assert (note.kind, note.message) == ("not_a_plate", "1 of 2")


def test_a_reader_may_doubt_the_texts(folder: Path) -> None:
    class Reader:
        def read(self, crops: Any) -> list[Reading]:
            return [Reading("AB123", 1.0, (1.0,) * 5, (), 1) for _ in crops]

    audit = run_audit([open_source(folder)], Doubt(Reader()))
    found = [f for f in audit.findings if f.kind == "suspicious_text"]
    assert [f.samples[0].image.name for f in found] == ["b.png", "c.png"]


def test_several_data_sets_are_a_split_each_where_they_have_none(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "photos"
    write_picture(other, "x.png", recut(draw_plate("CD 456"), border=2))
    write_index(other, record("x.png", "CD456", (150, 260)))
    audit = run_audit([open_source(folder), open_source(other)])
    assert [s.split for s in audit.samples] == ["plates"] * 4 + ["photos"]
    leaks = [(f.kind, f.message) for f in audit.findings if f.kind.startswith("leak")]
    assert leaks == [
        ("leak_picture", "2 pictures in photos, plates"),
        ("leak_text", "2 pictures with CD456 in photos, plates"),
    ]


def test_data_sets_of_one_name_are_told_apart_and_own_splits_stay(
    folder: Path, tmp_path: Path
) -> None:
    other = write_index(tmp_path / "more" / "plates", record("x.png", None))
    third = write_index(tmp_path / "third", record("x.png", None, split="test"))
    audit = run_audit([open_source(f) for f in (folder, other, third)])
    splits = [s.split for s in audit.samples]
    assert splits == [str(folder)] * 4 + [str(other), "test"]


def test_what_a_reader_of_another_form_had_to_change_is_told(tmp_path: Path) -> None:
    write_picture(tmp_path, "a.png", draw_plate("AB 123"))
    rows = ["image_path,plate_text", "images/a.png,AB?123", "images/gone.png,CD456"]
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n")
    source = open_source(tmp_path / "labels.csv", "csv")
    assert source.records is None
    found = [(f.kind, f.samples) for f in run_audit([source]).findings]
    assert found == [("mended", ()), ("left_out", ())]


def test_progress_is_shown(folder: Path) -> None:
    seen: dict[str, list[int]] = {}

    @contextmanager
    def watch(title: str, total: int) -> Iterator[Callable[[], None]]:
        seen[title] = [total, 0]

        def step() -> None:
            seen[title][1] += 1

        yield step

    run_audit([open_source(folder)], watch=watch)
    assert seen["reading pictures"] == [4, 4]
    total, done = seen["comparing pictures"]
    assert total == done >= 1


def test_what_cannot_be_checked(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="no picture to check"):
        run_audit([open_source(write_index(tmp_path / "empty"))])
    with pytest.raises(AnnotationError, match="named twice"):
        run_audit([open_source(folder), open_source(folder / ".." / "plates")])
    with pytest.raises(AnnotationError, match="no such file"):
        open_source(tmp_path / "missing")
