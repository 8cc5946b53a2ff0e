from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def crops(run: Run, photos: Path, tmp_path: Path) -> Path:
    """A folder with the crops of an A, a B and a C."""
    folder = tmp_path / "crops"
    assert run("read", "--crops", folder, photos).exit_code == 0
    return folder


def test_each_picture_is_one_plate(run: Run, crops: Path) -> None:
    result = run("ocr", "--json", crops)
    assert result.exit_code == 0
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert [p["text"] for p in printed] == ["A", "B", "C"]
    first = printed[0]
    keys = ["image", "width", "height", "text", "confidence", "readable"]
    assert list(first) == [*keys, "characters", "candidates", "rows", "ms"]
    assert list(first["ms"]) == ["read", "total"]
    assert (first["width"], first["height"]) == (64, 32)
    assert first["candidates"][0] == {"text": "A", "confidence": first["confidence"]}
    assert [c["char"] for c in first["characters"]] == ["A"]


def test_what_cannot_be_read_has_an_empty_text(run: Run, photos: Path) -> None:
    result = run("ocr", "--json", photos / "none.png")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert (printed["text"], printed["confidence"], printed["characters"]) == ("", 0, [])
    assert printed["readable"] is False
    assert run("ocr", photos / "none.png").stdout.split("\t")[1] == "unreadable"


def test_the_detector_is_not_needed(run: Run, crops: Path, weights: Path) -> None:
    (weights / "detector_small" / "model.onnx").unlink()
    assert run("ocr", "--top", 1, crops).exit_code == 0


def test_a_bad_file_is_passed_over(run: Run, crops: Path) -> None:
    result = run("ocr", crops / "missing.jpg", crops / "a_1_A.png")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
