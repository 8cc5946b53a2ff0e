from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from platelens import imaging
from platelens.datasets import LabelledPlate, Sample, write_samples
from platelens.types import Box

Run = Callable[..., Result]


@pytest.fixture
def labelled(photos: Path) -> Path:
    """The three photographs of `photos`, labelled; two plates have a text."""
    boxes = (Box(36, 12, 100, 44), Box(52, 76, 116, 108))
    first = LabelledPlate(boxes[0], None, "A", 1, "de")
    second = LabelledPlate(boxes[0], None, "B2", 2)
    third = LabelledPlate(boxes[1], None, None)
    samples = [
        Sample(photos / "a.png", 128, 128, (first,), split="train"),
        Sample(photos / "b.png", 128, 128, (second, third), split="valid"),
        Sample(photos / "none.png", 128, 128, (), split="train"),
    ]
    write_samples(samples, photos)
    return photos


def test_stats_for_people(run: Run, labelled: Path) -> None:
    result = run("data", "stats", labelled)
    assert result.exit_code == 0
    lines = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert lines["pictures"] == "3, 1 without a plate"
    assert lines["plates"] == "3, 2 readable, 2 different texts"
    assert lines["splits"] == "train 2, valid 1"
    assert lines["rows"] == "1 1, 2 1"
    assert lines["regions"] == "(none) 2, de 1"


def test_stats_for_programs(run: Run, labelled: Path) -> None:
    record = json.loads(run("data", "stats", labelled, "--json").stdout)
    assert record["characters"] == {"A": 1, "B": 1, "2": 1}
    assert record["widths_px"] == [64.0] * 7


def test_stats_of_nothing_known(run: Run, tmp_path: Path) -> None:
    result = run("data", "stats", tmp_path)
    assert result.exit_code == 2
    assert "name the format" in result.stderr


def test_a_contact_sheet(run: Run, labelled: Path, tmp_path: Path) -> None:
    (labelled / "none.png").write_bytes(b"broken")
    sheet = tmp_path / "sheet.png"
    result = run("data", "show", labelled, sheet, "--columns", 2, "--cell", 128)
    assert result.exit_code == 0
    assert imaging.load(sheet).shape == (2 * (128 + 22), 256, 3)
    assert "3 of 3 pictures" in result.stdout


def test_a_contact_sheet_is_the_same_for_a_seed(run: Run, labelled: Path, tmp_path: Path) -> None:
    for name, seed in (("1.png", 4), ("2.png", 4), ("3.png", 5), ("4.png", 6), ("5.png", 7)):
        run("data", "show", labelled, tmp_path / name, "--count", 1, "--seed", seed)
    contents = [(tmp_path / f"{n}.png").read_bytes() for n in range(1, 6)]
    assert contents[0] == contents[1]
    assert len(set(contents)) > 1


def test_a_full_disk_leaves_an_old_sheet(
    run: Run, labelled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = tmp_path / "sheet.png"
    sheet.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = run("data", "show", labelled, sheet)
    assert (result.exit_code, result.stderr) == (2, f"error: {sheet}: No space left on device\n")
    assert sheet.read_text() == "old"
