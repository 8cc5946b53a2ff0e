from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

Run = Callable[..., Result]


def test_json_is_that_of_read_without_what_reading_adds(run: Run, photos: Path) -> None:
    result = run("detect", "--json", photos)
    assert result.exit_code == 0
    first, second, third = (json.loads(line) for line in result.stdout.splitlines())
    assert list(first) == ["image", "width", "height", "plates", "ms"]
    assert list(first["ms"]) == ["detect", "total"]
    (plate,) = first["plates"]
    assert list(plate) == ["box", "corners", "detection_confidence"]
    read = json.loads(run("read", "--json", photos / "a.png").stdout)["plates"][0]
    assert plate == {key: read[key] for key in plate}
    assert [len(r["plates"]) for r in (second, third)] == [2, 0]


def test_the_reader_is_not_needed(run: Run, photos: Path, weights: Path) -> None:
    (weights / "reader_small" / "model.onnx").unlink()
    assert run("detect", photos).exit_code == 0


def test_lines_have_the_confidence_of_the_detection(run: Run, photos: Path) -> None:
    (line,) = run("detect", photos / "a.png").stdout.splitlines()
    assert line.split("\t")[1:] == ["-", "1.000", "36 12 100 44", ""]


def test_files_are_written_without_texts(run: Run, photos: Path, tmp_path: Path) -> None:
    places = tmp_path / "out.csv", tmp_path / "drawn", tmp_path / "crops"
    options = ["--csv", places[0], "--annotate", places[1], "--crops", places[2]]
    assert run("detect", *options, photos).exit_code == 0
    assert len(places[0].read_text(encoding="utf-8").splitlines()) == 4
    assert len(list(places[1].iterdir())) == 3
    assert sorted(p.name for p in places[2].iterdir()) == ["a_1.png", "b_1.png", "b_2.png"]


def test_a_bad_file_is_passed_over(run: Run, photos: Path) -> None:
    result = run("detect", photos / "missing.jpg", photos / "a.png")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {photos / 'missing.jpg'}")
    assert len(result.stdout.splitlines()) == 1
