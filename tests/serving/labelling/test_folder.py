from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from platelens.datasets import load_samples
from platelens.errors import AnnotationError
from platelens.serving.labelling.folder import (
    NEW,
    LabelFolder,
    MissingPictureError,
    StaleRevisionError,
)

PLATE: dict[str, Any] = {"box": [10, 20, 74, 52], "text": "A", "rows": 1, "other_script": False}


def test_pictures_without_labels_are_open(pictures: Path) -> None:
    states = LabelFolder(pictures).pictures()
    assert [s.image for s in states] == ["a.png", "none.tiff", "sub/b.png"]
    assert {s.revision for s in states} == {NEW}
    assert not any(s.is_done for s in states)


def test_what_is_saved_is_the_projects_own_form(pictures: Path) -> None:
    folder = LabelFolder(pictures)
    saved = folder.save("sub/b.png", {"plates": [PLATE], "done": True}, NEW)
    (sample,) = load_samples(pictures)
    assert sample.image == pictures / "sub" / "b.png"
    assert (sample.plates[0].text, sample.height > 0) == ("A", True)
    state = folder.pictures()[2]
    assert (state.plates, state.is_done, state.texts) == (1, True, "A")
    assert state.revision == saved.revision != NEW
    assert folder.samples(done_only=True) == [sample]


def test_unknown_keys_and_other_lines_stay(pictures: Path) -> None:
    other = {"image": "elsewhere.jpg", "width": 9, "height": 9, "plates": [], "who": "x"}
    mine = {"image": "a.png", "width": 128, "height": 128, "plates": [], "split": "test", "k": [1]}
    index = pictures / "annotations.jsonl"
    index.write_text(json.dumps(other) + "\n" + json.dumps(mine) + "\n")
    folder = LabelFolder(pictures)
    plate = PLATE | {"weather": "rain"}
    folder.save("a.png", {"plates": [plate]}, folder.labels("a.png").revision)
    lines = [json.loads(line) for line in index.read_text().splitlines()]
    assert lines == [other, mine | {"plates": [plate]}]


def test_the_second_of_two_is_told(pictures: Path) -> None:
    folder = LabelFolder(pictures)
    first = folder.save("a.png", {"plates": [PLATE]}, NEW)
    with pytest.raises(StaleRevisionError) as caught:
        folder.save("a.png", {"plates": []}, NEW)
    assert caught.value.current == first == folder.labels("a.png")


def test_what_another_program_writes_counts(pictures: Path) -> None:
    folder, other = LabelFolder(pictures), LabelFolder(pictures)
    before, _ = folder.changes(0)
    written = other.save("a.png", {"plates": [PLATE]}, NEW)
    after, changed = folder.changes(before)
    assert (after > before, [state.image for state in changed]) == (True, ["a.png"])
    assert folder.changes(after) == (after, [])
    assert folder.labels("a.png") == written
    with pytest.raises(StaleRevisionError):
        folder.save("a.png", {"plates": []}, NEW)


def test_many_at_once_lose_nothing(pictures: Path) -> None:
    """Two servers on one folder, and everybody works on a picture of their own."""
    images = ["a.png", "none.tiff", "sub/b.png"]
    folders = [LabelFolder(pictures) for _ in range(2)]

    def work(number: int) -> None:
        folder, image = folders[number % 2], images[number]
        revision = NEW
        for step in range(20):
            plate = PLATE | {"text": f"A{step}"}
            revision = folder.save(image, {"plates": [plate]}, revision).revision

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(s.plates[0].text or "" for s in load_samples(pictures)) == ["A19"] * 3


def test_a_picture_that_was_begun_and_left_is_not_listed(pictures: Path) -> None:
    """Else training would take it for one without plates."""
    folder = LabelFolder(pictures)
    begun = folder.save("a.png", {"plates": [PLATE], "done": False}, NEW)
    left = folder.save("a.png", {"plates": [], "done": False}, begun.revision)
    assert left.revision == NEW
    assert load_samples(pictures) == []
    empty = folder.save("a.png", {"plates": [], "done": True}, NEW)
    assert len(load_samples(pictures)) == 1
    assert folder.save("a.png", {"plates": [], "done": False}, empty.revision).revision == NEW


def test_labels_of_others_are_not_taken_for_begun(pictures: Path) -> None:
    line = {"image": "a.png", "width": 128, "height": 128, "plates": [PLATE]}
    (pictures / "annotations.jsonl").write_text(json.dumps(line) + "\n")
    folder = LabelFolder(pictures)
    old = folder.labels("a.png").revision
    saved = folder.save("a.png", {"plates": [], "done": False}, old)
    assert saved.record == line | {"plates": []}


@pytest.mark.parametrize(
    "bad",
    [
        {"plates": [{"box": [1, 2, 3]}]},
        {"plates": [PLATE | {"text": "ab c"}]},
        {"plates": "none"},
    ],
    ids=["box", "text", "list"],
)
def test_malformed_labels_change_nothing(pictures: Path, bad: dict[str, Any]) -> None:
    folder = LabelFolder(pictures)
    folder.save("a.png", {"plates": [PLATE]}, NEW)
    before = (pictures / "annotations.jsonl").read_bytes()
    with pytest.raises(AnnotationError, match="plates"):
        folder.save("a.png", bad, folder.labels("a.png").revision)
    assert (pictures / "annotations.jsonl").read_bytes() == before


def test_a_new_picture_appears(pictures: Path) -> None:
    folder = LabelFolder(pictures)
    (pictures / "z.png").write_bytes((pictures / "a.png").read_bytes())
    assert folder.labels("z.png").revision == NEW
    assert len(folder.pictures()) == 4


@pytest.mark.parametrize("name", ["../pictures/a.png", "/etc/passwd", "", "annotations.jsonl"])
def test_nothing_but_its_pictures_is_given(pictures: Path, name: str) -> None:
    with pytest.raises(MissingPictureError):
        LabelFolder(pictures).path(name)


def test_pictures_that_a_check_has_removed_are_left_out(pictures: Path) -> None:
    (pictures / "removed").mkdir()
    (pictures / "a.png").rename(pictures / "removed" / "a.png")
    assert [s.image for s in LabelFolder(pictures).pictures()] == ["none.tiff", "sub/b.png"]


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="has no picture"):
        LabelFolder(tmp_path)
    with pytest.raises(AnnotationError, match="no such folder"):
        LabelFolder(tmp_path / "none")


def test_a_malformed_file_is_an_error_with_its_line(pictures: Path) -> None:
    (pictures / "annotations.jsonl").write_text('{"image": "a.png", "width": 0}\n')
    with pytest.raises(AnnotationError, match=r"annotations\.jsonl:1: plates"):
        LabelFolder(pictures)
