"""Tests of `make eval`, and the floor under which accuracy must not fall."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Final

import pytest

from benchmarks.accuracy import main, read_samples
from benchmarks.scoring import SLICES, score_frames, score_slice
from platelens import PlateReader
from platelens.datasets import load_samples

_DEV: Final = Path(__file__).parents[3] / "shared" / "data" / "dev" / "world"
_SUBSET: Final = 60

# A little under the score of the shipped models on the same pictures.
RECALL_FLOOR: Final = 0.93
EXACT_FLOOR: Final = 0.75
FALSE_PER_IMAGE_CEILING: Final = 0.15


@pytest.mark.skipif(not _DEV.is_dir(), reason=f"the development pictures are not here: {_DEV}")
def test_accuracy_has_not_fallen() -> None:
    samples = sorted(load_samples(_DEV), key=lambda sample: sample.image.name)
    outcomes = read_samples(random.Random(2).sample(samples, _SUBSET), PlateReader())
    score = score_slice("all", outcomes, SLICES["all"])
    assert score.recall is not None
    assert score.exact is not None
    assert score.recall.value >= RECALL_FLOOR
    assert score.exact.value >= EXACT_FLOOR
    assert score_frames(outcomes).false_per_image.value <= FALSE_PER_IMAGE_CEILING


def _labelled_folder(folder: Path) -> Path:
    plates = [{"box": [10, 10, 110, 40], "text": "AB12", "rows": 1}]
    lines = [
        {"image": "images/a.jpg", "width": 200, "height": 100, "plates": plates},
        {"image": "images/b.jpg", "width": 200, "height": 100, "plates": []},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "annotations.jsonl").write_text(text)
    return folder


def _results(path: Path, images: list[str]) -> Path:
    plate = {"text": "AB12", "box": [11, 10, 110, 40], "detection_confidence": 0.9}
    lines = [{"image": image, "plates": [plate] if image == "a.jpg" else []} for image in images]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_scores_of_a_results_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _labelled_folder(tmp_path)
    results = _results(tmp_path / "results.jsonl", ["a.jpg", "b.jpg"])
    out = tmp_path / "runs" / "scores.json"
    assert main([str(folder), "--results", str(results), "--json", str(out)]) == 0
    assert "2 pictures: precision 100.0%" in capsys.readouterr().out
    scores = json.loads(out.read_text())
    assert scores["frames"]["average_precision"] == 1.0
    assert scores["slices"][0]["exact"] == {
        "value": 1.0,
        "interval": {"low": 1.0, "high": 1.0},
        "count": 1,
    }


def test_missing_result_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _labelled_folder(tmp_path)
    results = _results(tmp_path / "results.jsonl", ["a.jpg"])
    assert main([str(folder), "--results", str(results)]) == 2
    assert "error: no result for 1 labelled pictures, as b.jpg" in capsys.readouterr().err


def test_missing_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 2
    assert "annotations.jsonl" in capsys.readouterr().err
