"""`platelens pipeline` and `--pipeline`: five designs and folders, each run as one object."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from platelens.runtime import hub

Run = Callable[..., Result]


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package in which there is a recipe for one model of pipeline D, and no other."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "chars_resnet50_plates.toml").write_text("")
    monkeypatch.setattr(hub, "_RECIPES", tmp_path / "recipes")


def test_list_shows_stages_and_what_is_not_trained_yet(run: Run) -> None:
    result = run("pipeline", "list")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1] == "default  detector_small + reader_small + state_small"
    assert lines[3].startswith("A        whole + easyocr + ")  # nothing lacks above it
    model = "detect_inception_resnet_v2"
    assert lines[-3] == f"E        {model} + tesseract + none"
    assert lines[-1] == f"         not trained yet: {model}"
    assert all(len(line) < 80 for line in lines)


def test_a_pipeline_reads_what_it_is_made_for(run: Run, photos: Path) -> None:
    result = run("read", "--json", "--pipeline", "C", "--detector", "whole", photos / "a.png")
    assert result.exit_code == 0
    (plate,) = json.loads(result.stdout)["plates"]
    assert plate["box"] == [0, 0, 128, 128]
    assert plate["detection_confidence"] == 1


@pytest.mark.usefixtures("recipes")
def test_a_model_that_is_not_trained_says_how_to_make_it(run: Run, photos: Path) -> None:
    result = run("read", "--pipeline", "D", photos)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert "`platelens train chars_resnet50_plates`" in result.stderr


def test_unknown_pipelines_are_refused(run: Run, photos: Path) -> None:
    result = run("read", "--pipeline", "Z", photos)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: unknown pipeline 'Z'; known: default, A, B, C, D, E")


def test_a_pipeline_is_saved_and_run_as_one(
    run: Run, photos: Path, tmp_path: Path, weights: Path
) -> None:
    folder = tmp_path / "saved"
    changes = ("--matcher", "serials", "--min-char-confidence", "1")
    result = run("pipeline", "save", "default", folder, *changes)
    assert result.exit_code == 0
    stages = "detector detector_small, recognizer reader_small, matcher serials"
    assert result.stdout == f"{folder}: pipeline default, {stages}\n"
    for model in weights.iterdir():
        (model / "model.onnx").unlink()
    result = run("read", "--json", "--pipeline", folder, photos / "a.png")
    (plate,) = json.loads(result.stdout)["plates"]
    assert (plate["text"], plate["failed_positions"]) == ("A", [0])


def test_what_cannot_be_saved_says_why(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("pipeline", "save", "default", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == f"error: {tmp_path}: is there already; name a new or an empty folder\n"
    assert run("pipeline", "save", "default", tmp_path / "file" / "x").exit_code == 2
    assert run("pipeline", "save", "Z", tmp_path / "new").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_pipelines_are_measured_beside_engines(run: Run, photos: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (photos / "a.png").rename(photos / "A_1.png")
    (tmp_path / "crops.csv").write_text(f"image_path,plate_text\n{photos / 'A_1.png'},A\n")
    saved = tmp_path / "saved"
    assert run("pipeline", "save", "default", saved, "--matcher", "none").exit_code == 0
    out = tmp_path / "scores.json"
    engines = ("--engine", "platelens", "--pipeline", saved)
    result = run("eval", tmp_path / "crops.csv", *engines, "--json", out)
    assert result.exit_code == 0, result.stderr
    measured = [engine["engine"] for engine in json.loads(out.read_text())["engines"]]
    assert measured == ["platelens", f"pipeline:{saved}"]
