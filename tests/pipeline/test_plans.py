"""Pipelines as files and folders: what is read, what is refused, what is saved."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from platelens import PlateReader, imaging
from platelens.errors import ChecksumError, ModelError, PlanError
from platelens.pipeline import (
    DEFAULT_PLAN,
    Plan,
    change_plan,
    load_plan,
    plan_names,
    save_pipeline,
)
from platelens.types import RgbImage

Street = Callable[..., RgbImage]

GOOD = """
name = "own"
about = "Ours."
detector = "whole"
recognizer = "tesseract"
matcher = "none"
"""


@pytest.fixture
def tiny(detector_folder: Path, reader_folder: Path) -> Plan:
    detector, reader = f"path:{detector_folder}@128", f"path:{reader_folder}"
    return Plan("tiny", 'Says "A" or B.', detector, reader, "none", 0.25)


@pytest.mark.parametrize("name", plan_names())
def test_pipelines_of_the_package_have_their_names(name: str) -> None:
    plan = load_plan(name)
    assert plan.name == name
    assert plan.about.endswith(".")


def test_the_five_designs_and_the_default_are_there() -> None:
    assert plan_names() == ("default", "A", "B", "C", "D", "E")
    assert load_plan() == DEFAULT_PLAN
    assert load_plan("D").min_char_confidence == 0.5


def test_a_file_or_its_folder_is_a_pipeline(tmp_path: Path) -> None:
    (tmp_path / "pipeline.toml").write_text(GOOD)
    plan = Plan("own", "Ours.", "whole", "tesseract", "none")
    assert load_plan(tmp_path) == load_plan(tmp_path / "pipeline.toml") == plan


@pytest.mark.parametrize("place", ["models/mine", "../mine", "models/mine@384"])
def test_models_lie_beside_the_file(tmp_path: Path, place: str) -> None:
    (tmp_path / "pipeline.toml").write_text(GOOD.replace("whole", f"path:{place}"))
    assert load_plan(tmp_path).detector == f"path:{tmp_path / place}"


def test_a_full_path_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pipeline.toml").write_text(GOOD.replace("whole", "path:/srv/models/x"))
    assert load_plan(tmp_path).detector == "path:/srv/models/x"


@pytest.mark.parametrize("name", ["", "F", "a", "no/such/folder", "~no-such-user/x"])
def test_unknown_pipelines_are_refused_with_the_known_ones(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    known = "default, A, B, C, D, E, or the folder" if name else "cannot be read"
    with pytest.raises(PlanError, match=known):
        load_plan(name)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "own"', "name = ", "is not valid TOML"),
        ("matcher", "macher", "unknown key 'macher'; known: name, about, detector"),
        ('matcher = "none"', "", "key 'matcher' must be a non-empty string, got None"),
        ('"whole"', "3", "key 'detector' must be a non-empty string, got 3"),
        ('"whole"', '""', "key 'detector' must be a non-empty string, got ''"),
        ("about", 'min_char_confidence = "x"\nabout', "must be a number, got 'x'"),
        ("about", "min_char_confidence = true\nabout", "must be a number, got True"),
        ("about", "min_char_confidence = 1.5\nabout", "lies between 0 and 1, got 1.5"),
        ("about", "min_char_confidence = nan\nabout", "lies between 0 and 1, got nan"),
    ],
)
def test_malformed_files_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "pipeline.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(PlanError, match=message):
        load_plan(tmp_path)


def test_a_folder_without_a_pipeline_and_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"pipeline\.toml: cannot be read: No such file"):
        load_plan(tmp_path)
    (tmp_path / "pipeline.toml").write_bytes(b"\xff")
    with pytest.raises(PlanError, match="not UTF-8"):
        load_plan(tmp_path)


def test_stages_are_replaced_where_others_are_named() -> None:
    plan = change_plan(DEFAULT_PLAN, recognizer="tesseract", min_char_confidence=0.0)
    assert (plan.detector, plan.recognizer) == (DEFAULT_PLAN.detector, "tesseract")
    with pytest.raises(PlanError, match="between 0 and 1"):
        change_plan(plan, min_char_confidence=2)


def test_a_saved_pipeline_is_moved_loaded_and_run(
    tiny: Plan, tmp_path: Path, street: Street
) -> None:
    save_pipeline(tiny, tmp_path / "new" / "saved")
    moved = (tmp_path / "new" / "saved").rename(tmp_path / "moved")
    plan = load_plan(moved)
    assert (plan.name, plan.about) == (tiny.name, tiny.about)
    assert (plan.matcher, plan.min_char_confidence) == ("none", 0.25)
    assert plan.detector.endswith("@128")
    assert plan.detector.startswith(f"path:{moved / 'models'}")
    imaging.save(street("A"), tmp_path / "a.png")
    (plate,) = PlateReader.from_plan(moved).read(tmp_path / "a.png")
    assert plate.text == "A"
    assert plate.failed_positions == ()


def test_an_empty_folder_is_filled_and_any_other_refused(tiny: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    saved = save_pipeline(tiny, folder)
    assert saved == load_plan(folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(PlanError, match="is there already"):
        save_pipeline(tiny, folder)
    assert sorted(folder.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


def test_models_of_the_same_name_do_not_meet(
    detector_folder: Path, reader_folder: Path, tmp_path: Path
) -> None:
    own = []
    for place, source in (("first", detector_folder), ("second", reader_folder)):
        shutil.copytree(source, tmp_path / place / "mine")
        own.append(f"path:{tmp_path / place / 'mine'}")
    plan = save_pipeline(Plan("own", "Ours.", own[0], own[1], "none"), tmp_path / "saved")
    assert Path(plan.detector).name == "mine"
    assert Path(plan.recognizer).name == "mine-recognizer"
    PlateReader.from_plan(plan)


def test_what_needs_no_model_is_only_named(tmp_path: Path) -> None:
    save_pipeline(Plan("own", "Ours.", "whole", "tesseract", "none"), tmp_path / "saved")
    assert [path.name for path in (tmp_path / "saved").rglob("*")] == ["pipeline.toml"]


def test_nothing_is_written_where_a_model_does_not_fit(tiny: Plan, tmp_path: Path) -> None:
    shutil.copytree(tiny.recognizer.removeprefix("path:"), tmp_path / "broken")
    (tmp_path / "broken" / "model.onnx").write_bytes(b"")
    folder = tmp_path / "saved"
    with pytest.raises(ChecksumError):
        save_pipeline(change_plan(tiny, recognizer=f"path:{tmp_path / 'broken'}"), folder)
    with pytest.raises(ModelError, match="made for recognition, not for detection"):
        save_pipeline(change_plan(tiny, detector=tiny.recognizer), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]
