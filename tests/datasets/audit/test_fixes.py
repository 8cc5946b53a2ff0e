from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from platelens.datasets import load_samples
from platelens.datasets.audit import FixPlan, apply_fixes, fixes, open_source, plan_fixes, run_audit
from platelens.errors import AnnotationError
from tests.datasets.audit.pictures import (
    draw_plate,
    read_index,
    record,
    recut,
    write_index,
    write_picture,
)

SMALL = 150, 260  # what `recut` gives, which is larger than what it is cut from
IMAGE = draw_plate("AB 123")


def plan(*folders: Path, near: bool = False) -> Sequence[FixPlan]:
    return plan_fixes(run_audit([open_source(folder) for folder in folders]), near=near)


def fix(*folders: Path) -> None:
    for each in plan(*folders):
        apply_fixes(each)


def listed(folder: Path) -> list[str]:
    return [line["image"].removeprefix("images/") for line in read_index(folder)]


def log(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "fixes.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good picture, an unreadable one, and one with bad boxes."""
    folder = tmp_path / "set"
    write_picture(folder, "good.png", IMAGE)
    write_picture(folder, "boxes.png", draw_plate("CD 456", 2))
    (folder / "images/bad.png").write_text("no picture")
    boxes = record("boxes.png", "CD456", note="kept")
    boxes["plates"] = [
        {"box": [-9, 10, 60, 40], "text": "CD456", "mood": "blue"},
        {"not_a_plate": True},
        {"box": [300, 10, 360, 40], "text": "EF7"},
        {"box": [-0.5, 10, 60, 40], "text": None},
    ]
    boxes["vehicles"] = [[0, 0, 20, 20], [200, 100, 400, 200], [500, 0, 600, 10]]
    return write_index(folder, record("good.png", "AB123"), record("bad.png", "XY1"), boxes)


def test_boxes_are_cut_or_dropped_and_all_else_stays(folder: Path) -> None:
    before = read_index(folder)
    fix(folder)
    good, boxes = read_index(folder)
    assert good == before[0]
    assert boxes == before[2] | {
        "plates": [
            {"box": [0, 10, 60, 40], "text": "CD456", "mood": "blue"},
            {"not_a_plate": True},
            {"box": [-0.5, 10, 60, 40], "text": None},
        ],
        "vehicles": [[0, 0, 20, 20], [200, 100, 224, 128]],
    }


def test_unreadable_pictures_are_moved_not_deleted(folder: Path) -> None:
    fix(folder)
    assert listed(folder) == ["good.png", "boxes.png"]
    assert (folder / "removed/images/bad.png").read_text() == "no picture"
    assert not (folder / "images/bad.png").exists()


def test_every_action_is_noted_with_reason_before_and_after(folder: Path) -> None:
    before = read_index(folder)
    fix(folder)
    actions = log(folder)
    assert [a["action"] for a in actions] == [
        *("move picture", "cut box", "drop box", "cut box", "drop box")
    ]
    assert actions[0] == {
        "action": "move picture",
        "image": "images/bad.png",
        "reason": "not a JPEG, PNG, WebP, BMP or TIFF image",
        "before": before[1],
        "after": "removed/images/bad.png",
    }
    assert (actions[1]["before"], actions[1]["after"]) == ([-9, 10, 60, 40], [0, 10, 60, 40])
    assert (actions[2]["before"], actions[2]["after"]) == (before[2]["plates"][2], None)


def test_a_second_time_there_is_nothing_to_do(folder: Path) -> None:
    fix(folder)
    before = (folder / "annotations.jsonl").read_bytes(), (folder / "fixes.jsonl").read_bytes()
    assert plan(folder) == []
    assert before[0] == (folder / "annotations.jsonl").read_bytes()


def test_planning_changes_nothing(folder: Path) -> None:
    before = sorted(p for p in folder.rglob("*"))
    assert plan(folder)[0].fixes
    assert sorted(p for p in folder.rglob("*")) == before
    assert listed(folder) == ["good.png", "bad.png", "boxes.png"]


def test_the_boxes_of_a_picture_of_another_size_are_left_alone(folder: Path) -> None:
    write_picture(folder, "boxes.png", recut(IMAGE))
    fix(folder)
    assert len(read_index(folder)[1]["plates"]) == 4


def test_of_equal_pictures_the_best_one_stays(tmp_path: Path) -> None:
    for name, image in (("a.png", IMAGE), ("b.jpg", recut(IMAGE)), ("c.png", IMAGE)):
        write_picture(tmp_path, name, image)
    a, b, c = record("a.png", None), record("b.jpg", None, SMALL), record("c.png", None)
    cases: list[tuple[list[Any], str]] = [
        ([a, b, c], "b.jpg"),  # the largest one
        ([a, c], "a.png"),  # the first one
        ([a, record("b.jpg", None, SMALL), record("c.png", "AB123")], "c.png"),  # with its text
        ([a | {"split": "valid"}, b | {"split": "train"}], "a.png"),  # not from training
        ([record("c.png", "AB123", split="train"), a | {"split": "test"}], "a.png"),
    ]
    for lines, stays in cases:
        write_index(tmp_path, *lines)
        (each,) = plan(tmp_path, near=True)
        assert [line["image"] for line in each.after] == [f"images/{stays}"]


def test_only_identical_pictures_are_moved_unless_asked(tmp_path: Path) -> None:
    for name, image in (("a.png", IMAGE), ("b.jpg", recut(IMAGE)), ("c.png", IMAGE)):
        write_picture(tmp_path, name, image)
    lines = record("a.png", None), record("b.jpg", None, SMALL), record("c.png", None)
    write_index(tmp_path, *lines)
    (each,) = plan(tmp_path)
    assert [(f.image, f.reason) for f in each.fixes] == [("images/c.png", "identical with a.png")]
    write_index(tmp_path, *lines[:2])
    assert plan(tmp_path) == []
    assert len(plan(tmp_path, near=True)[0].fixes) == 1


def test_a_chain_of_frames_keeps_what_is_no_longer_the_same(tmp_path: Path) -> None:
    for n in range(4):
        write_picture(tmp_path, f"{n}.png", draw_plate(f"AB {n}", n))
    write_index(tmp_path, *(record(f"{n}.png", None) for n in range(4)))
    audit = run_audit([open_source(tmp_path)])
    (each,) = plan_fixes(replace(audit, near=[(0, 1), (1, 2), (2, 3)]), near=True)
    assert [line["image"] for line in each.after] == ["images/0.png", "images/2.png"]
    assert [f.reason for f in each.fixes] == [
        "nearly the same as 0.png",
        "nearly the same as 2.png",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [(("a.png", "AB123"), ("b.jpg", "CD456")), (("a.png", None), ("a.png", None))],
    ids=["texts contradict", "listed twice"],
)
def test_what_needs_judgement_stays(
    tmp_path: Path, first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    write_picture(tmp_path, "a.png", IMAGE)
    write_picture(tmp_path, "b.jpg", recut(IMAGE, border=1))
    size = SMALL if second[0] == "b.jpg" else IMAGE.shape[:2]
    write_index(tmp_path, record(*first), record(*second, size))
    audit = run_audit([open_source(tmp_path)])
    assert {f.severity for f in audit.findings} >= {"error"}
    assert plan_fixes(audit) == []


def test_across_data_sets_the_one_in_training_goes(tmp_path: Path) -> None:
    train, valid = tmp_path / "train", tmp_path / "valid"
    write_picture(train, "a.png", IMAGE)
    write_picture(valid, "b.png", IMAGE)
    write_index(train, record("a.png", "AB123"))
    write_index(valid, record("b.png", None))
    (each,) = plan(train, valid)
    assert each.folder == train
    assert each.fixes[0].reason == "identical with b.png of valid"
    apply_fixes(each)
    assert (listed(train), listed(valid)) == ([], ["b.png"])


def test_a_run_cut_short_is_brought_to_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (each,) = plan(folder)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fixes, "write_records", fail)
        with pytest.raises(OSError, match="No space"):
            apply_fixes(each)
    assert listed(folder) == ["good.png", "bad.png", "boxes.png"]
    assert (folder / "removed/images/bad.png").exists()
    with (folder / "fixes.jsonl").open("a") as file:
        file.write('{"action": "cut b')  # the next run was cut short while it wrote this
    fix(folder)
    assert listed(folder) == ["good.png", "boxes.png"]
    assert (folder / "removed/images/bad.png").exists()
    lines = (folder / "fixes.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[-5])["after"] == "removed/images/bad.png"


def test_nothing_in_the_way_is_overwritten(folder: Path) -> None:
    fix(folder)
    (folder / "images/bad.png").write_text("no picture either")
    write_index(folder, record("good.png", "AB123"), record("bad.png", "XY1"))
    fix(folder)
    assert (folder / "removed/images/bad.png").read_text() == "no picture"
    assert (folder / "removed/images/bad-2.png").read_text() == "no picture either"


def test_a_file_that_changed_meanwhile_is_left_alone(folder: Path) -> None:
    (each,) = plan(folder)
    write_index(folder, record("good.png", "OTHER"))
    with pytest.raises(AnnotationError, match="was changed while it was checked"):
        apply_fixes(each)
    assert not (folder / "fixes.jsonl").exists()
    assert (folder / "images/bad.png").exists()


def test_a_folder_that_lacks_most_pictures_is_left_alone(folder: Path) -> None:
    for path in (folder / "images").iterdir():
        path.unlink()
    (each,) = plan(folder)
    with pytest.raises(AnnotationError, match="3 of 3 pictures are not there"):
        apply_fixes(each)
    assert len(load_samples(folder)) == 3


@pytest.mark.parametrize("image", ["../other/x.png", "removed/x.png"])
def test_pictures_elsewhere_are_not_moved(tmp_path: Path, image: str) -> None:
    folder = write_index(tmp_path / "set", record("x.png", None) | {"image": image})
    assert plan(folder) == []


def test_other_forms_have_no_plan(tmp_path: Path) -> None:
    write_picture(tmp_path, "a.png", IMAGE)
    write_picture(tmp_path, "b.png", IMAGE)
    (tmp_path / "x.csv").write_text("image_path,plate_text\nimages/a.png,A1\nimages/b.png,A1\n")
    audit = run_audit([open_source(tmp_path / "x.csv")])
    assert [f.kind for f in audit.findings] == ["exact_duplicates"]
    assert plan_fixes(audit) == []


def test_texts_are_never_changed(folder: Path) -> None:
    before = {p.text for s in load_samples(folder) for p in s.plates}
    fix(folder)
    assert {p.text for s in load_samples(folder) for p in s.plates} <= before


def test_a_missing_picture_is_unlisted_not_moved(folder: Path) -> None:
    (folder / "images/bad.png").unlink()
    fix(folder)
    assert listed(folder) == ["good.png", "boxes.png"]
    first = log(folder)[0]
    assert (first["action"], first["after"]) == ("unlist picture", None)
    assert not (folder / "removed").exists()


def test_a_full_disk_leaves_the_log_and_the_lines_as_they_were(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "fixes.jsonl").write_text('{"action": "old"}\n')
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    (each,) = plan(folder)

    def full(path: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        apply_fixes(each)
    assert caught.value.filename == str(folder / "fixes.jsonl")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
