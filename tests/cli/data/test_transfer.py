from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from platelens import imaging
from platelens.datasets import load_samples

Run = Callable[..., Result]


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    """A data set of others: three crops and a CSV; one text has a foreign sign, one is unknown."""
    folder = tmp_path / "crops"
    folder.mkdir()
    rows = [("a.png", "AB12", "de"), ("b.png", "京C34", "cn"), ("c.png", "", "fr")]
    for name, _, _ in rows:
        pixels = np.full((20, 80, 3), 200, np.uint8)
        imaging.save(imaging.from_array(pixels, order="rgb"), folder / name)
    with (folder / "annotations.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("image_path", "plate_text", "plate_region"))
        writer.writerows(rows)
    return folder


def test_import_counts_what_it_mended(run: Run, crops: Path, tmp_path: Path) -> None:
    result = run("data", "import", "csv", crops, tmp_path / "own")
    assert result.exit_code == 0
    assert "3 pictures, 3 plates, 2 of them readable; 1 labels mended, 0 left out" in result.stdout
    assert "'京' is outside A-Z, 0-9" in result.stderr
    texts = [(s.plates[0].text, s.plates[0].region) for s in load_samples(tmp_path / "own")]
    assert texts == [("AB12", "de"), ("C34", "cn"), (None, "fr")]


def test_import_leaves_a_broken_picture_out_and_says_so(
    run: Run, crops: Path, tmp_path: Path
) -> None:
    (crops / "a.png").write_bytes(b"")
    result = run("data", "import", "csv", crops, tmp_path / "own")
    assert result.exit_code == 1
    assert "left out: " in result.stderr
    assert "a.png" in result.stderr
    assert len(load_samples(tmp_path / "own")) == 2


def test_an_import_that_fails_leaves_nothing(
    run: Run, crops: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "own"))

    monkeypatch.setattr("shutil.copyfile", full)
    before = sorted(p.name for p in tmp_path.iterdir())
    result = run("data", "import", "csv", crops, tmp_path / "own")
    assert result.exit_code == 2
    assert result.stderr == f"error: {tmp_path / 'own'}: No space left on device\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_an_unknown_format_lists_the_near_ones(run: Run, crops: Path, tmp_path: Path) -> None:
    result = run("data", "import", "yolo-poze", crops, tmp_path / "own")
    assert result.exit_code == 2
    assert "did you mean yolo-pose" in result.stderr


def test_a_destination_with_something_in_it_is_refused(
    run: Run, crops: Path, tmp_path: Path
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.txt").write_text("keep me")
    result = run("data", "import", "csv", crops, tmp_path / "own")
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert (tmp_path / "own" / "mine.txt").read_text() == "keep me"


def test_export_says_what_is_lost(run: Run, crops: Path, tmp_path: Path) -> None:
    run("data", "import", "csv", crops, tmp_path / "own")
    result = run("data", "export", "yolo", tmp_path / "own", tmp_path / "yolo")
    assert result.exit_code == 0
    assert "note: yolo has no place for text: left out 2 times" in result.stderr
    assert "note: yolo has no place for region: left out 3 times" in result.stderr
    assert len(list((tmp_path / "yolo").rglob("*.png"))) == 3


def test_export_of_a_data_set_of_others(run: Run, crops: Path, tmp_path: Path) -> None:
    result = run("data", "export", "coco", crops, tmp_path / "coco", "--format", "csv")
    assert result.exit_code == 0
    (file,) = (tmp_path / "coco").rglob("*.json")
    texts = [a["attributes"].get("text") for a in json.loads(file.read_text())["annotations"]]
    assert [t for t in texts if t] == ["AB12", "C34"]


def test_plates_that_are_not_written_are_not_counted(run: Run, crops: Path, tmp_path: Path) -> None:
    result = run("data", "export", "csv", crops, tmp_path / "out", "--format", "csv")
    assert result.exit_code == 0
    assert "note: csv has no place for plates without text: 1 left out\n" in result.stderr
    assert result.stdout.startswith(f"{tmp_path / 'out'}: 2 pictures as ")
    assert len(list((tmp_path / "out").rglob("*.png"))) == 2


def test_crops_are_counted_whose_text_has_no_place(run: Run, crops: Path, tmp_path: Path) -> None:
    result = run("data", "export", "class-folders", crops, tmp_path / "out", "--format", "csv")
    assert "without text" not in result.stderr
    assert result.stdout.startswith(f"{tmp_path / 'out'}: 3 pictures as ")
    assert len(list((tmp_path / "out").rglob("*.png"))) == 3
